package millrace.replay.plan;

import java.time.Duration;
import java.util.Collection;
import java.util.OptionalLong;

/**
 * What a replay will take, about.
 *
 * @param rate records a second that it was reckoned with
 * @param bytes on disk: what is in the tables lies on the branch again, and before that in topics
 */
public record Estimate(Duration time, long rate, long bytes) {
    /** What one thread gets through of rows that are filtered, joined or grouped, on a machine of usual size. */
    public static final long USUAL_RATE = 50_000;
    private static final int COPIES = 2;

    /**
     * What a table has of what is written anew.
     *
     * @param files of it, {@code partly} of which have other rows too
     */
    public record Share(String model, String table, long files, long partly, long rows, long bytes) {}

    /** @param limit records a second that are read at most; absent for as many as can be */
    public static Estimate of(ReplayPlan plan, Collection<Share> shares, OptionalLong limit) {
        long rate = limit.orElse(USUAL_RATE);
        return new Estimate(Duration.ofSeconds(Math.ceilDiv(plan.records(), rate)), rate,
                COPIES * shares.stream().mapToLong(Share::bytes).sum());
    }
}
