package millrace.ops.replay;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import millrace.ops.replay.Publications.Outcome;
import millrace.ops.replay.Publications.Published;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.problem.ReplayProblem;
import millrace.replay.publish.ReplayPublication.Action;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayRun;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemCode;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.table.SinkProblem;

/**
 * Takes late records in: computes each piece on branches, publishes it, lets the records count from then on, makes the next
 * cuts, and clears up. Every step is in the journal of replays, so that whoever does it again goes on where it was left.
 */
public final class Amending {
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** What no waiting cures. */
    private static final Set<ProblemCode> HOPELESS = Set.of(ReplayProblem.REPLAY_LATE_RECORDS,
            SinkProblem.BRANCH_MISSING, SinkProblem.RANGE_UNFIT);

    private final Replays replays;
    private final int threads;
    private final String who;
    private final Clock clock;
    private final Watcher watcher;
    private final BooleanSupplier stop;

    /** Is told what is done. */
    public interface Watcher {
        /** Whether one that somebody has paused is to go on. */
        boolean resumes(ReplayEntry paused);

        /** A replay that was begun is given up, since it does not fit any more. */
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

    /** Ends those that were begun earlier to take late records in; what they leave is planned anew. */
    public List<Done> goOn() throws Exception {
        replays.clearOver();
        return goOn(e -> !e.plan().amends().isEmpty() && e.plan().kind() instanceof Kind.Bounded);
    }

    /** Ends some of those that were begun earlier; those that do not fit any more are given up. */
    public List<Done> goOn(Predicate<ReplayEntry> which) throws Exception {
        List<Done> done = new ArrayList<>();
        for (ReplayEntry entry : replays.begun()) {
            if (!which.test(entry)) {
                continue;
            }
            if (entry.status() != Status.PUBLISHING && !replays.holds(entry.plan())) {
                giveUp(entry);
            } else if (entry.status() == Status.PAUSED && !watcher.resumes(entry)) {
                done.add(new Done(entry, List.of()));
            } else if (!stop.getAsBoolean()) {
                done.add(toItsEnd(entry));
            }
        }
        return done;
    }

    /**
     * Does what was planned, one after the other; of the text that runs. A later one relies on those before it, so that none is
     * begun behind one that has not come to its end.
     *
     * @param reason for which it is done
     */
    public List<Done> run(List<ReplayPlan> plans, Optional<String> reason) throws Exception {
        List<Done> done = new ArrayList<>();
        for (ReplayPlan replay : plans) {
            if (stop.getAsBoolean() || !done.stream().allMatch(Done::isPublished)) {
                return done;
            }
            Optional<ReplayEntry> begun = replays.journal().find(replay.id());
            ReplayEntry entry = begun.orElseGet(() -> {
                ReplayEntry first = new ReplayEntry(replay, Status.STARTED, Optional.empty(), OptionalLong.empty(),
                        0, reason, clock.instant(), who);
                replays.write(first);
                return first;
            });
            done.add(toItsEnd(entry));
        }
        return done;
    }

    private Done toItsEnd(ReplayEntry begun) throws Exception {
        ReplayEntry entry = begun;
        List<Published> tables = List.of();
        while (true) {
            try {
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
                    case FINISHED -> {
                        requireTested(entry);
                        replays.requireStillDeployed();
                        entry = replays.beginPublishing(entry, entry.as(Status.PUBLISHING, clock.instant(), who));
                    }
                    case PUBLISHING -> {
                        Publications publications = replays.publications(entry);
                        if (!publications.isBegun()) {
                            // Whoever wrote that down may have died before it looked for rivals.
                            replays.requireUnrivalled(entry, entry.as(Status.FINISHED, clock.instant(), who));
                        }
                        Outcome outcome = publish(entry, publications);
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
            } catch (ProblemException e) {
                // Another process that does the same may have been quicker.
                ReplayEntry now = replays.journal().find(entry.plan().id()).orElse(entry);
                if (now.status() == entry.status() || now.status().compareTo(Status.CANCELLED) == 0) {
                    throw e;
                }
                entry = now;
            }
        }
    }

    /** One that no table can have is given up, so that the next is planned by what is there then. */
    private Outcome publish(ReplayEntry entry, Publications publications) throws InterruptedException {
        try {
            return publications.run(Action.PUBLISH, who, entry.reason(), stop, watcher.publishes(publications));
        } catch (ProblemException e) {
            if (HOPELESS.contains(e.problems().get(0).code()) && !publications.isBegun()) {
                giveUp(entry);
            }
            throw e;
        }
    }

    private void giveUp(ReplayEntry entry) {
        watcher.givesUp(entry.plan());
        become(entry, Status.CANCELLED);
        replays.clear(entry.plan());
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
    private void requireTested(ReplayEntry entry) throws Exception {
        replays.publications(entry).requireBranches();
        try (ReplayProgress progress = replays.progress(entry.plan(), replays.live())) {
            replays.requireTested(entry.plan(), progress);
        }
    }

    private ReplayEntry become(ReplayEntry entry, Status status) {
        return replays.write(entry, entry.as(status, clock.instant(), who));
    }
}
