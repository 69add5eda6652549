package millrace.topology.archive;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Where records of topics are kept for longer than Kafka keeps them. Safe for several threads. Methods throw
 * {@link millrace.schemas.problem.ProblemException} if what is asked for cannot be had.
 */
public interface RecordArchive {
    /** Nothing is kept. */
    RecordArchive NONE = new RecordArchive() {
        @Override
        public boolean has(String topic) {
            return false;
        }

        @Override
        public Whereabouts find(TopicPartition partition, long next, long kafka) {
            return new Whereabouts.Kafka(next);
        }

        @Override
        public ArchiveReader read(String topic, Map<Integer, ArchiveRange> ranges) {
            throw new IllegalStateException("nothing is kept of " + topic);
        }
    };

    /** Whether records of a topic are kept. */
    boolean has(String topic);

    /**
     * Says who has the next record of a partition. If it is the archive, it has every record of the range.
     *
     * @param next the first record that is wanted
     * @param kafka the first offset that Kafka still has
     */
    Whereabouts find(TopicPartition partition, long next, long kafka);

    /** Reads partitions of a topic, each in the order of its offsets; for one thread. */
    ArchiveReader read(String topic, Map<Integer, ArchiveRange> ranges);
}
