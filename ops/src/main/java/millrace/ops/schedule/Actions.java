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
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
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
    public Optional<String> perform(Deployment deployment, Action action, Instant due, ZoneId zone,
            BooleanSupplier stop) throws Exception {
        return switch (action) {
            case Action.Amend amend -> amend(deployment, amend.last(), stop);
            case Action.Cut cut -> cut(deployment, cut.tables(), day(due, zone), stop);
            case Action.Compact compact -> compact(deployment, compact.tables(), stop);
            case Action.Replay replay -> replay(deployment, replay.models(), day(due, zone), zone, stop);
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
                    : replays.planOfLate(last, stop, what -> LOG.info("an amend waits: {}", what));
            if (plan.isEmpty()) {
                return Optional.empty();
            }
            done.addAll(amending.run(plan.get().replays()));
            if (!done.stream().allMatch(Amending.Done::isPublished)
                    || done.size() < plan.get().replays().size()) {
                return Optional.empty();
            }
            long left = plan.get().amendment().left().values().stream().mapToLong(Long::longValue).sum();
            return Optional.of(plan.get().amendment().records() + " late records taken in by " + done.size()
                    + (done.size() == 1 ? " replay" : " replays") + (left == 0 ? "" : ", " + left + " stay out"));
        }
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

    private Optional<String> replay(Deployment deployment, List<String> models, LocalDate day, ZoneId zone,
            BooleanSupplier stop) throws Exception {
        try (Replays replays = new Replays(deployment, connections, data, clock)) {
            Deployment live = replays.live();
            SortedSet<String> selected = new Selection(ModelGraph.of(live.pipeline().models().stream()
                    .map(Pipeline.PlannedModel::plan).toList())).of(models, List.of());
            ReplayPlan plan = replays.plan(live, selected,
                    Optional.of(new Edge.At(day.atStartOfDay(zone).toInstant())),
                    Optional.of(new Edge.At(day.plusDays(1).atStartOfDay(zone).toInstant())), new TreeSet<>());
            if (plan.kind() instanceof Kind.Whole whole) {
                throw new ProblemException(Problem.of(ReplayProblem.REPLAY_NOT_OF_A_RANGE, String.join(", ", selected),
                        "A day alone cannot be computed again: " + String.join("; ", whole.because()) + ".")
                        .withRemedy("Select models of which it can; see millrace replay plan."));
            }
            List<Amending.Done> done = new Amending(replays, 1, who, clock, new Watcher(replays), stop)
                    .run(List.of(plan));
            return done.stream().allMatch(Amending.Done::isPublished) && !done.isEmpty()
                    ? Optional.of("replay " + plan.id() + " of " + day + " is published")
                    : Optional.empty();
        }
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

    /** Nobody looks on; what matters is in the log. */
    private final class Watcher implements Amending.Watcher {
        private final Replays replays;

        Watcher(Replays replays) {
            this.replays = replays;
        }

        @Override
        public void givesUp(ReplayPlan plan) {
            LOG.info("replay {} is given up: something else was deployed or taken in since", plan.id());
        }

        @Override
        public Amending.Look computes(ReplayEntry entry, ReplayRun run, ReplayProgress progress) {
            ReplayWatch watch = new ReplayWatch(replays, entry, run, clock);
            return () -> {
                String before = watch.problem();
                var end = watch.look(run::isDone, () -> {
                });
                if (!watch.problem().isEmpty() && !watch.problem().equals(before)) {
                    LOG.warn("replay {}: {}", entry.plan().id(), watch.problem());
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
