package millrace.topology.run;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import millrace.schemas.problem.Problem;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a pipeline's consumer group begins. Kafka's own way, a reset policy, is the same for a partition that was never
 * read and for one whose unread records are gone: the first must begin at the start, the second must not go on in
 * silence. So the policy is none, and what was never read is given a start explicitly. Pure.
 */
sealed interface StartOffsets {
    /** Every partition has an offset that its topic still holds. */
    record Ready() implements StartOffsets {}

    /** These partitions were never read; the group has to be given the offsets before it starts. */
    record Begin(Map<TopicPartition, Long> offsets) implements StartOffsets {}

    /** Records are gone that were not processed. */
    record Expired(Problem problem) implements StartOffsets {}

    /**
     * @param begins of all source partitions
     * @param ends of the same
     * @param committed of the pipeline's group; partitions of other topics do not matter
     * @param wanted where partitions are to begin that do not begin at their start
     */
    static StartOffsets decide(Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends,
            Map<TopicPartition, Long> committed, Map<TopicPartition, Long> wanted) {
        Map<TopicPartition, Long> next = new HashMap<>(wanted);
        next.putAll(committed);
        Optional<Problem> gone = begins.keySet().stream()
                .sorted(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition))
                .filter(next::containsKey)
                .map(p -> expired(p, next.get(p), begins.get(p), ends.get(p))).flatMap(Optional::stream)
                .findFirst();
        if (gone.isPresent()) {
            return new Expired(gone.get());
        }
        Map<TopicPartition, Long> fresh = new TreeMap<>(
                Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
        begins.forEach((partition, begin) -> {
            if (!committed.containsKey(partition)) {
                fresh.put(partition, wanted.getOrDefault(partition, begin));
            }
        });
        return fresh.isEmpty() ? new Ready() : new Begin(fresh);
    }

    /**
     * What partitions begin with that a topic has got since others of it were read: where the slowest of those is, so
     * that they hold nobody back.
     *
     * @param fresh partitions that were never read, with their first offsets
     * @param read those that were
     * @param told the watermarks of those that have one
     */
    static Map<TopicPartition, Topics.Start> starts(Map<TopicPartition, Long> fresh, Set<TopicPartition> read,
            Map<TopicPartition, Long> told) {
        Map<String, Long> slowest = new HashMap<>();
        read.stream().filter(told::containsKey).forEach(p -> slowest.merge(p.topic(), told.get(p), Math::min));
        Map<TopicPartition, Topics.Start> starts = new HashMap<>();
        fresh.forEach((partition, offset) -> {
            Long floor = slowest.get(partition.topic());
            starts.put(partition, new Topics.Start(offset,
                    floor == null ? OptionalLong.empty() : OptionalLong.of(floor)));
        });
        return starts;
    }

    private static Optional<Problem> expired(TopicPartition partition, long next, long begin, Long end) {
        if (next >= begin && (end == null || next <= end)) {
            return Optional.empty();
        }
        return Optional.of(Problem.of(RunProblem.STREAM_RECORDS_EXPIRED, partition.topic(),
                "Partition " + partition.partition() + " of " + partition.topic() + " goes on at offset " + next
                        + ", but the topic holds offsets " + begin + " to " + end + ".")
                .withRemedy(RunProblem.STREAM_RECORDS_EXPIRED.remedy()));
    }
}
