package millrace.replay.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import millrace.replay.plan.ReplayPlan;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.assemble.Pipeline;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.run.Topics;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a replay has come, as the cluster knows it, whichever processes run it. Not for use by several threads.
 */
public final class ReplayProgress implements AutoCloseable {
    private final ReplayPlan plan;
    private final Pipeline pipeline;
    private final Topics topics;
    private final Map<String, TaskWatermark> watermarks = new HashMap<>();
    private final List<Topics.Tail> quarantines = new ArrayList<>();
    private Topics.Tail told;
    private final List<Topics.Tail> rowQuarantines = new ArrayList<>();
    private long refused;
    private long refusedRows;

    /**
     * @param partitions in the order of the plan
     * @param watermark through which time everything that is on time has been read, in microseconds; absent at first,
     *        {@link TaskWatermark#END} at the end
     * @param refused records and computed rows that went to quarantine, those outside of the range among them
     * @param refusedRows of them, the computed rows
     */
    public record Seen(List<PartitionSeen> partitions, OptionalLong watermark, long refused, long refusedRows) {
        public Seen {
            partitions = List.copyOf(partitions);
        }

        public long done() {
            return partitions.stream().mapToLong(PartitionSeen::done).sum();
        }

        public long all() {
            return partitions.stream().mapToLong(PartitionSeen::all).sum();
        }
    }

    /** @param done of {@code all} its records, at most */
    public record PartitionSeen(String topic, int partition, long done, long all) {}

    /**
     * @param pipeline that computes the replay
     * @param topics stays the caller's to close
     */
    public ReplayProgress(ReplayPlan plan, Pipeline pipeline, Topics topics) {
        this.plan = plan;
        this.pipeline = pipeline;
        this.topics = topics;
    }

    /** What this look finds; before the replay's topics are there, nothing is done. */
    public Seen look() {
        Map<TopicPartition, Long> committed = topics.committed(plan.application());
        Map<TopicPartition, Long> ends = topics.endOffsets(plan.reads().stream().map(ReplayPlan.Read::topic).toList());
        List<PartitionSeen> partitions = new ArrayList<>();
        for (ReplayPlan.Read read : plan.reads()) {
            for (ReplayPlan.PartitionRead p : read.partitions()) {
                TopicPartition partition = new TopicPartition(read.topic(), p.partition());
                long end = p.end().orElse(ends.getOrDefault(partition, p.known()));
                long all = Math.max(0, end - p.start());
                long next = committed.getOrDefault(partition, p.start());
                partitions.add(new PartitionSeen(read.topic(), p.partition(),
                        Math.clamp(next - p.start(), 0, all), all));
            }
        }
        takeRefused();
        return new Seen(partitions, watermark(), refused, refusedRows);
    }

    private OptionalLong watermark() {
        if (told == null) {
            told = topics.tail(pipeline.watermarksTopic());
        }
        told.poll().forEach(e -> TaskWatermark.of(e.key(), e.value())
                .ifPresent(w -> watermarks.put(w.topic() + "/" + w.task(), w)));
        Set<String> silent = new HashSet<>();
        long least = TaskWatermark.END;
        for (ReplayPlan.Read read : plan.reads()) {
            for (ReplayPlan.PartitionRead p : read.partitions()) {
                TaskWatermark w = watermarks.get(read.topic() + "/" + p.partition());
                if (w == null) {
                    silent.add(read.topic());
                } else {
                    least = Math.min(least, w.watermark());
                }
            }
        }
        return silent.isEmpty() ? OptionalLong.of(least) : OptionalLong.empty();
    }

    private void takeRefused() {
        if (quarantines.isEmpty()) {
            pipeline.contracts().forEach(c -> quarantines.add(topics.tail(pipeline.quarantineOf(c))));
            pipeline.models().stream().filter(pipeline::mayComputeRows).forEach(m -> rowQuarantines
                    .add(topics.tail(QuarantineRecord.topicOf(pipeline.topicOf(m.name())))));
        }
        quarantines.forEach(q -> refused += q.poll().size());
        for (Topics.Tail rows : rowQuarantines) {
            int more = rows.poll().size();
            refused += more;
            refusedRows += more;
        }
    }

    @Override
    public void close() {
        if (told != null) {
            told.close();
        }
        quarantines.forEach(Topics.Tail::close);
        rowQuarantines.forEach(Topics.Tail::close);
    }
}
