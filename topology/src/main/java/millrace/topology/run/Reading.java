package millrace.topology.run;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.schemas.time.TimeEntry;
import millrace.topology.archive.RecordArchive;
import millrace.topology.source.Span;

/**
 * Which records a run reads, from where, and how fast.
 *
 * @param spans by contract and partition; a contract that is not named is read from its first record on
 * @param mostPerSecond records that this process reads; absent for as many as can be
 * @param archive where records are that Kafka has let go
 * @param upTo where it stops, and waits for more
 * @param admissions rows that count however late they come; absent for those of the time journal
 */
public record Reading(Map<String, Map<Integer, Span>> spans, OptionalLong mostPerSecond, RecordArchive archive,
        UpTo upTo, Optional<List<TimeEntry.Admission>> admissions) {
    /** All of them, as fast as can be. */
    public static final Reading ALL = new Reading(Map.of(), OptionalLong.empty(), RecordArchive.NONE);

    /** Where a run stops, and waits for more. */
    public enum UpTo {
        /** At the ends of partitions. */
        THE_END,
        /**
         * Where the run has come whose time journal it obeys: then it knows all that is decided about what it reads. A
         * partition that the other does not read is not read.
         */
        THE_LEADER
    }

    public Reading {
        Map<String, Map<Integer, Span>> copy = new HashMap<>();
        spans.forEach((contract, byPartition) -> copy.put(contract, Map.copyOf(byPartition)));
        spans = Map.copyOf(copy);
        admissions = admissions.map(List::copyOf);
    }

    /** To the ends of partitions. */
    public Reading(Map<String, Map<Integer, Span>> spans, OptionalLong mostPerSecond, RecordArchive archive) {
        this(spans, mostPerSecond, archive, UpTo.THE_END, Optional.empty());
    }

    /** Of what Kafka has. */
    public Reading(Map<String, Map<Integer, Span>> spans, OptionalLong mostPerSecond) {
        this(spans, mostPerSecond, RecordArchive.NONE);
    }
}
