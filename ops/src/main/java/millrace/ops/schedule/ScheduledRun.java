package millrace.ops.schedule;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/**
 * One time that something is done, and what it has come to.
 *
 * @param id of the schedule and the time that it is due, or the word by which somebody has asked for it: who asks again gets
 *        the same
 * @param attempt how often it was begun anew; going on after the process has died is none
 * @param at when it came to this
 * @param again when it is tried again, if it has failed
 * @param message what came of it, or why it did not
 * @param alerted whether it was said that it is late
 * @param mourned whether it was said that it was given up
 * @param by which process
 */
public record ScheduledRun(String id, String schedule, String action, Instant due, Status status, int attempt,
        Instant at, Optional<Instant> again, Optional<String> message, boolean alerted, boolean mourned, String by) {
    /** What it has come to. */
    public enum Status {
        /** It is due, and waits for what it has to wait for. */
        WAITING,
        /** It is being done, or goes on when a process takes it up. */
        RUNNING,
        /** It is tried again. */
        FAILED,
        /** It is not tried again. */
        GIVEN_UP, DONE;

        boolean isOver() {
            return this == DONE || this == GIVEN_UP;
        }
    }

    /** One that is due. */
    static ScheduledRun scheduled(String schedule, String action, Instant due, Instant now, String by) {
        return of(schedule + "@" + due.truncatedTo(ChronoUnit.SECONDS), schedule, action, due, now, by);
    }

    /** One that somebody asks for, by a word of their own. */
    public static ScheduledRun asked(String schedule, String action, String word, Instant now, String by) {
        return of(schedule + "#" + word, schedule, action, now, now, by);
    }

    private static ScheduledRun of(String id, String schedule, String action, Instant due, Instant now, String by) {
        return new ScheduledRun(id, schedule, action, due, Status.WAITING, 0, now, Optional.empty(), Optional.empty(),
                false, false, by);
    }

    /** Whether it was asked for, not due by its schedule. */
    public boolean isAsked() {
        return id.startsWith(schedule + "#");
    }

    /** What it has come to, for people. */
    public String words() {
        return status.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    ScheduledRun waits(String why) {
        return new ScheduledRun(id, schedule, action, due, Status.WAITING, attempt, at, Optional.empty(),
                Optional.of(why), alerted, mourned, by);
    }

    ScheduledRun begun(Instant now, String who) {
        return new ScheduledRun(id, schedule, action, due, Status.RUNNING,
                status == Status.RUNNING ? attempt : attempt + 1, now, Optional.empty(), Optional.empty(), alerted,
                mourned,
                who);
    }

    ScheduledRun done(Instant now, String what) {
        return new ScheduledRun(id, schedule, action, due, Status.DONE, attempt, now, Optional.empty(),
                Optional.of(what), alerted, mourned, by);
    }

    ScheduledRun failed(Instant now, String why, Optional<Instant> next) {
        return new ScheduledRun(id, schedule, action, due, next.isPresent() ? Status.FAILED : Status.GIVEN_UP, attempt,
                now, next, Optional.of(why), alerted, mourned, by);
    }

    ScheduledRun saidToBeGivenUp() {
        return new ScheduledRun(id, schedule, action, due, status, attempt, at, again, message, alerted, true, by);
    }

    ScheduledRun saidToBeLate() {
        return new ScheduledRun(id, schedule, action, due, status, attempt, at, again, message, true, mourned, by);
    }
}
