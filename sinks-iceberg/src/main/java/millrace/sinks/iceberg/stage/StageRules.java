package millrace.sinks.iceberg.stage;

import java.time.Duration;

/**
 * @param interval between proposals; proposals of all workers of a table are due at the same moments
 * @param patience how much longer a proposal may take while many records wait to be read
 * @param mostBytes of files after which a proposal is made at once
 * @param mostUndecided proposals without an answer; at more, reading pauses
 * @param resend after how long a proposal without an answer is sent again
 * @param retry how long to wait after a problem, the first time; it doubles
 * @param longestRetry at most
 * @param unreadable what becomes of a record that cannot be a row
 */
public record StageRules(Duration interval, Duration patience, long mostBytes, int mostUndecided, Duration resend,
        Duration retry,
        Duration longestRetry, Unreadable unreadable) {
    /** What becomes of a record whose schema the table can never hold. */
    public enum Unreadable {
        /** It lands as its bytes with an error text. */
        LAND_AS_BYTES,
        /** The worker is blocked until the table can hold it: the topic is the engine's own, so nothing may be lost. */
        BLOCK
    }

    /** Without patience. */
    public static StageRules forInterval(Duration interval, long mostBytes, Unreadable unreadable) {
        Duration resend = interval.multipliedBy(2);
        return new StageRules(interval, Duration.ZERO, mostBytes, 4,
                resend.compareTo(Duration.ofSeconds(5)) < 0 ? Duration.ofSeconds(5) : resend, Duration.ofMillis(500),
                Duration.ofSeconds(10), unreadable);
    }

    /**
     * While it catches up, a proposal may take three intervals: of a table in which records replace rows. What is read a
     * moment later would replace half of it, and each row replaced costs every reader until it is rewritten.
     */
    public StageRules patientBehind() {
        return new StageRules(interval, interval.multipliedBy(2), mostBytes, mostUndecided, resend, retry, longestRetry,
                unreadable);
    }
}
