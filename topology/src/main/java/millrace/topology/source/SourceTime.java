package millrace.topology.source;

import java.util.List;
import java.util.Map;
import millrace.schemas.time.TimeEntry;
import millrace.topology.time.IdleOffers;
import millrace.topology.time.Idleness;
import millrace.topology.time.KnownJournal;
import millrace.topology.time.TimeJournal;

/**
 * What a source operator knows of time beside its records.
 *
 * @param journal what was decided before, or is by a run that is followed; obeyed at the offsets it names
 * @param offers what the cluster looks like now
 * @param revisions by contract, a digest of the text of everything that is computed from it; written down from where it
 *        holds. Of a run that writes none it is empty
 * @param widenings of partitions that a topic has got since the others of it were read: the watermark that they begin
 *        with; written down with the first that is done with them
 * @param spans of partitions of which not all records are read
 * @param pace at which they are read
 * @param admissions rows that count however late they come
 */
public record SourceTime(KnownJournal journal, IdleOffers offers, Map<String, String> revisions,
        Map<Idleness.Partition, Long> widenings, Map<Idleness.Partition, Span> spans, ReadingPace pace,
        List<TimeEntry.Admission> admissions) {
    public SourceTime {
        admissions = List.copyOf(admissions);
        revisions = Map.copyOf(revisions);
        widenings = Map.copyOf(widenings);
        spans = Map.copyOf(spans);
    }

    /** Of a run to which nothing is decided elsewhere while it is under way. */
    public SourceTime(TimeJournal journal, IdleOffers offers, Map<String, String> revisions,
            Map<Idleness.Partition, Long> widenings, Map<Idleness.Partition, Span> spans, ReadingPace pace,
            List<TimeEntry.Admission> admissions) {
        this(new KnownJournal(journal), offers, revisions, widenings, spans, pace, admissions);
    }

    /** Of a run that reads everything, as fast as can be. */
    public SourceTime(TimeJournal journal, IdleOffers offers, Map<String, String> revisions,
            Map<Idleness.Partition, Long> widenings) {
        this(journal, offers, revisions, widenings, Map.of(), ReadingPace.FREE, journal.admissions());
    }

    /** Of a run that writes down no revisions. */
    public SourceTime(TimeJournal journal, IdleOffers offers) {
        this(journal, offers, Map.of(), Map.of());
    }

    /** Nothing was decided, and nobody looks. */
    public static final SourceTime NONE = new SourceTime(TimeJournal.EMPTY, new IdleOffers());
}
