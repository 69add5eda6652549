package millrace.replay.plan;

import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What is known of a contract's topic when a replay is planned.
 *
 * @param topicId Kafka's id of it, as text
 * @param partitions in order
 * @param bronzeForgets whether the bronze table lets rows go as they grow old
 */
public record TopicFacts(String topic, String topicId, List<PartitionFacts> partitions, boolean bronzeForgets) {
    public TopicFacts {
        partitions = List.copyOf(partitions);
    }

    /**
     * @param beginning first offset that Kafka has
     * @param end behind the last one
     * @param bytes that the partition takes in Kafka, of one replica; 0 if nobody says
     * @param bronze the first offset that the bronze table has; absent if it has none
     * @param clocks before which offset the clock was what, ascending; microseconds
     */
    public record PartitionFacts(int partition, long beginning, long end, long bytes, OptionalLong bronze,
            NavigableMap<Long, Long> clocks) {
        public PartitionFacts {
            clocks = Collections.unmodifiableNavigableMap(new TreeMap<>(clocks));
        }

        /** The first record that can be read, from bronze or from Kafka. */
        long first() {
            return bronze.isPresent() ? Math.min(bronze.getAsLong(), beginning) : beginning;
        }

        /** The clock as it is now; nothing if it has not begun. */
        OptionalLong clock() {
            return clocks.isEmpty() ? OptionalLong.empty() : OptionalLong.of(clocks.lastEntry().getValue());
        }
    }
}
