package millrace.replay.journal;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.replay.plan.ReplayPlan;

/**
 * What is known of a replay.
 *
 * @param models the folder or revision that it is replayed with, as it was typed; absent for the pipeline's own
 * @param mostPerSecond records that a process reads; absent for as many as can be
 * @param rollbacks how often it was published and that was taken back
 * @param reason that was given for what it has come to
 * @param at when it came to this
 * @param by who did it
 */
public record ReplayEntry(ReplayPlan plan, Status status, Optional<String> models, OptionalLong mostPerSecond,
        int rollbacks, Optional<String> reason, Instant at, String by) {
    /** What a replay has come to. */
    public enum Status {
        /** It runs, or goes on when a process takes it up. */
        STARTED,
        /** It goes on when it is resumed. */
        PAUSED,
        /** Its branches have everything. */
        FINISHED,
        /** Nothing of it is left. */
        CANCELLED,
        /** Some of the tables may have it. */
        PUBLISHING,
        /** All of the tables have it. */
        PUBLISHED,
        /** Some of the tables may have what they had before. */
        ROLLING_BACK,
        /** All of the tables have what they had before. */
        ROLLED_BACK
    }

    /** The same, come to something else. */
    public ReplayEntry as(Status other, Instant when, String who) {
        return new ReplayEntry(plan, other, models, mostPerSecond,
                rollbacks + (other == Status.ROLLED_BACK ? 1 : 0), reason, when, who);
    }

    /** What it has come to, for people. */
    public String words() {
        return status.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** The same for a reason. */
    public ReplayEntry because(Optional<String> given) {
        return new ReplayEntry(plan, status, models, mostPerSecond, rollbacks, given, at, by);
    }
}
