package millrace.sinks.iceberg.expire;

import java.time.Duration;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.PropertyUtil;

/**
 * How finely a table's past is kept, as far back as Iceberg's own properties want it kept at all
 * ({@code history.expire.max-snapshot-age-ms}, {@code history.expire.min-snapshots-to-keep}).
 *
 * @param all of the snapshots of the last so much time are kept
 * @param step of those before that, the last in each so much time
 */
public record SnapshotRules(Duration all, Duration step) {
    /** The table property for {@link #all}, in milliseconds. */
    public static final String ALL = "millrace.history.all-ms";
    /** The table property for {@link #step}, in milliseconds. */
    public static final String STEP = "millrace.history.step-ms";

    /** A commit every ten seconds makes 8640 snapshots in a day, and each is written again with every commit after it. */
    public static final SnapshotRules USUAL = new SnapshotRules(Duration.ofHours(6), Duration.ofHours(1));

    public SnapshotRules {
        if (all.isNegative() || !step.isPositive()) {
            throw new IllegalArgumentException(all + " and " + step);
        }
    }

    static SnapshotRules of(Table table) {
        return new SnapshotRules(
                Duration.ofMillis(Math.max(0, PropertyUtil.propertyAsLong(table.properties(), ALL,
                        USUAL.all().toMillis()))),
                Duration.ofMillis(Math.max(1, PropertyUtil.propertyAsLong(table.properties(), STEP,
                        USUAL.step().toMillis()))));
    }
}
