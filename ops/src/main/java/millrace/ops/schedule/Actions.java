package millrace.ops.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Schedule;
import millrace.ops.project.Schedule.Action;
import millrace.ops.replay.AmendPlan;
import millrace.ops.replay.Amending;
import millrace.ops.replay.Publications;
import millrace.ops.replay.ReplayWatch;
import millrace.ops.replay.Replays;
import millrace.ops.run.Connections;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.plan.Edge;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.problem.ReplayProblem;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayRun;
import millrace.replay.select.ModelGraph;
import millrace.replay.select.Selection;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.branch.TableCuts;
import millrace.sinks.iceberg.maintain.MaintenanceState;
import millrace.sinks.iceberg.run.Compaction;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.topology.assemble.Pipeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import java.nio.file.Path;
import java.time.Clock;

/** Does what schedules ask for, in this process. Each can be done again, and goes on where it was broken off. */
final class Actions implements Doing {
    private static final Logger LOG = LoggerFactory.getLogger(Actions.class);
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final Connections connections;
    private final Path data;
    private final String who;
    private final Clock clock;

    /** @param data folder, where the state of replays lies while they run */
    Actions(Connections connections, Path data, String who, Clock clock) {
        this.connections = connections;
        this.data = data;
        this.who = who;
        this.clock = clock;
    }

    @Override
    public Optional<String> perform(Deployment deployment, Schedule schedule, ScheduledRun run, BooleanSupplier stop)
            throws Exception {
        return switch (schedule.action()) {
            case Action.Amend amend -> amend(deployment, amend.last(), stop);
            case Action.Cut cut -> cut(deployment, cut.tables(), day(run.due(), schedule.zone()), stop);
            case Action.Compact compact -> compact(deployment, compact.tables(), stop);
            case Action.Replay replay -> replay(deployment, replay.models(), run, schedule.zone(), stop);
        };
    }

    /** The day before it is due. */
    private static LocalDate day(Instant due, ZoneId zone) {
        return LocalDate.ofInstant(due, zone).minusDays(1);
    }

    private Optional<String> amend(Deployment deployment, Duration last, BooleanSupplier stop) throws Exception {
        try (Replays replays = new Replays(deployment, connections, data, clock)) {
            Amending amending = new Amending(replays, 1, who, clock, new Watcher(replays), stop);
            List<Amending.Done> done = new ArrayList<>(amending.goOn());
            Optional<AmendPlan> plan = stop.getAsBoolean()
                    ? Optional.empty()
                    : replays.late().ofDays(last, stop, new Patience(deployment.name())::waits);
            if (plan.isEmpty()) {
                return Optional.empty();
            }
            List<Amending.Done> planned = amending.run(plan.get().replays(), Optional.empty());
            if (!isPublished(done, stop) || !isPublished(planned, stop)
                    || planned.size() < plan.get().replays().size()) {
                return Optional.empty();
            }
            done.addAll(planned);
            long left = plan.get().amendment().left().values().stream().mapToLong(Long::longValue).sum();
            return Optional.of(plan.get().amendment().records() + " late records taken in by " + done.size()
                    + (done.size() == 1 ? " replay" : " replays") + (left == 0 ? "" : ", " + left + " stay out")
                    + uncut(done));
        }
    }

    /**
     * False if it was stopped.
     *
     * @throws ProblemException if somebody has paused one
     */
    private static boolean isPublished(List<Amending.Done> done, BooleanSupplier stop) {
        for (Amending.Done one : done) {
            if (!one.isPublished() && !stop.getAsBoolean()) {
                throw new ProblemException(Problem.of(ReplayProblem.REPLAY_NOT_READY, one.entry().plan().id(),
                        "Replay " + one.entry().plan().id() + " is " + one.entry().words() + ", by " + one.entry().by()
                                + ".")
                        .withRemedy(ReplayProblem.REPLAY_NOT_READY.remedy()));
            } else if (!one.isPublished()) {
                return false;
            }
        }
        return true;
    }

    private static String uncut(List<Amending.Done> done) {
        return done.stream().flatMap(d -> d.tables().stream()).flatMap(t -> t.uncut().stream()
                .map(why -> "; days of " + t.table() + " are not cut anew: " + why)).collect(Collectors.joining());
    }

    private Optional<String> cut(Deployment deployment, List<String> tables, LocalDate day, BooleanSupplier stop) {
        List<String> cuts = new ArrayList<>();
        for (DeployedTable table : tables(deployment, tables)) {
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            cuts.add(table.name() + "@" + TableCuts.first(connections.catalog(), table.name(), day).name());
        }
        return Optional.of(String.join(", ", cuts));
    }

    private Optional<String> compact(Deployment deployment, List<String> tables, BooleanSupplier stop)
            throws InterruptedException {
        long before = 0;
        long after = 0;
        for (DeployedTable table : tables(deployment, tables)) {
            MaintenanceState end = Compaction.run(SinkConfig.of(deployment.name(), connections.kafkaClient()),
                    connections.catalog(), table.spec(), clock, stop, soFar -> {
                    });
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            Optional<String> why = end.problem().or(() -> end.rewrites().unanswered() > 0
                    ? Optional.of("no committer of the table has answered")
                    : end.rewrites().refused() > 0
                            ? Optional
                                    .of("the committer has refused a rewrite, since others have changed the same files")
                            : Optional.empty());
            if (why.isPresent()) {
                throw new ProblemException(Problem.of(SinkProblem.STAGING_FAILED, table.name(), why.get())
                        .withRemedy("What is done is done; it goes on from there."));
            }
            before += end.rewrites().filesBefore();
            after += end.rewrites().filesAfter();
        }
        return Optional.of(before == 0 ? "nothing was to be rewritten" : before + " files are " + after);
    }

    /** One that was begun for this run goes on, if what it gives still fits; else it is planned by what is there now. */
    private Optional<String> replay(Deployment deployment, List<String> models, ScheduledRun run, ZoneId zone,
            BooleanSupplier stop) throws Exception {
        LocalDate day = day(run.due(), zone);
        Optional<String> reason = Optional.of("schedule " + run.id());
        try (Replays replays = new Replays(deployment, connections, data, clock)) {
            Amending amending = new Amending(replays, 1, who, clock, new Watcher(replays), stop);
            List<Amending.Done> done = amending.goOn(e -> e.reason().equals(reason));
            if (done.isEmpty() && !stop.getAsBoolean()) {
                Optional<ReplayEntry> before = replays.journal().all().stream()
                        .filter(e -> e.reason().equals(reason) && e.status() == ReplayEntry.Status.PUBLISHED)
                        .findFirst();
                if (before.isPresent()) {
                    return Optional.of(published(before.get().plan(), day));
                }
                done = amending.run(List.of(planned(replays, models, day, zone)), reason);
            }
            return isPublished(done, stop) && !done.isEmpty()
                    ? Optional.of(published(done.get(0).entry().plan(), day) + uncut(done))
                    : Optional.empty();
        }
    }

    private static String published(ReplayPlan plan, LocalDate day) {
        return "replay " + plan.id() + " of " + day + " is published";
    }

    private static ReplayPlan planned(Replays replays, List<String> models, LocalDate day, ZoneId zone) {
        Deployment live = replays.live();
        SortedSet<String> selected = new Selection(ModelGraph.of(live.pipeline().models().stream()
                .map(Pipeline.PlannedModel::plan).toList())).of(models, List.of());
        ReplayPlan plan = replays.planAnew(live, selected,
                Optional.of(new Edge.At(day.atStartOfDay(zone).toInstant())),
                Optional.of(new Edge.At(day.plusDays(1).atStartOfDay(zone).toInstant())));
        if (plan.kind() instanceof Kind.Whole whole) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_NOT_OF_A_RANGE, String.join(", ", selected),
                    "A day alone cannot be computed again: " + String.join("; ", whole.because()) + ".")
                    .withRemedy("Select models of which it can; see millrace replay plan."));
        }
        return plan;
    }

    private static List<DeployedTable> tables(Deployment deployment, List<String> names) {
        Set<String> known = new TreeSet<>();
        deployment.tables().forEach(t -> known.add(t.name()));
        return names.stream().map(name -> deployment.tables().stream().filter(t -> t.name().equals(name)).findFirst()
                .orElseThrow(() -> new ProblemException(Problem.of(OpsProblem.TABLE_UNKNOWN, name,
                        "The pipeline has no table \"" + name + "\"." + Nearest.hint(name, known))
                        .withRemedy(OpsProblem.TABLE_UNKNOWN.remedy()))))
                .toList();
    }

    /** With what does not go on by itself: so long, and then it counts as failed. */
    private final class Patience {
        private final String subject;
        private String what = "";
        private Optional<Instant> since = Optional.empty();

        Patience(String subject) {
            this.subject = subject;
        }

        void goesOn() {
            since = Optional.empty();
            what = "";
        }

        void waits(String why) {
            Instant now = clock.instant();
            if (!why.equals(what)) {
                what = why;
                LOG.warn("{} waits: {}", subject, why);
            }
            if (since.isEmpty()) {
                since = Optional.of(now);
            } else if (now.isAfter(since.get().plus(PATIENCE))) {
                throw new ProblemException(Problem.of(ReplayProblem.REPLAY_NOT_READY, subject, "For "
                        + PATIENCE.toMinutes() + " minutes it has waited: " + why)
                        .withRemedy(ReplayProblem.REPLAY_NOT_READY.remedy()));
            }
        }
    }

    /** Nobody looks on; what matters is in the log. */
    private final class Watcher implements Amending.Watcher {
        private final Replays replays;

        Watcher(Replays replays) {
            this.replays = replays;
        }

        @Override
        public boolean resumes(ReplayEntry paused) {
            return false; // Whoever has paused it decides.
        }

        @Override
        public void givesUp(ReplayPlan plan) {
            LOG.info("replay {} is given up: something else was deployed or taken in since", plan.id());
        }

        @Override
        public Amending.Look computes(ReplayEntry entry, ReplayRun run, ReplayProgress progress) {
            ReplayWatch watch = new ReplayWatch(replays, entry, run, clock);
            Patience patience = new Patience(entry.plan().id());
            return () -> {
                Optional<ReplayEntry.Status> end = watch.look(run::isDone, () -> {
                });
                if (watch.problem().isEmpty()) {
                    patience.goesOn();
                } else {
                    patience.waits(watch.problem());
                }
                return end;
            };
        }

        @Override
        public Publications.Progress publishes(Publications publications) {
            return (table, state) -> LOG.debug("{}: {}", table, state);
        }
    }
}
