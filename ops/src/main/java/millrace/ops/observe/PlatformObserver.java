package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.observe.Activity.PipelineActivity;
import millrace.ops.observe.TableStatus.PartitionStatus;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemCode;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.health.TableHealth;
import millrace.sinks.iceberg.health.TableHealthReader;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.topology.model.Model;
import millrace.topology.quarantine.QuarantineRecord;

import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Looks at the topics and tables of deployments. One look serves everybody who asks within the next moment; what does
 * not answer is Blocked in the status, and the rest is shown as it was last seen. Safe for several threads.
 */
public final class PlatformObserver implements StatusSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlatformObserver.class);
    private static final Duration MOMENT = Duration.ofMillis(900);
    private static final Duration RATE_OVER = Duration.ofMinutes(1);
    /** Longer than the pause between two reminders of a block. */
    private static final Duration REMINDED_WITHIN = Duration.ofSeconds(90);

    private final List<Deployment> deployments;
    private final Activity activity;
    private final InstantSource clock;
    private final TopicProbe topics;
    private final ControlTail control;
    private final Reasons reasons;
    private final TableHealthReader tables;
    private final BlockedLog blockedLog = new BlockedLog(REMINDED_WITHIN);
    private final Map<String, Instant> unreachableSince = new HashMap<>();
    /** Which table was meant by a name, also after it was dropped. */
    private final Map<String, UUID> ids = new HashMap<>();
    private final Map<String, TableStatus> lastSeen = new LinkedHashMap<>();
    private final Map<String, QuarantineStatus> lastQuarantine = new HashMap<>();
    private final Map<String, Backlog> backlogs = new HashMap<>();
    private Status last;
    private long lastNanos;

    /** What one look found beside the tables themselves. */
    private record Look(Instant now, Map<String, SortedMap<Integer, PartitionStatus>> bounds,
            Map<String, Integer> members, Map<String, Blocked> here, List<Blocked> blocked) {}

    /**
     * @param kafka settings of Kafka clients, with {@code bootstrap.servers}
     * @param controlTopic where stage workers and committers speak
     * @param catalog Iceberg's catalog properties
     */
    public PlatformObserver(List<Deployment> deployments, Map<String, ?> kafka, String controlTopic,
            Map<String, String> catalog, Activity activity, InstantSource clock) {
        this.deployments = List.copyOf(deployments);
        this.activity = activity;
        this.clock = clock;
        this.topics = new TopicProbe(kafka);
        this.control = new ControlTail(kafka, controlTopic);
        this.reasons = new Reasons(this.deployments, kafka, topics, clock.instant());
        this.tables = TableHealthReader.open(catalog);
    }

    @Override
    public synchronized Status status() {
        if (last == null || System.nanoTime() - lastNanos > MOMENT.toNanos()) {
            last = look();
            lastNanos = System.nanoTime();
        }
        return last;
    }

    @Override
    public synchronized void close() {
        topics.close();
        control.close();
        reasons.close();
        tables.close();
    }

    private Status look() {
        Instant now = clock.instant();
        Look look = lookAtKafka(now);
        List<TableStatus> tableStatuses = new ArrayList<>();
        List<QuarantineStatus> quarantine = new ArrayList<>();
        for (Deployment deployment : deployments) {
            for (DeployedTable table : deployment.tables()) {
                tableStatuses.add(lookAt(deployment, table, look));
            }
            quarantine.addAll(quarantines(deployment));
        }
        List<Blocked> blocked = new ArrayList<>(activity.blocked());
        blocked.addAll(look.blocked());
        tableStatuses.forEach(t -> t.blocked().ifPresent(blocked::add));
        List<PipelineStatus> pipelines = new ArrayList<>();
        for (Deployment deployment : deployments) {
            pipelines.add(pipeline(deployment, look, blocked));
        }
        return Status.of(now, pipelines, inOrder(explained(tableStatuses, pipelines, look)), quarantine,
                blocked.stream().distinct().toList());
    }

    /** Without reasons where Kafka does not answer: that is said of all of them together. */
    private List<TableStatus> explained(List<TableStatus> statuses, List<PipelineStatus> pipelines, Look look) {
        if (look.bounds() == null) {
            return statuses;
        }
        Map<String, PipelineStatus> states = new HashMap<>();
        Map<String, Blocked> cannotGoOn = new HashMap<>();
        for (PipelineStatus pipeline : pipelines) {
            states.put(pipeline.name(), pipeline);
            activity.pipeline(pipeline.name()).flatMap(PipelineActivity::blocked)
                    .ifPresent(b -> cannotGoOn.put(pipeline.name(), b));
        }
        try {
            return reasons.explain(statuses, states, cannotGoOn, look.bounds(), activity.fillsTables(), look.now());
        } catch (KafkaException e) {
            LOG.debug("no reasons this time", e);
            return statuses;
        }
    }

    /** Bronze of all pipelines first, quarantine last. */
    private List<TableStatus> inOrder(List<TableStatus> statuses) {
        Map<String, Integer> rank = new HashMap<>();
        deployments.forEach(d -> d.tables().forEach(t -> rank.put(t.name(), t.kind().ordinal())));
        return statuses.stream().sorted(java.util.Comparator.comparing(t -> rank.get(t.name()))).toList();
    }

    private Look lookAtKafka(Instant now) {
        List<String> names = deployments.stream().flatMap(d -> d.tables().stream()).map(t -> t.spec().topic())
                .distinct().toList();
        try {
            var bounds = topics.bounds(names);
            control.hear(blockedLog, now, REMINDED_WITHIN);
            Map<String, Integer> members = new HashMap<>();
            for (Deployment deployment : deployments) {
                if (activity.pipeline(deployment.name()).isEmpty()) {
                    members.put(deployment.name(), topics.members(deployment.name()));
                }
            }
            unreachableSince.remove("kafka");
            return new Look(now, bounds, members, activity.tables(), List.of());
        } catch (KafkaException e) {
            return new Look(now, null, Map.of(), activity.tables(),
                    List.of(unreachable("kafka", SinkProblem.BROKER_UNAVAILABLE, e, now)));
        }
    }

    private Blocked unreachable(String subject, ProblemCode code, RuntimeException e, Instant now) {
        String message = e instanceof ProblemException p
                ? p.problems().getFirst().message()
                : code.meaning() + " (" + Failure.words(e) + ")";
        Problem problem = Problem.of(code, subject, message).withRemedy(code.remedy());
        if (unreachableSince.putIfAbsent(subject, now) == null && activity != Activity.NONE) {
            LOG.warn("{}", problem.toText("blocked")); // a command shows it anyway
        }
        return new Blocked(subject, code.name(), problem.message(), problem.remedy(), unreachableSince.get(subject));
    }

    private TableStatus lookAt(Deployment deployment, DeployedTable table, Look look) {
        MDC.put("pipeline", deployment.name());
        MDC.put("table", table.name());
        try {
            return lookAtTable(deployment, table, look);
        } finally {
            MDC.remove("pipeline");
            MDC.remove("table");
        }
    }

    private TableStatus lookAtTable(Deployment deployment, DeployedTable table, Look look) {
        Optional<TableHealth> health = Optional.empty();
        Optional<Blocked> blocked = Optional.empty();
        try {
            health = tables.read(table.spec());
            unreachableSince.remove(table.name());
            health.ifPresent(h -> ids.put(table.name(), h.id()));
            blocked = Optional.ofNullable(ids.get(table.name()))
                    .flatMap(id -> blockedLog.of(id, table.name(), look.now()))
                    .or(() -> Optional.ofNullable(look.here().get(table.name())));
        } catch (RuntimeException e) {
            blocked = Optional.of(unreachable(table.name(), SinkProblem.CATALOG_UNAVAILABLE, e, look.now()));
        }
        if (blocked.isPresent() && health.isEmpty() || look.bounds() == null) {
            return asLastSeen(deployment, table, blocked, look);
        }
        Map<Integer, Long> position = new TreeMap<>(health.flatMap(TableHealth::position)
                .map(SourcePosition::next).orElse(new TreeMap<>()));
        TopicFigures figures;
        try {
            figures = Optional.ofNullable(look.bounds().get(table.spec().topic()))
                    .map(b -> topics.figures(table.spec().topic(), b, position)).orElse(TopicFigures.NONE);
        } catch (KafkaException e) {
            return asLastSeen(deployment, table, blocked, look);
        }
        switch (table.kind()) {
            case BRONZE, MODEL -> {
            }
            // Their records are old when they come: the age of one says nothing of how long it has been there.
            case LATE, QUARANTINE -> figures = new TopicFigures(figures.partitions(),
                    health.flatMap(TableHealth::lastAddition),
                    backlogs.computeIfAbsent(table.name(), n -> new Backlog()).since(figures.partitions(),
                            look.now()));
        }
        TableStatus status = facts(deployment, table, health, figures, blocked, look.now()).assess(look.now());
        lastSeen.put(table.name(), status);
        return status;
    }

    private TableFacts facts(Deployment deployment, DeployedTable table, Optional<TableHealth> health,
            TopicFigures figures, Optional<Blocked> blocked, Instant now) {
        var contents = health.map(h -> new TableFacts.Contents(h.rows(), h.files(), h.smallFiles(), h.bytes(),
                h.snapshot(), h.lastAddition(), h.completeThrough(), h.rowsPerSecond(now, RATE_OVER),
                h.upkeep(now)));
        return new TableFacts(table.name(), deployment.name(), table.spec().topic(), table.spec().commitInterval(),
                table.freshness(), contents, figures.partitions(), figures.newest(), figures.oldestWaiting(),
                activity.fillsTables(), blocked);
    }

    /** What was known when everything still answered, with the time gone by since. */
    private TableStatus asLastSeen(Deployment deployment, DeployedTable table, Optional<Blocked> blocked, Look look) {
        Optional<Blocked> why = blocked.or(() -> look.blocked().stream().findFirst());
        TableStatus seen = lastSeen.get(table.name());
        if (seen == null) {
            return facts(deployment, table, Optional.empty(), TopicFigures.NONE, why, look.now()).assess(look.now());
        }
        var contents = new TableFacts.Contents(seen.rows(), seen.files(), seen.smallFiles(), seen.bytes(),
                seen.snapshot(), seen.lastCommit(), seen.completeThrough(), 0, seen.upkeep());
        return new TableFacts(table.name(), deployment.name(), table.spec().topic(), table.spec().commitInterval(),
                table.freshness(), Optional.of(contents), seen.partitions(), seen.newest(), Optional.empty(),
                activity.fillsTables(), why).assess(look.now());
    }

    /** Those of contracts first. */
    private List<QuarantineStatus> quarantines(Deployment deployment) {
        Map<String, String> beside = new HashMap<>();
        deployment.tables().forEach(t -> {
            switch (t.kind()) {
                case BRONZE, MODEL -> beside.put(QuarantineRecord.topicOf(t.spec().topic()), t.name());
                case LATE, QUARANTINE -> {
                }
            }
        });
        // A model whose rows stay in its topic has no table of its own.
        return deployment.tables().stream().filter(t -> t.kind() == DeployedTable.Kind.QUARANTINE)
                .map(t -> quarantine(deployment, t, beside.getOrDefault(t.spec().topic(), t.source())))
                .sorted(java.util.Comparator.comparing(q -> deployment.pipeline().contract(q.source()).isEmpty()))
                .toList();
    }

    private QuarantineStatus quarantine(Deployment deployment, DeployedTable table, String beside) {
        try {
            Map<String, Long> byReason = tables.countBy(table.spec(), "reason");
            long waiting = Optional.ofNullable(lastSeen.get(table.name())).map(TableStatus::lag).orElse(0L);
            QuarantineStatus status = new QuarantineStatus(deployment.name(), table.source(), beside,
                    table.spec().topic(), table.name(), byReason.values().stream().mapToLong(Long::longValue).sum(),
                    waiting, byReason);
            lastQuarantine.put(table.name(), status);
            return status;
        } catch (RuntimeException e) {
            LOG.debug("{} cannot be counted", table.name(), e); // the table itself is shown as blocked
            return lastQuarantine.getOrDefault(table.name(), new QuarantineStatus(deployment.name(), table.source(),
                    beside, table.spec().topic(), table.name(), 0, 0, Map.of()));
        }
    }

    private PipelineStatus pipeline(Deployment deployment, Look look, List<Blocked> blocked) {
        List<String> contracts = deployment.pipeline().contracts().stream().map(Contract::name).toList();
        List<String> models = deployment.models().stream().map(Model::qualifiedName).toList();
        Optional<PipelineActivity> here = activity.pipeline(deployment.name());
        here.flatMap(PipelineActivity::blocked).ifPresent(blocked::add);
        PipelineActivity does = here.orElseGet(() -> {
            int members = look.members().getOrDefault(deployment.name(), 0);
            return members > 0
                    ? new PipelineActivity("running elsewhere", members + " members in its group", Condition.CURRENT)
                    : new PipelineActivity("not running", "No process runs its stream role.", Condition.STOPPED);
        });
        return new PipelineStatus(deployment.name(), does.state(), does.detail(), does.condition(), contracts, models,
                does.keeps());
    }
}
