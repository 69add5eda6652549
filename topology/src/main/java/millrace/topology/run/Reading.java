package millrace.topology.run;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import millrace.topology.source.Span;

/**
 * Which records a run reads, and how fast.
 *
 * @param spans by contract and partition; a contract that is not named is read from its first record on
 * @param mostPerSecond records that this process reads; absent for as many as can be
 */
public record Reading(Map<String, Map<Integer, Span>> spans, OptionalLong mostPerSecond) {
    /** All of them, as fast as can be. */
    public static final Reading ALL = new Reading(Map.of(), OptionalLong.empty());

    public Reading {
        Map<String, Map<Integer, Span>> copy = new HashMap<>();
        spans.forEach((contract, byPartition) -> copy.put(contract, Map.copyOf(byPartition)));
        spans = Map.copyOf(copy);
    }
}
