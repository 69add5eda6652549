package millrace.topology.follow;

import org.apache.kafka.common.TopicPartition;

/** Up to where partitions may be read. Safe for several threads. */
@FunctionalInterface
public interface ReadingLimit {
    /** To their ends. */
    ReadingLimit NONE = partition -> Long.MAX_VALUE;

    /** The first offset that may not be read yet; it only grows. */
    long of(TopicPartition partition);
}
