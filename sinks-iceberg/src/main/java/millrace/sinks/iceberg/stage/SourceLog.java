package millrace.sinks.iceberg.stage;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The topic as one of several workers reads it. Which partitions are this worker's is decided elsewhere and may change
 * within {@link #poll}; where to read them from is decided by the worker alone.
 */
public interface SourceLog {
    /** Kafka's id of the topic; empty if there is no such topic. */
    String topicId();

    /** Grows with every change of the assignment. After one, every partition has to be sought before it is read. */
    long assignment();

    Set<Integer> assigned();

    /** First and end offsets of partitions. */
    Map<Integer, Bounds> bounds(Set<Integer> partitions);

    /** Reads on from these offsets; partitions that are not named keep theirs. */
    void seek(Map<Integer, Long> offsets);

    /** Whether {@link #poll} brings records or only keeps the membership alive. */
    void flow(Flow flow);

    Polled poll(Duration atMost);

    /** How many records there were at the last {@link #poll} that it has not brought yet, as far as that is known. */
    long left();

    /** Tells lag tools how far the table is; nothing reads it back. */
    void report(Map<Integer, Long> committed);

    /** Committed records, by partition, and the position behind them, past what is not visible to a reader. */
    record Polled(SortedMap<Integer, List<ConsumerRecord<byte[], byte[]>>> records, Map<Integer, Long> next) {}

    record Bounds(long start, long end) {}

    enum Flow {
        READING, PAUSED
    }

    /** An offset that was asked for is not in the log; positions have to be looked up again. */
    final class OffsetGoneException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public OffsetGoneException(Throwable cause) {
            super(cause);
        }
    }
}
