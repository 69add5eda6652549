package millrace.topology.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import millrace.statestores.rocksdb.StateMemory;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.processor.StandbyUpdateListener;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.TaskId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees what a Kafka Streams client keeps: sizes by RocksDB's own estimates, which Streams has as metrics, and what is
 * missing by what it tells while stores are restored or follow. Nothing is asked of the cluster.
 */
final class StateWatch implements StateRestoreListener, StandbyUpdateListener {
    private static final Logger LOG = LoggerFactory.getLogger(StateWatch.class);
    private static final String STORE = "rocksdb-state-id";
    private static final String TASK = "task-id";
    private static final String ENTRIES = "estimate-num-keys";
    private static final String ON_DISK = "live-sst-files-size";
    private static final String IN_WRITE_BUFFERS = "cur-size-all-mem-tables";

    private final Map<Place, Progress> progress = new ConcurrentHashMap<>();
    private final String pipeline;

    /** A store and the partition of its changelog, which is its task's. */
    private record Place(String store, int partition) {}

    private record Progress(long end, long missing, long restored) {
        static final Progress NONE = new Progress(0, 0, 0);

        Progress upTo(long next, long more) {
            return new Progress(end, Math.max(0, end - next), restored + more);
        }

        Progress ofEnd(long newEnd) {
            return new Progress(newEnd, missing, restored);
        }
    }

    StateWatch(String pipeline) {
        this.pipeline = pipeline;
    }

    /** To be called before the client is started. */
    void listenTo(KafkaStreams streams) {
        streams.setGlobalStateRestoreListener(this);
        streams.setStandbyUpdateListener(this);
    }

    LocalState look(KafkaStreams streams) {
        Set<String> standbys = streams.metadataForLocalThreads().stream().flatMap(t -> t.standbyTasks().stream())
                .map(t -> t.taskId().toString()).collect(Collectors.toSet());
        Map<String, Map<String, Long>> entries = new HashMap<>();
        Map<String, Map<String, Long>> bytes = new HashMap<>();
        for (Metric metric : streams.metrics().values()) {
            Map<String, String> tags = metric.metricName().tags();
            if (tags.containsKey(STORE)) {
                switch (metric.metricName().name()) {
                    case ENTRIES -> add(entries, tags, metric);
                    case ON_DISK, IN_WRITE_BUFFERS -> add(bytes, tags, metric);
                    default -> {
                        // What else RocksDB counts is of no use here.
                    }
                }
            }
        }
        List<LocalState.Store> stores = new ArrayList<>();
        entries.forEach((task, counts) -> counts.forEach((store, count) -> {
            Progress restoring = progress.getOrDefault(new Place(store, TaskId.parse(task).partition()), Progress.NONE);
            stores.add(new LocalState.Store(store, task,
                    standbys.contains(task) ? LocalState.Duty.STANDBY : LocalState.Duty.ACTIVE, count,
                    bytes.getOrDefault(task, Map.of()).getOrDefault(store, 0L), restoring.missing(),
                    restoring.restored()));
        }));
        return new LocalState(stores, StateMemory.used());
    }

    private static void add(Map<String, Map<String, Long>> values, Map<String, String> tags, Metric metric) {
        if (metric.metricValue() instanceof Number value) {
            values.computeIfAbsent(tags.get(TASK), t -> new HashMap<>()).merge(tags.get(STORE), value.longValue(),
                    Long::sum);
        }
    }

    @Override
    public void onRestoreStart(TopicPartition changelog, String store, long start, long end) {
        progress.put(new Place(store, changelog.partition()), new Progress(end, Math.max(0, end - start), 0));
    }

    @Override
    public void onBatchRestored(TopicPartition changelog, String store, long last, long records) {
        advance(changelog, store, p -> p.upTo(last + 1, records));
    }

    @Override
    public void onRestoreEnd(TopicPartition changelog, String store, long records) {
        advance(changelog, store, p -> new Progress(p.end(), 0, p.restored()));
        // Of a new pipeline there is nothing to say for each of its stores.
        if (records > 0) {
            LOG.info("pipeline {}: {} of partition {} is restored with {} records", pipeline, store,
                    changelog.partition(), records);
        }
    }

    @Override
    public void onRestoreSuspended(TopicPartition changelog, String store, long records) {
        progress.remove(new Place(store, changelog.partition()));
    }

    @Override
    public void onUpdateStart(TopicPartition changelog, String store, long start) {
        progress.put(new Place(store, changelog.partition()), Progress.NONE);
    }

    @Override
    public void onBatchLoaded(TopicPartition changelog, String store, TaskId task, long last, long records,
            long end) {
        advance(changelog, store, p -> p.ofEnd(end).upTo(last + 1, records));
    }

    @Override
    public void onUpdateSuspended(TopicPartition changelog, String store, long offset, long end,
            SuspendReason reason) {
        progress.remove(new Place(store, changelog.partition()));
    }

    private void advance(TopicPartition changelog, String store, UnaryOperator<Progress> step) {
        progress.compute(new Place(store, changelog.partition()),
                (place, p) -> step.apply(p == null ? Progress.NONE : p));
    }
}
