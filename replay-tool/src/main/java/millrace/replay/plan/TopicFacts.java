package millrace.replay.plan;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import millrace.schemas.time.TimeEntry;

/**
 * What is known of a contract's topic when a replay is planned.
 *
 * @param topicId Kafka's id of it, as text
 * @param partitions in order
 * @param bronzeForgets whether the bronze table lets rows go as they grow old
 * @param compacted whether Kafka keeps the newest record of each key only
 * @param clocksHold whether the clocks are those of the contract that it is replayed with
 * @param admissions of the topic's records that count however late they came
 */
public record TopicFacts(String topic, String topicId, List<PartitionFacts> partitions, boolean bronzeForgets,
        boolean compacted, boolean clocksHold, List<TimeEntry.Admission> admissions) {
    public TopicFacts {
        partitions = List.copyOf(partitions);
        admissions = List.copyOf(admissions);
    }

    /** Of a topic that keeps all records, replayed with the contract that runs. */
    public TopicFacts(String topic, String topicId, List<PartitionFacts> partitions, boolean bronzeForgets) {
        this(topic, topicId, partitions, bronzeForgets, false, true, List.of());
    }

    /** The same, where nothing is known of its clocks. */
    public TopicFacts withoutClocks() {
        return new TopicFacts(topic, topicId, partitions.stream().map(PartitionFacts::withoutClocks).toList(),
                bronzeForgets, compacted, false, admissions);
    }

    /** The same, where more counts. */
    public TopicFacts admitting(Collection<TimeEntry.Admission> more) {
        return new TopicFacts(topic, topicId, partitions, bronzeForgets, compacted, clocksHold,
                Stream.concat(admissions.stream(), more.stream()).distinct().toList());
    }

    /**
     * Offsets of a partition whose records a bronze table has.
     *
     * @param end behind the last one
     */
    public record InBronze(long first, long end) {}

    /**
     * @param beginning first offset that Kafka has
     * @param end behind the last one
     * @param bytes that the partition takes in Kafka, of one replica; 0 if nobody says
     * @param bronze what the bronze table has; absent if it has none
     * @param clocks before which offset the clock was what, ascending; microseconds
     */
    public record PartitionFacts(int partition, long beginning, long end, long bytes,
            Optional<InBronze> bronze, NavigableMap<Long, Long> clocks) {
        public PartitionFacts {
            clocks = Collections.unmodifiableNavigableMap(new TreeMap<>(clocks));
        }

        PartitionFacts withoutClocks() {
            return new PartitionFacts(partition, beginning, end, bytes, bronze, new TreeMap<>());
        }

        /** The first record that can be read, from bronze or from Kafka. */
        long first() {
            return bronze.map(b -> Math.min(b.first(), beginning)).orElse(beginning);
        }

        /** The clock as it is now; nothing if it has not begun. */
        OptionalLong clock() {
            return clocks.isEmpty() ? OptionalLong.empty() : OptionalLong.of(clocks.lastEntry().getValue());
        }
    }
}
