package millrace.topology.follow;

import java.util.Map;
import java.util.Set;
import millrace.topology.time.KnownJournal;
import millrace.topology.time.TimeJournal;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the run has come that is followed, and what it has decided about time up to there: written by the thread that
 * looks, read by those that poll and process.
 *
 * <p>
 * A floor is written down in the transaction that commits everything before it, or a later one, and always before a record
 * behind it is committed. So who reads only what is committed, and has read the journal after it saw that, knows of every
 * floor that holds for a record before it takes it.
 */
public final class Leader implements ReadingLimit {
    private final Set<String> topics;
    private final KnownJournal journal;
    private volatile Map<TopicPartition, Long> committed = Map.of();

    /**
     * @param topics that are read behind it; others are the run's own
     * @param journal of the run that is followed, as far as it is known
     */
    public Leader(Set<String> topics, KnownJournal journal) {
        this.topics = Set.copyOf(topics);
        this.journal = journal;
    }

    /** @param then what had been decided when {@code upTo} was committed already */
    public void publish(Map<TopicPartition, Long> upTo, TimeJournal then) {
        // In this order: a record is let through only by what is known of it.
        journal.publish(then);
        committed = Map.copyOf(upTo);
    }

    @Override
    public long of(TopicPartition partition) {
        return topics.contains(partition.topic()) ? committed.getOrDefault(partition, 0L) : Long.MAX_VALUE;
    }
}
