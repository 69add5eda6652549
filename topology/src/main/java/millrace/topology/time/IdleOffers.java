package millrace.topology.time;

import java.util.Map;
import java.util.OptionalLong;

/**
 * What a look at the cluster has found for the tasks of this process: written by the thread that looks, read by those
 * that process. Every value replaces the one before.
 */
public final class IdleOffers {
    private volatile Map<Idleness.Partition, Idleness.Offer> offers = Map.of();
    private volatile Map<Idleness.Partition, Long> committed = Map.of();

    public void publish(Map<Idleness.Partition, Idleness.Offer> newOffers,
            Map<Idleness.Partition, Long> newCommitted) {
        offers = Map.copyOf(newOffers);
        committed = Map.copyOf(newCommitted);
    }

    /** What may be done about a partition, or null. */
    public Idleness.Offer of(Idleness.Partition partition) {
        return offers.get(partition);
    }

    /** The next offset that the pipeline reads: everything before it is processed. */
    public OptionalLong committed(Idleness.Partition partition) {
        Long next = committed.get(partition);
        return next == null ? OptionalLong.empty() : OptionalLong.of(next);
    }
}
