package millrace.replay.range;

import java.time.Instant;
import java.util.Map;

/** What a topic's log says of itself; each map has every partition of the topic. */
public interface TopicOffsets {
    /** The first offset that each partition still has. */
    Map<Integer, Long> beginning();

    /** The offset behind the last record of each partition, open transactions included. */
    Map<Integer, Long> end();

    /** The first offset whose Kafka timestamp is at or after a time; the end of a partition that has none. */
    Map<Integer, Long> at(Instant time);
}
