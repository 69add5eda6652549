package millrace.topology.source;

import millrace.topology.time.IdleOffers;
import millrace.topology.time.TimeJournal;

/**
 * What a source operator knows of time beside its records.
 *
 * @param journal what was decided before; obeyed at the offsets it names
 * @param offers what the cluster looks like now
 */
public record SourceTime(TimeJournal journal, IdleOffers offers) {
    /** Nothing was decided, and nobody looks. */
    public static final SourceTime NONE = new SourceTime(TimeJournal.EMPTY, new IdleOffers());
}
