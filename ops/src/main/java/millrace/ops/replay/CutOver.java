package millrace.ops.replay;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import millrace.ops.deploy.Deployed;
import millrace.ops.deploy.DeployedJournal;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.ops.run.Connections;
import millrace.replay.plan.ReplayPlan;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.audit.AuditEntry;
import millrace.sinks.iceberg.audit.AuditTable;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.commit.TableCutOver;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.topology.run.Topics;
import org.apache.kafka.common.TopicPartition;

/**
 * Lets the history that a replay has computed take the place of what runs: first the replay's application is written down as
 * the one that gives the models out, so that the processes of the pipeline take it over and the old one stops; then each
 * branch, once it is as complete as its table, becomes the table. All of it can be done again after a crash, by whoever comes
 * next, while the replay runs somewhere.
 */
public final class CutOver {
    private static final Duration LOOK = Duration.ofMillis(500);
    /** So long the processes of the pipeline may take to hear of it. */
    private static final Duration TAKEN_UP = Duration.ofSeconds(3);
    /** Within such a time a replay that keeps up comes to where the pipeline was. */
    private static final Duration KEEPS_UP = Duration.ofSeconds(5);
    private static final String ACTION = "cut-over";

    private final ReplayPlan plan;
    private final Deployed runs;
    private final Deployment wanted;
    private final List<TableSpec> tables;
    private final Connections connections;
    private final Topics topics;
    private final Runnable unrivalled;
    private final Runnable admit;
    private final Clock clock;

    /** A table that is fed by the replay's topic. */
    public record Done(String table, OptionalLong before, OptionalLong after, String tag) {}

    /**
     * @param tables on their main branches, each fed by a topic of the replay
     * @param unrivalled throws {@link ProblemException} if it would undo what another replay does
     * @param admit lets the late records count that it has taken in
     */
    CutOver(ReplayPlan plan, Deployed runs, Deployment wanted, List<TableSpec> tables, Connections connections,
            Topics topics, Runnable unrivalled, Runnable admit, Clock clock) {
        this.plan = plan;
        this.runs = runs;
        this.wanted = wanted;
        this.tables = List.copyOf(tables);
        this.connections = connections;
        this.topics = topics;
        this.unrivalled = unrivalled;
        this.admit = admit;
        this.clock = clock;
    }

    /** Names of the tables whose place it takes, in their order. */
    public List<String> tables() {
        return tables.stream().map(TableSpec::qualifiedName).toList();
    }

    /** Waits until the replay comes to where the pipeline is as fast as that goes on; false if it was stopped. */
    public boolean awaitCaughtUp(BooleanSupplier stop) throws InterruptedException {
        while (!stop.getAsBoolean()) {
            Map<TopicPartition, Long> there = committed(plan.pipeline());
            Instant deadline = clock.instant().plus(KEEPS_UP);
            while (clock.instant().isBefore(deadline) && !stop.getAsBoolean()) {
                if (hasCome(there) && branchesAreThere()) {
                    return true;
                }
                Thread.sleep(LOOK);
            }
        }
        return false;
    }

    /** A branch without a commit says nothing of how complete it is. */
    private boolean branchesAreThere() {
        return tables.stream().allMatch(t -> TableBranches
                .find(connections.catalog(), t.qualifiedName(), plan.branch()).isPresent());
    }

    /**
     * Does it.
     *
     * @param stop ends it between two steps; whoever does it again goes on
     * @param progress is told what it waits for
     * @return the tables in their order; fewer if it was stopped
     */
    public List<Done> run(String who, BooleanSupplier stop, Consumer<String> progress) throws InterruptedException {
        writeDown();
        Instant takenUp = clock.instant().plus(TAKEN_UP);
        while (clock.instant().isBefore(takenUp) && !stop.getAsBoolean()) {
            Thread.sleep(LOOK);
        }
        Map<TopicPartition, Long> there = committed(plan.pipeline());
        while (!stop.getAsBoolean() && !hasCome(there)) {
            progress.accept("the replay comes to where the pipeline was");
            Thread.sleep(LOOK);
        }
        Map<TopicPartition, Long> ends = topics.endOffsets(tables.stream().map(TableSpec::topic).toList());
        List<Done> done = new ArrayList<>();
        for (TableSpec table : tables) {
            Optional<Done> one = cutOver(table, ends, who, stop, progress);
            if (one.isEmpty()) {
                return done;
            }
            done.add(one.get());
        }
        admit.run();
        return done;
    }

    private void writeDown() {
        Map<String, String> moved = new HashMap<>();
        plan.models().forEach(m -> moved.put(m.model(), plan.application()));
        try (DeployedJournal journal = new DeployedJournal(topics, connections.kafkaClient(), plan.pipeline())) {
            // Not as it was when this began, which may be long ago.
            Deployed now = journal.read().orElseThrow();
            requireAsPlanned(now, runs, wanted);
            Deployed next = now.next(wanted.deployed(clock.instant()), moved);
            if (!next.files().equals(now.files()) || !next.applications().equals(now.applications())) {
                unrivalled.run();
                journal.write(next);
            }
        }
    }

    /** What others have let other applications give out may stand beside it; another text may not. */
    static void requireAsPlanned(Deployed now, Deployed planned, Deployment wanted) {
        if (!now.files().equals(planned.files()) && !now.files().equals(wanted.files())) {
            throw new ProblemException(Problem.of(OpsProblem.DEPLOYED_MEANWHILE, now.pipeline(), now.by()
                    + " has deployed another text of " + now.pipeline() + " at " + now.at() + ".")
                    .withRemedy(OpsProblem.DEPLOYED_MEANWHILE.remedy()));
        }
    }

    private Optional<Done> cutOver(TableSpec table, Map<TopicPartition, Long> ends, String who, BooleanSupplier stop,
            Consumer<String> progress) throws InterruptedException {
        TableCutOver.Request request = request(table, who);
        try (TableCutOver cut = TableCutOver.open(connections.catalog(), table)) {
            Optional<TableCutOver.Outcome.Done> before = cut.done(request);
            if (before.isPresent()) {
                return Optional.of(told(table, before.get(), who));
            }
            while (!stop.getAsBoolean()) {
                if (has(table, ends) && cut.execute(request) instanceof TableCutOver.Outcome.Done done) {
                    return Optional.of(told(table, done, who));
                }
                progress.accept(table.qualifiedName() + "@" + plan.branch() + " becomes as complete as "
                        + table.qualifiedName());
                Thread.sleep(LOOK);
            }
        }
        return Optional.empty();
    }

    /** Also of what somebody has done who did not live to tell; what was told before is not told again. */
    private Done told(TableSpec table, TableCutOver.Outcome.Done done, String who) {
        AuditTable.add(connections.catalog(), new AuditEntry(plan.branch() + "-" + ACTION + "@"
                + table.qualifiedName(), clock.instant(), who, plan.pipeline(), ACTION, plan.id(),
                Optional.of(table.qualifiedName()), done.before(), done.after(), ReplayAudit.offsets(plan),
                plan.revision(), Optional.empty()));
        return new Done(table.qualifiedName(), done.before(), done.after(), tag());
    }

    private String tag() {
        return "before-" + plan.branch();
    }

    private TableCutOver.Request request(TableSpec table, String who) {
        Map<String, String> summary = new LinkedHashMap<>();
        summary.put("millrace.replay", plan.id());
        summary.put("millrace.replay-action", ACTION);
        summary.put("millrace.replay-by", who);
        summary.put("millrace.replay-revision", plan.revision());
        String topicId = topics.describe(List.of(table.topic())).get(table.topic()).id().toString();
        return new TableCutOver.Request(plan.branch(), topicId, tag(), summary);
    }

    /** Whether every table is fed by the replay's topics already, so that it need not run here any longer. */
    public boolean isDone() {
        for (TableSpec table : tables) {
            if (topics.describe(List.of(table.topic())).isEmpty()) {
                return false;
            }
            try (TableCutOver cut = TableCutOver.open(connections.catalog(), table)) {
                if (cut.done(request(table, "")).isEmpty()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether a branch has what its topic had; one that is gone was in the table's place before. */
    private boolean has(TableSpec table, Map<TopicPartition, Long> ends) {
        Optional<TableBranches.Ref> branch = TableBranches.find(connections.catalog(), table.qualifiedName(),
                plan.branch());
        return branch.isEmpty() || ends.entrySet().stream().filter(e -> e.getKey().topic().equals(table.topic()))
                .allMatch(e -> branch.get().next().getOrDefault(e.getKey().partition(), 0L) >= e.getValue());
    }

    private boolean hasCome(Map<TopicPartition, Long> there) {
        Map<TopicPartition, Long> here = topics.committed(plan.application());
        return there.entrySet().stream().allMatch(e -> here.getOrDefault(e.getKey(), 0L) >= e.getValue());
    }

    private Map<TopicPartition, Long> committed(String application) {
        Set<String> sources = plan.reads().stream().map(ReplayPlan.Read::topic).collect(Collectors.toSet());
        return topics.committed(application).entrySet().stream().filter(e -> sources.contains(e.getKey().topic()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
