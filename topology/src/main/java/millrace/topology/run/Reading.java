package millrace.topology.run;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import millrace.topology.archive.RecordArchive;
import millrace.topology.source.Span;

/**
 * Which records a run reads, from where, and how fast.
 *
 * @param spans by contract and partition; a contract that is not named is read from its first record on
 * @param mostPerSecond records that this process reads; absent for as many as can be
 * @param archive where records are that Kafka has let go
 */
public record Reading(Map<String, Map<Integer, Span>> spans, OptionalLong mostPerSecond, RecordArchive archive) {
    /** All of them, as fast as can be. */
    public static final Reading ALL = new Reading(Map.of(), OptionalLong.empty(), RecordArchive.NONE);

    public Reading {
        Map<String, Map<Integer, Span>> copy = new HashMap<>();
        spans.forEach((contract, byPartition) -> copy.put(contract, Map.copyOf(byPartition)));
        spans = Map.copyOf(copy);
    }

    /** Of what Kafka has. */
    public Reading(Map<String, Map<Integer, Span>> spans, OptionalLong mostPerSecond) {
        this(spans, mostPerSecond, RecordArchive.NONE);
    }
}
