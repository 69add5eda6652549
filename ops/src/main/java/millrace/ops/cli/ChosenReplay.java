package millrace.ops.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.ops.deploy.Deployment;
import millrace.ops.project.Project;
import millrace.ops.replay.Replays;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/** A replay that a command names by its id, or the beginning of it; closing ends the connections to its cluster. */
record ChosenReplay(Deployment live, Replays replays, ReplayEntry entry) implements AutoCloseable {
    /** @throws ProblemException if there is none, or several begin so */
    static ChosenReplay find(String id, Where where, Terminal terminal) {
        List<String> ids = new ArrayList<>();
        for (Project project : where.projects(terminal)) {
            Deployment live = Deployment.read(project);
            Replays replays = ReplaySubject.replays(live, where, terminal);
            Optional<ReplayEntry> found = replays.journal().find(id);
            if (found.isPresent()) {
                return new ChosenReplay(live, replays, found.get());
            }
            replays.journal().all().forEach(e -> ids.add(e.plan().id()));
            replays.close();
        }
        throw new ProblemException(Problem.of(ReplayProblem.REPLAY_UNKNOWN, id, "There is no replay \"" + id + "\"."
                + Nearest.hint(id, ids)).withRemedy(ReplayProblem.REPLAY_UNKNOWN.remedy()));
    }

    /** The pipeline with the text that it was planned with, as that is now. */
    Deployment replayed(Where where, Terminal terminal) {
        return ReplaySubject.replayed(live, entry.models(), where, terminal);
    }

    /** @throws ProblemException if it can never run again */
    static void requireOpen(ReplayEntry entry) {
        String words = switch (entry.status()) {
            case STARTED, PAUSED -> "";
            case FINISHED -> "is finished; its rows are on the branch " + entry.plan().branch() + " of each table";
            case CANCELLED -> "was cancelled by " + entry.by();
            case PUBLISHING, PUBLISHED -> "was published by " + entry.by();
            case ROLLING_BACK, ROLLED_BACK -> "was taken back by " + entry.by();
        };
        if (!words.isEmpty()) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_ENDED, entry.plan().id(),
                    "Replay " + entry.plan().id() + " " + words + ".")
                    .withRemedy(ReplayProblem.REPLAY_ENDED.remedy()));
        }
    }

    /** Writes down what it has come to; as the next. */
    ReplayEntry become(ReplayEntry.Status status, Terminal terminal) {
        return become(entry, status, terminal);
    }

    /** As the next, for a reason. */
    ReplayEntry become(ReplayEntry.Status status, Optional<String> why, Terminal terminal) {
        return become(entry, entry.because(why), status, terminal);
    }

    /**
     * Writes down that it is about to take the place of what is there; that stands if it was begun before.
     *
     * @throws ProblemException if it would undo what another one does
     */
    ReplayEntry beginPublishing(Optional<String> why, Terminal terminal) {
        ReplayEntry next = entry.because(why).as(ReplayEntry.Status.PUBLISHING, terminal.clock().instant(), who());
        return entry.status() == ReplayEntry.Status.PUBLISHING
                ? replays.write(entry, next)
                : replays.beginPublishing(entry, next);
    }

    /**
     * Writes down what it has come to.
     *
     * @param from what it was
     * @throws ProblemException if somebody has changed that meanwhile
     */
    ReplayEntry become(ReplayEntry from, ReplayEntry.Status status, Terminal terminal) {
        return become(from, from, status, terminal);
    }

    private ReplayEntry become(ReplayEntry from, ReplayEntry as, ReplayEntry.Status status, Terminal terminal) {
        return replays.write(from, as.as(status, terminal.clock().instant(), who()));
    }

    /** @throws ProblemException if it has not come to one of these */
    void require(String what, ReplayEntry.Status... among) {
        if (!List.of(among).contains(entry.status())) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_NOT_READY, entry.plan().id(), "Replay "
                    + entry.plan().id() + " is " + entry.words() + ", so that it cannot be " + what
                    + ".").withRemedy(ReplayProblem.REPLAY_NOT_READY.remedy()));
        }
    }

    /** Whoever uses this process. */
    static String who() {
        return System.getProperty("user.name", "");
    }

    @Override
    public void close() {
        replays.close();
    }
}
