package millrace.sinks.iceberg.commit;

import java.time.Duration;

/**
 * @param linger how long the first accepted proposal waits for others to share its snapshot
 * @param patience how long a proposal may wait for its predecessor
 * @param oldest the age at which a proposal is refused: half of the age at which an unreferenced file is an orphan
 * @param retry how long to wait before looking again at a table that is blocked, the first time; it doubles
 * @param longestRetry at most
 */
public record CommitRules(Duration linger, Duration patience, Duration oldest, Duration retry, Duration longestRetry) {
    /** See {@link #oldest}. */
    public static final Duration OLDEST = Duration.ofHours(36);

    /** For a table that workers propose to once per interval. */
    public static CommitRules forInterval(Duration commitInterval) {
        Duration linger = min(commitInterval.dividedBy(10), Duration.ofSeconds(1));
        return new CommitRules(linger, max(commitInterval.multipliedBy(3), Duration.ofSeconds(10)),
                OLDEST, Duration.ofMillis(500), Duration.ofSeconds(10));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
