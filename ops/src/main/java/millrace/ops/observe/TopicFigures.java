package millrace.ops.observe;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import millrace.ops.observe.TableStatus.PartitionStatus;

/**
 * What a topic tells about a table that is filled from it.
 *
 * @param partitions empty while there is no topic
 * @param newest Kafka timestamp of the newest record before the table's position, as far as Kafka still has it
 * @param oldestWaiting Kafka timestamp of the oldest record at or after the table's position
 */
record TopicFigures(List<PartitionStatus> partitions, Optional<Instant> newest, Optional<Instant> oldestWaiting) {
    static final TopicFigures NONE = new TopicFigures(List.of(), Optional.empty(), Optional.empty());
}
