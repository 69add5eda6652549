package millrace.sinks.iceberg.health;

import java.time.Duration;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How long rows took from a moment that they carry to the commit that made them readable.
 *
 * @param commits that added such rows
 * @param rowsByMillis how many rows took so many milliseconds
 */
public record Delays(long commits, NavigableMap<Long, Long> rowsByMillis) {
    public Delays {
        rowsByMillis = Collections.unmodifiableNavigableMap(new TreeMap<>(rowsByMillis));
    }

    public long rows() {
        return rowsByMillis.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * What this share of the rows took at most.
     *
     * @param share more than 0; 1 for the slowest row
     * @throws IllegalStateException if there are no rows
     */
    public Duration within(double share) {
        long rank = (long) Math.ceil(rows() * share);
        long seen = 0;
        for (var delay : rowsByMillis.entrySet()) {
            seen += delay.getValue();
            if (seen >= rank) {
                return Duration.ofMillis(delay.getKey());
            }
        }
        throw new IllegalStateException("no row took any time");
    }
}
