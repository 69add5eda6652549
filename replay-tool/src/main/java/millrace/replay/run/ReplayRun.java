package millrace.replay.run;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlan.Written;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkState;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.topology.assemble.Pipeline;
import millrace.topology.assemble.Stretch;
import millrace.topology.compile.RowFunction;
import millrace.topology.plan.PlanNode;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.Reading;
import millrace.topology.run.RunSettings;
import millrace.topology.run.RunState;
import millrace.topology.source.Span;

/**
 * The work of a replay in this process: the models' topology over exactly the planned records, and the landing of what it
 * gives on a branch of each table. Several processes of one replay share the work. It can be stopped and killed at any
 * time, and goes on from there when it is started again.
 */
public final class ReplayRun implements AutoCloseable {
    /** Beyond any event time: everything has come. */
    private static final Instant THE_END = Instant.parse("9000-01-01T00:00:00Z");

    private final ReplayPlan plan;
    private final List<TableSpec> tables;
    private final Map<String, String> catalog;
    private final PipelineRun stream;
    private final SinkRuntime sink;

    /**
     * How it reaches what it works with.
     *
     * @param stream without spans and a journal, which the plan gives
     * @param sink named as the plan's application; the control topic has to be there
     * @param catalog Iceberg's properties
     * @param compiler gives a function for each calculation of a plan
     */
    public record Setting(RunSettings stream, SinkConfig sink, Map<String, String> catalog, SchemaRegistry registry,
            Function<PlanNode.Calc, Supplier<RowFunction>> compiler, Clock clock) {
        public Setting {
            catalog = Map.copyOf(catalog);
        }
    }

    private ReplayRun(ReplayPlan plan, List<TableSpec> tables, Map<String, String> catalog, PipelineRun stream,
            SinkRuntime sink) {
        this.plan = plan;
        this.tables = tables;
        this.catalog = catalog;
        this.stream = stream;
        this.sink = sink;
    }

    /**
     * Starts, or goes on.
     *
     * @param replayed the pipeline with the text that the plan was made with
     * @param landed tables whose branches it writes, on their main branches, each fed by a topic of the replay
     * @throws ProblemException if a table is not there
     */
    public static ReplayRun start(ReplayPlan plan, Pipeline replayed, List<TableSpec> landed, Setting setting) {
        Pipeline pipeline = pipeline(plan, replayed);
        List<TableSpec> tables = new ArrayList<>();
        for (TableSpec table : landed) {
            makeBranch(setting.catalog(), table.qualifiedName(), plan.branch());
            tables.add(table.onBranch(plan.branch()));
        }
        PipelineRun stream = new PipelineRun(pipeline,
                setting.stream().withJournalOf(plan.pipeline())
                        .withReading(reading(plan, setting.stream().reading())),
                setting.registry(), setting.compiler(), setting.clock());
        Map<String, String> watermarks = new HashMap<>();
        tables.forEach(t -> watermarks.put(t.topic(), pipeline.watermarksTopic()));
        SinkConfig config = setting.sink().withWatermarks(watermarks);
        SinkRuntime sink = SinkRuntime.start(config, tables,
                EnumSet.of(SinkRuntime.Role.STAGE, SinkRuntime.Role.COMMIT),
                setting.catalog(), setting.registry(), setting.clock());
        stream.start();
        return new ReplayRun(plan, tables, setting.catalog(), stream, sink);
    }

    /** The part of a pipeline that computes a replay, under the replay's name. */
    public static Pipeline pipeline(ReplayPlan plan, Pipeline replayed) {
        Set<String> models = new HashSet<>();
        Map<String, Stretch> stretches = new HashMap<>();
        for (Written written : plan.models()) {
            models.add(written.model());
            if (plan.kind() instanceof Kind.Bounded bounded) {
                stretches.put(written.model(), new Stretch(written.column().orElseThrow(), micros(bounded.from()),
                        micros(bounded.to())));
            }
        }
        return replayed.beside(plan.application(), models, stretches);
    }

    private static OptionalLong micros(Optional<Instant> time) {
        return time.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(ChronoUnit.MICROS.between(Instant.EPOCH, time.get()));
    }

    /**
     * The records that a replay reads.
     *
     * @param how fast they are read, and from where those that Kafka has let go
     */
    public static Reading reading(ReplayPlan plan, Reading how) {
        Map<String, Map<Integer, Span>> spans = new HashMap<>();
        for (ReplayPlan.Read read : plan.reads()) {
            Map<Integer, Span> byPartition = new HashMap<>();
            read.partitions().forEach(p -> byPartition.put(p.partition(), new Span(p.start(), p.clock(), p.end())));
            spans.put(read.contract(), byPartition);
        }
        // Not as the journal has it now: what is taken in while it runs may be of what it has passed.
        List<TimeEntry.Admission> admissions = plan.reads().stream().flatMap(r -> r.admissions().stream()).toList();
        boolean goesOn = plan.reads().stream().flatMap(r -> r.partitions().stream()).anyMatch(p -> p.end().isEmpty());
        return new Reading(spans, how.mostPerSecond(), how.archive(),
                goesOn ? Reading.UpTo.THE_LEADER : Reading.UpTo.THE_END, Optional.of(admissions));
    }

    private static void makeBranch(Map<String, String> catalog, String table, String branch) {
        if (hasBranch(catalog, table, branch)) {
            return;
        }
        try {
            TableBranches.create(catalog, table, branch, TableBranches.Start.EMPTY);
        } catch (ProblemException e) {
            // Another process of this replay may have been quicker.
            if (!hasBranch(catalog, table, branch)) {
                throw e;
            }
        }
    }

    private static boolean hasBranch(Map<String, String> catalog, String table, String branch) {
        return TableBranches.of(catalog, table).orElseThrow(() -> new ProblemException(Problem
                .of(ReplayProblem.REPLAY_NEVER_RAN, table,
                        "There is no table " + table + " yet, which the replay would write a branch of.")
                .withRemedy(ReplayProblem.REPLAY_NEVER_RAN.remedy()))).stream()
                .anyMatch(r -> r.name().equals(branch));
    }

    /** How the topology does. */
    public RunState stream() {
        return stream.state();
    }

    /** How each branch does, by {@code table@branch}. */
    public Map<String, SinkState> tables() {
        return sink.states();
    }

    /** Whether every branch has everything; of topics that go on and are read without an end it never has. */
    public boolean isDone() {
        // What lies beside the models' rows does not say how complete it is.
        Set<String> topics = plan.models().stream().map(w -> stream.pipeline().topicOf(w.model()))
                .collect(Collectors.toSet());
        return tables.stream().filter(t -> topics.contains(t.topic())).allMatch(this::isComplete);
    }

    /** What this process has committed or heard of it knows; of a branch that others commit it asks the catalog. */
    private boolean isComplete(TableSpec table) {
        if (sink.states().get(table.qualifiedName()) instanceof SinkState.Running running
                && running.mark().isPresent()) {
            return running.mark().get().completeThrough().orElse(0) == TaskWatermark.END;
        }
        return TableBranches.find(catalog, table.namespace() + "." + table.name(), plan.branch())
                .flatMap(TableBranches.Ref::completeThrough).filter(THE_END::isBefore).isPresent();
    }

    /** Commits what is in hand and stops; the same start goes on from there. */
    @Override
    public void close() {
        stream.close();
        sink.close();
    }
}
