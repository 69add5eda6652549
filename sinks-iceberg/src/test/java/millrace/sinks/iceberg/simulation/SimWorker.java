package millrace.sinks.iceberg.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.event.StagedFile;
import millrace.sinks.iceberg.file.Appended;
import millrace.sinks.iceberg.stage.Clocks;
import millrace.sinks.iceberg.stage.RowFiles;
import millrace.sinks.iceberg.stage.SourceLog;
import millrace.sinks.iceberg.stage.StageRules;
import millrace.sinks.iceberg.stage.StageWorker;
import millrace.sinks.iceberg.table.StorageFullException;
import millrace.sinks.iceberg.table.TableEvolution;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A worker process: the real worker on a topic, a disk and a group membership in memory. */
final class SimWorker implements SourceLog {
    final String name;
    final StageWorker worker;
    private final RandomGenerator random;
    private final SimTopic topic;
    private final SimTable table;
    private final SimControl control;
    private int heard;

    private Set<Integer> assigned = Set.of();
    private Set<Integer> nextAssigned = Set.of();
    private long assignment;
    private Flow flow = Flow.PAUSED;
    private final Map<Integer, Long> positions = new HashMap<>();

    SimWorker(String name, RandomGenerator random, SimTopic topic, SimTable table, SimControl control, SimClock clock,
            StageRules rules) {
        this.name = name;
        this.random = random;
        this.topic = topic;
        this.table = table;
        this.control = control;
        heard = control.log.size();
        worker = new StageWorker("sim", name, this, table, (uuid, id) -> new Files(), Clocks.NONE,
                control.sender(name), rules, clock);
    }

    /** Takes effect when the worker polls next; until then it may go on with what it had. */
    void assign(Set<Integer> partitions) {
        nextAssigned = partitions;
    }

    void hear(int most) {
        for (int i = 0; i < most && heard < control.log.size(); i++) {
            if (control.log.get(heard++) instanceof SinkEvent.Answer answer) {
                worker.hear(answer);
            }
        }
    }

    @Override
    public String topicId() {
        return SimTopic.ID;
    }

    @Override
    public long assignment() {
        return assignment;
    }

    @Override
    public Set<Integer> assigned() {
        return assigned;
    }

    @Override
    public Map<Integer, Bounds> bounds(Set<Integer> partitions) {
        Map<Integer, Bounds> bounds = new HashMap<>();
        partitions.forEach(p -> bounds.put(p, new Bounds(0, topic.end(p))));
        return bounds;
    }

    @Override
    public void seek(Map<Integer, Long> offsets) {
        positions.putAll(offsets);
    }

    @Override
    public void flow(Flow flow) {
        this.flow = flow;
    }

    @Override
    public Polled poll(Duration atMost) {
        if (!nextAssigned.equals(assigned)) {
            assigned = nextAssigned;
            assignment++;
            positions.clear();
            return new Polled(new TreeMap<>(), Map.of());
        }
        SortedMap<Integer, List<ConsumerRecord<byte[], byte[]>>> records = new TreeMap<>();
        Map<Integer, Long> next = new HashMap<>();
        if (flow == Flow.READING) {
            for (int partition : assigned) {
                Long at = positions.get(partition);
                if (at == null) {
                    throw new AssertionError("partition " + partition + " is read but was not sought");
                }
                long to = Math.min(topic.end(partition), at + random.nextInt(6));
                List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
                for (long offset = at; offset < to; offset++) {
                    topic.read(partition, offset).ifPresent(batch::add);
                }
                if (to > at) {
                    if (!batch.isEmpty()) {
                        records.put(partition, batch);
                    }
                    next.put(partition, to);
                    positions.put(partition, to);
                }
            }
        }
        return new Polled(records, next);
    }

    @Override
    public void report(Map<Integer, Long> committed) {}

    /** Files in memory; their content is the list of their rows. */
    private final class Files implements RowFiles {
        private final int schema = table.schemas;
        private final List<String> rows = new ArrayList<>();

        Files() {
            fail();
        }

        @Override
        public Appended append(ConsumerRecord<byte[], byte[]> record) {
            fail();
            if (record.value()[0] > schema) {
                return new Appended.NeedsSchema(record.value()[0],
                        new TableEvolution.Evolve(List.of(new TableEvolution.Change.Relax("c"))));
            }
            rows.add(record.partition() + "@" + record.offset());
            return Appended.WRITTEN;
        }

        @Override
        public void appendUnread(ConsumerRecord<byte[], byte[]> record, String error) {
            throw new AssertionError("no record is refused here");
        }

        @Override
        public long bytes() {
            return rows.size() * 100L;
        }

        @Override
        public SortedMap<Integer, Long> clocks() {
            return Collections.emptySortedMap();
        }

        @Override
        public int schemaId() {
            return schema;
        }

        @Override
        public List<StagedFile> close() {
            fail();
            int half = rows.size() > 3 ? rows.size() / 2 : rows.size();
            List<StagedFile> files = new ArrayList<>();
            for (List<String> part : List.of(rows.subList(0, half), rows.subList(half, rows.size()))) {
                if (!part.isEmpty()) {
                    files.add(new StagedFile(String.join(" ", part), part.size(), part.size() * 100L));
                }
            }
            return files;
        }

        @Override
        public void abort() {}

        private void fail() {
            if (table.faults && random.nextInt(150) == 0) {
                throw new StorageFullException("sim", null);
            }
        }
    }

}
