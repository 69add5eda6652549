package millrace.ops.replay;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import millrace.ops.replay.Publications.Outcome;
import millrace.ops.replay.Publications.Published;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.problem.ReplayProblem;
import millrace.replay.publish.ReplayPublication.Action;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayRun;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/**
 * Takes late records in: computes each piece on branches, publishes it, lets the records count from then on, makes the next
 * cuts, and clears up. Every step is in the journal of replays, so that whoever does it again goes on where it was left.
 */
public final class Amending {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Replays replays;
    private final int threads;
    private final String who;
    private final Clock clock;
    private final Watcher watcher;
    private final BooleanSupplier stop;

    /** Is told what is done. */
    public interface Watcher {
        /** A replay that was begun earlier is given up, since it does not fit any more. */
        void givesUp(ReplayPlan plan);

        /** A replay begins here, or goes on; once for each. */
        Look computes(ReplayEntry entry, ReplayRun run, ReplayProgress progress);

        /** Its rows are about to take their place; hears how far each table is. */
        Publications.Progress publishes(Publications publications);
    }

    /** Looks once at a replay that runs; gives what it has come to. */
    @FunctionalInterface
    public interface Look {
        Optional<Status> look();
    }

    /** What one has come to; not published if it was stopped. */
    public record Done(ReplayEntry entry, List<Published> tables) {
        public boolean isPublished() {
            return entry.status() == Status.PUBLISHED;
        }
    }

    /**
     * @param who does it
     * @param stop ends it between two steps
     */
    public Amending(Replays replays, int threads, String who, Clock clock, Watcher watcher, BooleanSupplier stop) {
        this.replays = replays;
        this.threads = threads;
        this.who = who;
        this.clock = clock;
        this.watcher = watcher;
        this.stop = stop;
    }

    /** Ends those that were begun earlier; what they leave is planned anew. */
    public List<Done> goOn() throws Exception {
        List<Done> done = new ArrayList<>();
        for (ReplayEntry entry : replays.amending()) {
            if (entry.status() != Status.PUBLISHING && !replays.holds(entry.plan())) {
                watcher.givesUp(entry.plan());
                become(entry, Status.CANCELLED);
                replays.clear(entry.plan());
            } else if (!stop.getAsBoolean()) {
                done.add(toItsEnd(entry));
            }
        }
        return done;
    }

    /** Does what was planned, piece by piece. */
    public List<Done> run(AmendPlan plan) throws Exception {
        List<Done> done = new ArrayList<>();
        for (ReplayPlan replay : plan.replays()) {
            if (!stop.getAsBoolean()) {
                Optional<ReplayEntry> begun = replays.journal().find(replay.id());
                ReplayEntry entry = begun.orElseGet(() -> {
                    ReplayEntry first = new ReplayEntry(replay, Status.STARTED, Optional.empty(), OptionalLong.empty(),
                            0, Optional.empty(), clock.instant(), who);
                    replays.write(first);
                    return first;
                });
                done.add(toItsEnd(entry));
            }
        }
        return done;
    }

    private Done toItsEnd(ReplayEntry begun) throws Exception {
        ReplayEntry entry = begun;
        List<Published> tables = List.of();
        while (true) {
            switch (entry.status()) {
                case STARTED -> {
                    if (!compute(entry)) {
                        return new Done(entry, tables);
                    }
                    entry = replays.journal().find(entry.plan().id()).orElse(entry);
                    if (entry.status() == Status.STARTED) {
                        entry = become(entry, Status.FINISHED);
                    } else if (entry.status() == Status.PAUSED) {
                        return new Done(entry, tables);
                    }
                }
                case PAUSED -> entry = become(entry, Status.STARTED);
                case FINISHED -> entry = become(tested(entry), Status.PUBLISHING);
                case PUBLISHING -> {
                    Publications publications = replays.publications(entry);
                    Outcome outcome = publications.run(Action.PUBLISH, who, entry.reason(), stop,
                            watcher.publishes(publications));
                    tables = outcome.tables();
                    if (!outcome.all()) {
                        return new Done(entry, tables);
                    }
                    entry = become(entry, Status.PUBLISHED);
                    // What it has been published from, the tables have.
                    replays.clear(entry.plan());
                }
                case PUBLISHED -> {
                    return new Done(entry, tables);
                }
                case CANCELLED, ROLLING_BACK, ROLLED_BACK -> throw new ProblemException(Problem.of(
                        ReplayProblem.REPLAY_MOVED_ON, entry.plan().id(), "Replay " + entry.plan().id() + " is "
                                + entry.words() + " meanwhile, by " + entry.by() + ".")
                        .withRemedy(ReplayProblem.REPLAY_MOVED_ON.remedy()));
            }
        }
    }

    /** False if it was stopped. */
    private boolean compute(ReplayEntry entry) throws Exception {
        try (ReplayRun run = replays.run(entry, replays.live(), threads);
                ReplayProgress progress = replays.progress(entry.plan(), replays.live())) {
            Look watch = watcher.computes(entry, run, progress);
            while (!stop.getAsBoolean()) {
                if (watch.look().isPresent()) {
                    return true;
                }
                Thread.sleep(LOOK.toMillis());
            }
        }
        return false;
    }

    /** @throws ProblemException if it must not be published */
    private ReplayEntry tested(ReplayEntry entry) throws Exception {
        Publications publications = replays.publications(entry);
        publications.requireBranches();
        publications.requireNotAmended();
        try (ReplayProgress progress = replays.progress(entry.plan(), replays.live())) {
            replays.requireTested(entry.plan(), progress);
        }
        return entry;
    }

    private ReplayEntry become(ReplayEntry entry, Status status) {
        return replays.write(entry, entry.as(status, clock.instant(), who));
    }
}
