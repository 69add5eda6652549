package millrace.replay.plan;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.Collections;
import millrace.schemas.time.TimeEntry;
import millrace.topology.assemble.Pipeline;

/**
 * What is to be replayed.
 *
 * @param pipeline with the contracts and models that it is to be replayed with
 * @param revision digest of their text
 * @param models that are to be written
 * @param sample the partitions that are to be read, of each topic that has some of them; empty for all
 * @param amends late records that are to be taken in, beside those that are already
 * @param now what {@link Edge.Ago} counts from
 * @param arrived gives the last records of a stretch of time that have come
 * @param completeThrough gives the event time through which a table was complete at a snapshot, if it said so
 */
public record PlanRequest(Pipeline pipeline, String revision, SortedSet<String> models, Optional<Edge> from,
        Optional<Edge> to, SortedSet<Integer> sample, List<TimeEntry.Admission> amends, Instant now, Arrived arrived,
        Function<Edge.State, Optional<Instant>> completeThrough) {
    public PlanRequest {
        models = Collections.unmodifiableSortedSet(new TreeSet<>(models));
        amends = List.copyOf(amends);
        sample = Collections.unmodifiableSortedSet(new TreeSet<>(sample));
    }

    /** Of all partitions, as they are. */
    public PlanRequest(Pipeline pipeline, String revision, SortedSet<String> models, Optional<Edge> from,
            Optional<Edge> to, Instant now, Arrived arrived, Function<Edge.State, Optional<Instant>> completeThrough) {
        this(pipeline, revision, models, from, to, new TreeSet<>(), List.of(), now, arrived, completeThrough);
    }

    /** What has come of a contract's records. */
    public interface Arrived {
        /** By partition, the last offset with an event time of a stretch; absent where nobody knows. */
        Optional<SortedMap<Integer, Long>> last(String contract, ReplayPlan.Times times);
    }
}
