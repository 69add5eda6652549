package millrace.topology.source;

import java.util.Map;
import millrace.topology.time.IdleOffers;
import millrace.topology.time.TimeJournal;

/**
 * What a source operator knows of time beside its records.
 *
 * @param journal what was decided before; obeyed at the offsets it names
 * @param offers what the cluster looks like now
 * @param revisions by contract, a digest of the text of everything that is computed from it; written down from where it
 *        holds. Of a run that writes none it is empty
 */
public record SourceTime(TimeJournal journal, IdleOffers offers, Map<String, String> revisions) {
    public SourceTime {
        revisions = Map.copyOf(revisions);
    }

    /** Of a run that writes down no revisions. */
    public SourceTime(TimeJournal journal, IdleOffers offers) {
        this(journal, offers, Map.of());
    }

    /** Nothing was decided, and nobody looks. */
    public static final SourceTime NONE = new SourceTime(TimeJournal.EMPTY, new IdleOffers());
}
