package millrace.topology.explain;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a model's rows leave it.
 *
 * @param changesBy the columns by which it changes rows that it has given out; empty if it changes none
 * @param early how often results of open windows are given out; absent: when they close, and not before
 */
public record Emission(List<String> changesBy, Optional<Duration> early) {
    /** Every row once, for good. */
    public static final Emission ONCE = new Emission(List.of(), Optional.empty());

    public Emission {
        changesBy = List.copyOf(changesBy);
    }
}
