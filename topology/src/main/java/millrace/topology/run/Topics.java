package millrace.topology.run;

import java.util.LinkedHashMap;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** The cluster's topics as a run needs them. Every method throws {@link ClusterUnavailableException} if nobody answers. */
public interface Topics extends AutoCloseable {
    /** What is known of each topic that exists. */
    Map<String, Facts> describe(Collection<String> names);

    /** Creates topics; one that exists already is left as it is. */
    void create(Collection<WantedTopic> topics);

    /** Gives topics more partitions, by name how many they are to have. */
    void widen(Map<String, Integer> partitions);

    /** The next offset of each partition as a reader of committed records sees it. */
    Map<TopicPartition, Long> endOffsets(Collection<String> topics);

    Map<TopicPartition, Long> beginningOffsets(Collection<String> topics);

    /** What a consumer group has committed. */
    Map<TopicPartition, Long> committed(String group);

    /**
     * Commits where a group that has no member begins.
     *
     * @return false if it has one; nothing has changed then
     */
    boolean commit(String group, Map<TopicPartition, Start> starts);

    /** The floors of a group's starts, of those partitions of which it has committed nothing since. */
    Map<TopicPartition, Long> floors(String group);

    /** Reads a topic from its start, and what comes later. */
    Tail tail(String topic);

    /** A place in a topic that is being read. */
    interface Tail extends AutoCloseable {
        /** The committed records up to the present end that were not given yet, each partition in order. */
        List<Entry> poll();

        /**
         * The same up to the end of the log: waits for transactions that are open, whoever has begun them. What a process has
         * written that has just gone may be among them, for a moment after its commit, or until the broker ends what it
         * has left.
         *
         * @throws ClusterUnavailableException if one stays open for long
         */
        List<Entry> settled();

        @Override
        void close();
    }

    /**
     * Where a partition begins that nobody has read.
     *
     * @param floor its first watermark, if others of its topic were read before it was there
     */
    record Start(long offset, OptionalLong floor) {}

    /** One record; both may be null. */
    record Entry(byte[] key, byte[] value) {
        /** Of those with one key the last, as a compacted topic keeps them; none where that has no value. */
        public static List<Entry> newest(Collection<Entry> entries) {
            Map<ByteBuffer, Entry> newest = new LinkedHashMap<>();
            entries.stream().filter(e -> e.key() != null).forEach(e -> newest.put(ByteBuffer.wrap(e.key()), e));
            return newest.values().stream().filter(e -> e.value() != null).toList();
        }
    }

    @Override
    void close();

    /**
     * @param largestRecord bytes of a batch that the topic takes
     * @param compacted whether it keeps the newest record of each key only
     */
    record Facts(Uuid id, int partitions, int largestRecord, boolean compacted) {
        /** Of a topic that keeps all records. */
        public Facts(Uuid id, int partitions, int largestRecord) {
            this(id, partitions, largestRecord, false);
        }
    }

    /** @param config by Kafka's own names */
    record WantedTopic(String name, int partitions, Map<String, String> config) {}

    /** Nobody answered, or not in time. */
    final class ClusterUnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public ClusterUnavailableException(Throwable cause) {
            super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
        }
    }
}
