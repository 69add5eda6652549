package millrace.sinks.iceberg.health;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import millrace.sinks.iceberg.event.SourcePosition;

/**
 * One look at a table.
 *
 * @param id of the table; a table recreated under the same name has another
 * @param rows live rows
 * @param files live data files
 * @param smallFiles those under half of the target size
 * @param snapshot the current one; absent while nothing was committed
 * @param position of the newest commit of ours in the history of the current snapshot
 * @param completeThrough event time that this commit says is complete
 * @param additions what the newest commits added, the newest first; reaches back a few minutes
 * @param rewrites that put files into others, the newest first; reaches back an hour
 */
public record TableHealth(UUID id, long rows, long files, long smallFiles, long bytes, Optional<Long> snapshot,
        Optional<SourcePosition> position, Optional<Instant> completeThrough, List<Addition> additions,
        List<Rewritten> rewrites) {
    static final Duration UPKEEP_OVER = Duration.ofHours(1);

    public TableHealth {
        additions = List.copyOf(additions);
        rewrites = List.copyOf(rewrites);
    }

    /** Rows that one commit added. */
    public record Addition(Instant at, long rows) {}

    /** Files that one commit put into others, whoever did it; not one that added or deleted rows too. */
    public record Rewritten(Instant at, long filesBefore, long filesAfter, long bytesBefore, long bytesAfter) {}

    /** How it was kept in shape in the hour before {@code now}. */
    public Upkeep upkeep(Instant now) {
        Upkeep upkeep = Upkeep.NONE;
        for (Rewritten rewritten : rewrites) {
            if (rewritten.at().isAfter(now.minus(UPKEEP_OVER))) {
                upkeep = upkeep.andBefore(rewritten);
            }
        }
        return upkeep;
    }

    /** When a commit last added rows, as far as {@link #additions} reach back. */
    public Optional<Instant> lastAddition() {
        return additions.stream().filter(a -> a.rows() > 0).map(Addition::at).findFirst();
    }

    /** Rows per second over the time before {@code now}. */
    public double rowsPerSecond(Instant now, Duration over) {
        Instant from = now.minus(over);
        long rows = additions.stream().filter(a -> a.at().isAfter(from)).mapToLong(Addition::rows).sum();
        return rows * 1000.0 / over.toMillis();
    }
}
