package millrace.topology.assemble;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import millrace.schemas.contract.Contract;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.Aggregator;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.bundle.BundleDeserializer;
import millrace.topology.chain.OperatorChain;
import millrace.topology.compile.RowFunction;
import millrace.topology.exchange.ExchangePlan;
import millrace.topology.exchange.ExchangeReader;
import millrace.topology.exchange.ExchangeWriter;
import millrace.topology.late.LateRow;
import millrace.topology.operator.AggregatePlan;
import millrace.topology.operator.AsOfOperator;
import millrace.topology.operator.AsOfPlan;
import millrace.topology.operator.CalcOperator;
import millrace.topology.operator.DeduplicatePlan;
import millrace.topology.operator.EarlyOperator;
import millrace.topology.operator.Clip;
import millrace.topology.operator.EmitOperator;
import millrace.topology.operator.EmitPlan;
import millrace.topology.operator.JoinOperator;
import millrace.topology.operator.JoinPlan;
import millrace.topology.operator.KeepFirstOperator;
import millrace.topology.operator.KeepLastOperator;
import millrace.topology.operator.MergeAggregateOperator;
import millrace.topology.operator.MergeSessionOperator;
import millrace.topology.operator.NewestOperator;
import millrace.topology.operator.NewestPlan;
import millrace.topology.operator.OnTimeOperator;
import millrace.topology.operator.OverOperator;
import millrace.topology.operator.OverPlan;
import millrace.topology.operator.OutputPlan;
import millrace.topology.operator.PartialAggregateOperator;
import millrace.topology.operator.PartialSessionOperator;
import millrace.topology.operator.SelectOperator;
import millrace.topology.operator.SessionPlan;
import millrace.topology.operator.SideOperator;
import millrace.topology.operator.TopNOperator;
import millrace.topology.operator.TopNPlan;
import millrace.topology.operator.UnnestOperator;
import millrace.topology.operator.VersionsOperator;
import millrace.topology.operator.VersionsPlan;
import millrace.topology.operator.WindowsOperator;
import millrace.topology.operator.WindowsPlan;
import millrace.topology.origin.SourceTopic;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.OverCall;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;
import millrace.topology.plan.WindowSpec;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.quarantine.QuarantineTarget;
import millrace.topology.route.RoutedKey;
import millrace.topology.route.RoutedPartitioner;
import millrace.topology.source.RecordTimestamps;
import millrace.topology.source.RegistryGate;
import millrace.topology.source.SourceOperator;
import millrace.topology.source.SourcePlan;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * Puts a pipeline together. Every contract's topic is read once, whoever reads it; a model that reads another one hangs
 * behind it in the same task, without a topic in between. Contracts and models that have nothing to do with each other
 * become sub-topologies of their own, and so does what stands behind an exchange.
 */
public final class TopologyAssembler {
    /** Exchanges count from here as inputs, contracts from zero. */
    private static final int FIRST_EXCHANGE = 1_000_000;

    private final Pipeline pipeline;
    private final Surroundings surroundings;
    private final RegistryGate registry;
    private final Function<PlanNode.Calc, Supplier<RowFunction>> compiler;
    private final Map<String, Step> contractSteps = new TreeMap<>();
    private final Map<String, Step> modelSteps = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private final Map<Step, ExchangePlan> writtenBy = new HashMap<>();
    private final Map<Step, ExchangePlan> readBy = new HashMap<>();
    private final Map<Step, String> emits = new HashMap<>();
    private final SideOutputs sides = new SideOutputs();
    /** By the name of a step, the first one of its chain. */
    private final Map<String, Step> heads = new HashMap<>();
    private final Map<Step, OperatorChain> chains = new HashMap<>();
    /** What the model at hand has so far. */
    private final Map<PlanNode, List<Step>> ofModel = new HashMap<>();
    private final Map<WideExchange, Step> exchangesOfModel = new HashMap<>();
    private final RowChanges changes;

    private TopologyAssembler(Pipeline pipeline, Surroundings surroundings, RegistryGate registry,
            Function<PlanNode.Calc, Supplier<RowFunction>> compiler) {
        this.pipeline = pipeline;
        this.surroundings = surroundings;
        this.registry = registry;
        this.compiler = compiler;
        this.changes = pipeline.rowChanges();
    }

    /** @param compiler gives a function for each calculation; one instance of it serves one task */
    public static Topology assemble(Pipeline pipeline, Surroundings surroundings, RegistryGate registry,
            Function<PlanNode.Calc, Supplier<RowFunction>> compiler) {
        return new TopologyAssembler(pipeline, surroundings, registry, compiler).assemble();
    }

    private Topology assemble() {
        NeededColumns needed = new NeededColumns(pipeline);
        pipeline.contracts().stream().sorted(Comparator.comparing(Contract::name)).forEach(c -> addSource(c, needed));
        pipeline.models().forEach(this::addModel);
        EngineTopology topology = new EngineTopology();
        contractSteps.forEach((contract, step) -> topology.addSource(AutoOffsetReset.none(),
                NodeNames.topic(contract), new RecordTimestamps(), new ByteArrayDeserializer(),
                new BundleDeserializer(), pipeline.contract(contract).orElseThrow().topic()));
        chain();
        steps.forEach(step -> addTo(topology, step));
        contractSteps.forEach((contract, step) -> topology.addSink(NodeNames.watermarks(contract),
                pipeline.watermarksTopic(), new ByteArraySerializer(), new ByteArraySerializer(), node(step.name)));
        contractSteps.forEach((contract, step) -> topology.addSink(NodeNames.journal(contract),
                pipeline.journalTopic(), new ByteArraySerializer(), new ByteArraySerializer(), node(step.name)));
        sides.addTo(topology, this::node);
        return topology;
    }

    private void addTo(EngineTopology topology, Step step) {
        ExchangePlan read = readBy.get(step);
        if (read != null) {
            topology.addSource(AutoOffsetReset.earliest(), NodeNames.exchangeTopic(read.name()), new RecordTimestamps(),
                    new ByteArrayDeserializer(), new BundleDeserializer(), internalTopic(read));
        }
        if (heads.get(step.name) == step) {
            topology.addProcessor(step.name, chains.get(step).supplier(), nodes(step.parents));
        }
        ExchangePlan written = writtenBy.get(step);
        if (written != null) {
            topology.addInternalTopic(internalTopic(written), written.width());
            topology.addSink(NodeNames.exchangeSink(written.name()), internalTopic(written), RoutedKey.serializer(),
                    new ByteArraySerializer(), new RoutedPartitioner(), node(step.name));
        }
        String model = emits.get(step);
        if (model != null) {
            topology.addSink(NodeNames.output(model), pipeline.topicOf(model), RoutedKey.serializer(),
                    new ByteArraySerializer(), new RoutedPartitioner(), node(step.name));
            topology.addSink(NodeNames.watermarks(model), pipeline.watermarksTopic(), new ByteArraySerializer(),
                    new ByteArraySerializer(), node(step.name));
        }
    }

    /** Puts each step into the chain of those before it, if that is one; a step that several chains meet in begins one. */
    private void chain() {
        for (Step step : steps) {
            Set<Step> before = step.parents.stream().map(heads::get).filter(Objects::nonNull)
                    .collect(Collectors.toSet());
            if (before.size() == 1) {
                Step head = before.iterator().next();
                heads.put(step.name, head);
                chains.get(head).add(step.name, step.operator());
            } else {
                heads.put(step.name, step);
                chains.put(step, new OperatorChain(step.operator()));
            }
        }
    }

    /** The node of Kafka Streams that a step is in; of a topic's, itself. */
    private String node(String step) {
        Step head = heads.get(step);
        return head == null ? step : head.name;
    }

    private String[] nodes(Collection<String> names) {
        return names.stream().map(this::node).distinct().toArray(String[]::new);
    }

    private void addSource(Contract contract, NeededColumns needed) {
        SourceTopic source = surroundings.sources().get(contract.name());
        String quarantineTopic = pipeline.quarantineOf(contract);
        sides.addSource(source, new QuarantineTarget(contract.topic(), quarantineTopic,
                NodeNames.quarantine(contract.name()), schemaId(quarantineTopic),
                surroundings.largestRecords().get(quarantineTopic)));
        Step step = new Step(NodeNames.source(contract.name()), Step.Region.SOURCES,
                List.of(NodeNames.topic(contract.name())),
                s -> SourceOperator.supplier(new SourcePlan(source, needed.of(contract), s.rowNodes,
                        sides.ofSource(source.ordinal(), s), NodeNames.watermarks(contract.name()),
                        NodeNames.journal(contract.name()), surroundings.time(), surroundings.watermarkInterval()),
                        registry));
        step.inputs.put(source.ordinal(), source.partitions());
        step.origins.add(source.ordinal());
        contractSteps.put(contract.name(), step);
        steps.add(step);
    }

    private void addModel(Pipeline.PlannedModel model) {
        if (pipeline.mayComputeRows(model)) {
            String topic = pipeline.topicOf(model.name());
            String quarantine = QuarantineRecord.topicOf(topic);
            sides.addModel(model.name(), new QuarantineTarget(topic, quarantine, NodeNames.quarantine(model.name()),
                    schemaId(quarantine), surroundings.largestRecords().get(quarantine)));
        }
        ofModel.clear();
        exchangesOfModel.clear();
        List<Step> ends = ends(model.plan().root(), model.name(), "");
        // A model is one place for those that read it, also where it only puts several inputs together.
        Step end = ends.size() == 1 ? ends.get(0) : add(model.name(), "union", "", ends, s -> select(List.of(), s));
        modelSteps.put(model.name(), end);
        if (model.config().topic()) {
            addEmit(model, end);
        }
    }

    private void addEmit(Pipeline.PlannedModel model, Step end) {
        FieldType.Struct row = model.plan().rowType();
        String topic = pipeline.topicOf(model.name());
        List<Integer> key = model.config().rowKey().stream().map(row::indexOf).toList();
        if (key.contains(-1)) {
            throw new IllegalArgumentException(model.name() + " has no column for " + model.config().rowKey());
        }
        OutputPlan output = new OutputPlan(topic, row, key, schemaId(topic), surroundings.largestRecords().get(topic),
                NodeNames.output(model.name()));
        Step emit = Step.behind(NodeNames.emit(model.name()), List.of(end), s -> EmitOperator.supplier(
                new EmitPlan(model.name(), output, s.inputs, NodeNames.watermarks(model.name()),
                        sides.routes(model.name(), s), clip(model))));
        emits.put(emit, model.name());
        steps.add(emit);
        // Of a stretch of the past nothing is open.
        model.config().early().filter(every -> pipeline.stretchOf(model).isEmpty())
                .ifPresent(every -> addEarly(model, output, every));
    }

    private Clip clip(Pipeline.PlannedModel model) {
        return pipeline.stretchOf(model).map(s -> new Clip(model.plan().rowType().indexOf(s.column()),
                s.from().orElse(Long.MIN_VALUE), s.to().orElse(Long.MAX_VALUE))).orElse(Clip.NONE);
    }

    /** Early results go to the model's topic and nowhere else: who reads the model is built on final ones. */
    private void addEarly(Pipeline.PlannedModel model, OutputPlan output, Duration every) {
        List<Supplier<RowFunction>> calculations = new ArrayList<>();
        PlanNode node = model.plan().root();
        while (node instanceof PlanNode.Calc calc) {
            calculations.add(0, compiler.apply(calc));
            node = calc.input();
        }
        Step aggregate = ofModel.get(node).get(0);
        steps.add(Step.ofEarlyResults(NodeNames.early(model.name()), aggregate, every,
                EarlyOperator.supplier(calculations, output)));
    }

    /** The steps whose rows together are a node's rows; a node that a model has twice is computed once. */
    private List<Step> ends(PlanNode node, String model, String path) {
        List<Step> known = ofModel.get(node);
        if (known == null) {
            known = build(node, model, path);
            ofModel.put(node, known);
        }
        return known;
    }

    private List<Step> build(PlanNode node, String model, String path) {
        return switch (node) {
            case PlanNode.Scan scan -> List.of(scan(scan, model, path));
            case PlanNode.Calc calc -> List.of(calc(calc, model, path));
            case PlanNode.Union union -> IntStream.range(0, union.inputs().size()).boxed()
                    .flatMap(i -> ends(union.inputs().get(i), model, path + "." + i).stream()).toList();
            case PlanNode.Windows windows -> List.of(windows(windows, model, path));
            case PlanNode.PartialAggregate partial -> List.of(partial(partial, model, path));
            case PlanNode.Exchange exchange -> List.of(exchange(exchange, model, path));
            case PlanNode.MergeAggregate merge -> List.of(merge(merge, model, path));
            case PlanNode.TopN top -> List.of(top(top, model, path));
            case PlanNode.Deduplicate d -> List.of(deduplicate(d, model, path));
            case PlanNode.Newest newest -> List.of(newest(newest, model, path));
            case PlanNode.Versions versions -> List.of(versions(versions, model, path));
            case PlanNode.OverAggregate over -> List.of(over(over, model, path));
            case PlanNode.PartialSession partial -> List.of(partialSession(partial, model, path));
            case PlanNode.MergeSession merge -> List.of(mergeSession(merge, model, path));
            case PlanNode.Join join -> List.of(join(join, model, path));
            case PlanNode.AsOfJoin join -> List.of(asOf(join, model, path));
            case PlanNode.OnTime onTime -> List.of(onTime(onTime, model, path));
            case PlanNode.Unnest unnest -> List.of(unnest(unnest, model, path));
            case PlanNode.Aggregate a -> throw new IllegalArgumentException("an aggregate that was not split");
            case PlanNode.SessionAggregate s -> throw new IllegalArgumentException("sessions that were not split");
        };
    }

    private Step scan(PlanNode.Scan scan, String model, String path) {
        Step source = source(scan);
        return readsAll(scan)
                ? source
                : add(model, "select", path, List.of(source), s -> select(scan.columns(), s));
    }

    private Step calc(PlanNode.Calc calc, String model, String path) {
        boolean overScan = calc.input() instanceof PlanNode.Scan;
        PlanNode.Calc read = calc.input() instanceof PlanNode.Scan scan ? Remap.overWholeRow(calc, scan) : calc;
        List<Step> inputs = overScan
                ? List.of(source((PlanNode.Scan) calc.input()))
                : ends(calc.input(), model, path + ".0");
        Supplier<RowFunction> compiled = compiler.apply(read);
        return add(model, "calc", path, inputs,
                s -> CalcOperator.supplier(model, compiled, s.rowNodes, sides.routes(model, s)));
    }

    private Step windows(PlanNode.Windows windows, String model, String path) {
        if (!(windows.spec() instanceof WindowSpec.Aligned spec)) {
            throw new IllegalArgumentException("sessions of single rows");
        }
        boolean late = windows.late() == PlanNode.Windows.Late.SET_ASIDE;
        return add(model, "windows", path, ends(windows.input(), model, path + ".0"), s -> WindowsOperator.supplier(
                new WindowsPlan(spec, windows.timeColumn(), windows.input().rowType(),
                        late ? Optional.of(late(model, s)) : Optional.empty()),
                s.rowNodes));
    }

    private WindowsPlan.Late late(String model, Step step) {
        String topic = LateRow.topicOf(pipeline.topicOf(model));
        return new WindowsPlan.Late(sides.node(step, NodeNames.late(model), topic), topic, schemaId(topic),
                surroundings.largestRecords().get(topic), sides.sources(step));
    }

    private Step partialSession(PlanNode.PartialSession partial, String model, String path) {
        Supplier<List<Aggregator<?>>> calls = bind(partial.calls(), partial.input().rowType(), partial.input());
        Step step = add(model, "partial", path, ends(partial.input(), model, path + ".0"),
                s -> PartialSessionOperator.supplier(new SessionPlan(new AggregatePlan(NodeNames.state(model, path),
                        partial.input().rowType(), partial.groups(), calls, OptionalInt.empty(), s::inputsOf),
                        partial.gap(), partial.timeColumn(), partial.filter()), late(model, s), s.rowNodes));
        step.computes = true;
        return step;
    }

    private Step mergeSession(PlanNode.MergeSession merge, String model, String path) {
        Supplier<List<Aggregator<?>>> calls = bind(merge.calls(), merge.callInput(), merge.input());
        List<Integer> groups = IntStream.range(0, merge.groups()).boxed().toList();
        return add(model, "sessions", path, ends(merge.input(), model, path + ".0"),
                s -> MergeSessionOperator.supplier(model,
                        new SessionPlan(new AggregatePlan(NodeNames.state(model, path), merge.input().rowType(),
                                groups, calls, OptionalInt.empty(), s::inputsOf), merge.gap(), -1,
                                OptionalInt.empty()),
                        s.rowNodes, sides.routes(model, s),
                        s.early(merge.rowType(),
                                row -> (Long) row[merge.groups() + PlanNode.Windows.COLUMNS - 1])));
    }

    private Step partial(PlanNode.PartialAggregate partial, String model, String path) {
        Supplier<List<Aggregator<?>>> calls = bind(partial.calls(), partial.input().rowType(), partial.input());
        Step step = add(model, "partial", path, ends(partial.input(), model, path + ".0"),
                s -> PartialAggregateOperator.supplier(new AggregatePlan(NodeNames.state(model, path),
                        partial.input().rowType(), partial.groups(), calls, partial.windowEnd(), s::inputsOf),
                        s.rowNodes));
        step.computes = true;
        return step;
    }

    private Step join(PlanNode.Join join, String model, String path) {
        Optional<Supplier<RowFunction>> condition = join.condition().map(c -> compiler
                .apply(new PlanNode.Calc(join, Optional.of(c), List.of(), new FieldType.Struct(List.of()))));
        Step step = add(model, "join", path, sides(join, model, path), s -> JoinOperator.supplier(
                new JoinPlan(model, NodeNames.state(model, path),
                        new JoinPlan.Side(join.left().rowType(), join.leftKeys()),
                        new JoinPlan.Side(join.right().rowType(), join.rightKeys()), join.kind(), condition,
                        join.bounds(), s::inputsOf),
                s.rowNodes, sides.routes(model, s)));
        step.computes = true;
        return step;
    }

    private Step asOf(PlanNode.AsOfJoin join, String model, String path) {
        Step step = add(model, "as-of", path, sides(join, model, path), s -> AsOfOperator.supplier(
                new AsOfPlan(NodeNames.state(model, path), new JoinPlan.Side(join.left().rowType(), join.leftKeys()),
                        new JoinPlan.Side(join.right().rowType(), join.rightKeys()), join.kind(), join.leftTime(),
                        join.rightTime(), join.match(), join.oldest(), s::inputsOf),
                s.rowNodes));
        step.computes = true;
        return step;
    }

    /** The two exchanges of a join, equally wide, so that rows with equal keys come to the same task. */
    private List<Step> sides(PlanNode join, String model, String path) {
        List<PlanNode.Exchange> exchanges = join.inputs().stream().map(PlanNode.Exchange.class::cast).toList();
        List<List<Step>> before = new ArrayList<>();
        int width = 0;
        for (int i = 0; i < exchanges.size(); i++) {
            List<Step> ends = ends(exchanges.get(i).input(), model, path + "." + i + ".0");
            before.add(ends);
            width = Math.max(width, ExchangePlan.upstream(inputs(ends)));
        }
        List<Step> steps = new ArrayList<>();
        for (SideOperator.Side side : SideOperator.Side.values()) {
            int i = side.ordinal();
            Step in = exchange(exchanges.get(i), before.get(i), width, model, path + "." + i);
            steps.add(add(model, side.name().toLowerCase(Locale.ROOT), path, List.of(in),
                    s -> SideOperator.supplier(side, s.rowNodes)));
        }
        return steps;
    }

    private Step onTime(PlanNode.OnTime onTime, String model, String path) {
        return add(model, "on-time", path, ends(onTime.input(), model, path + ".0"),
                s -> OnTimeOperator.supplier(onTime.moment(), onTime.rowType(), late(model, s), s.rowNodes));
    }

    private Step unnest(PlanNode.Unnest unnest, String model, String path) {
        FieldType collection = unnest.collection().type();
        boolean ofRows = collection instanceof FieldType.Array a && a.element() instanceof FieldType.Struct;
        Supplier<RowFunction> compiled = compiler.apply(new PlanNode.Calc(unnest.input(), Optional.empty(),
                List.of(unnest.collection()), new FieldType.Struct(List
                        .of(new Field("collection", collection, unnest.collection().nullable())))));
        return add(model, "unnest", path, ends(unnest.input(), model, path + ".0"),
                s -> UnnestOperator.supplier(model, unnest, ofRows, compiled, s.rowNodes, sides.routes(model, s)));
    }

    private Step merge(PlanNode.MergeAggregate merge, String model, String path) {
        Supplier<List<Aggregator<?>>> calls = bind(merge.calls(), merge.callInput(), merge.input());
        List<Integer> groups = IntStream.range(0, merge.groups()).boxed().toList();
        return add(model, "aggregate", path, ends(merge.input(), model, path + ".0"),
                s -> MergeAggregateOperator.supplier(model,
                        new AggregatePlan(NodeNames.state(model, path), merge.input().rowType(), groups, calls,
                                merge.windowEnd(), s::inputsOf),
                        s.rowNodes, sides.routes(model, s), s.early(merge.rowType(),
                                row -> MergeAggregateOperator.timeOf((Long) row[merge.windowEnd().getAsInt()]))));
    }

    private Step top(PlanNode.TopN top, String model, String path) {
        InputChanges inputChanges = inputChanges(top.input());
        Step step = add(model, "top", path, ends(top.input(), model, path + ".0"),
                s -> TopNOperator.supplier(new TopNPlan(NodeNames.state(model, path), top.input().rowType(), top.keys(),
                        top.order(), top.most(), top.rank(), top.windowEnd(), inputChanges, s::inputsOf), s.rowNodes));
        step.computes = top.windowEnd().isPresent();
        return step;
    }

    private Step deduplicate(PlanNode.Deduplicate d, String model, String path) {
        InputChanges inputChanges = inputChanges(d.input());
        Function<Step, DeduplicatePlan> plan = s -> new DeduplicatePlan(NodeNames.state(model, path),
                d.input().rowType(), d.keys(), d.retention(), inputChanges, late(model, s), s::inputsOf);
        List<Step> inputs = ends(d.input(), model, path + ".0");
        return switch (d.keep()) {
            case FIRST -> add(model, "first", path, inputs, s -> KeepFirstOperator.supplier(plan.apply(s), s.rowNodes));
            case LAST -> add(model, "last", path, inputs, s -> KeepLastOperator.supplier(plan.apply(s), s.rowNodes));
        };
    }

    private Step newest(PlanNode.Newest n, String model, String path) {
        return add(model, "newest", path, ends(n.input(), model, path + ".0"),
                s -> NewestOperator.supplier(new NewestPlan(NodeNames.state(model, path), n.input().rowType(), n.keys(),
                        s::inputsOf), s.rowNodes));
    }

    private Step versions(PlanNode.Versions v, String model, String path) {
        return add(model, "versions", path, ends(v.input(), model, path + ".0"),
                s -> VersionsOperator.supplier(new VersionsPlan(NodeNames.state(model, path), v.input().rowType(),
                        v.keys(), late(model, s), s::inputsOf), s.rowNodes));
    }

    private Step over(PlanNode.OverAggregate over, String model, String path) {
        Supplier<List<OverPlan.Function>> functions = () -> over.calls().stream()
                .map(c -> function(c, over.input().rowType())).toList();
        return add(model, "over", path, ends(over.input(), model, path + ".0"), s -> OverOperator.supplier(model,
                new OverPlan(NodeNames.state(model, path), over.input().rowType(), over.keys(), over.order(), functions,
                        switch (over.giving()) {
                            case WHEN_PASSED -> new OverPlan.Giving.WhenPassed(late(model, s));
                            case AS_THEY_COME -> new OverPlan.Giving.AsTheyCome();
                        }, s::inputsOf),
                s.rowNodes, sides.routes(model, s)));
    }

    @SuppressWarnings("unchecked")
    private OverPlan.Function function(OverCall over, FieldType.Struct input) {
        AggregateCall call = over.call();
        return switch (over.kind()) {
            case LAG -> new OverPlan.Function.Lag(call.arguments().get(0), over.frame());
            case FIRST -> new OverPlan.Function.First(call.arguments().get(0), over.frame());
            case LAST -> new OverPlan.Function.Last(call.arguments().get(0), over.frame());
            case AGGREGATE -> {
                boolean slides = pipeline.aggregates().retracts(call, input);
                yield new OverPlan.Function.Fold((Aggregator<Object>) pipeline.aggregates().bind(call, input,
                        slides ? InputChanges.RETRACTING : InputChanges.APPEND_ONLY), slides, over.frame());
            }
        };
    }

    private InputChanges inputChanges(PlanNode from) {
        return changes.in(from) ? InputChanges.RETRACTING : InputChanges.APPEND_ONLY;
    }

    private Supplier<List<Aggregator<?>>> bind(List<AggregateCall> calls, FieldType.Struct input, PlanNode from) {
        InputChanges inputChanges = inputChanges(from);
        return () -> {
            List<Aggregator<?>> bound = new ArrayList<>();
            calls.forEach(c -> bound.add(pipeline.aggregates().bind(c, input, inputChanges)));
            return bound;
        };
    }

    private Step exchange(PlanNode.Exchange exchange, String model, String path) {
        List<Step> before = ends(exchange.input(), model, path + ".0");
        return exchange(exchange, before, ExchangePlan.upstream(inputs(before)), model, path);
    }

    private static Map<Integer, Integer> inputs(List<Step> steps) {
        Map<Integer, Integer> inputs = new HashMap<>();
        steps.forEach(s -> inputs.putAll(s.inputs));
        return inputs;
    }

    /** An exchange that is as wide as what it meets. */
    private record WideExchange(PlanNode.Exchange exchange, int width) {}

    private Step exchange(PlanNode.Exchange exchange, List<Step> before, int width, String model, String path) {
        WideExchange wide = new WideExchange(exchange, width);
        Step known = exchangesOfModel.get(wide);
        if (known == null) {
            known = newExchange(exchange, before, width, model, path);
            exchangesOfModel.put(wide, known);
        }
        return known;
    }

    private Step newExchange(PlanNode.Exchange exchange, List<Step> before, int width, String model, String path) {
        String name = NodeNames.state(model, path);
        ExchangePlan plan = new ExchangePlan(name, FIRST_EXCHANGE + writtenBy.size(), exchange.rowType(),
                exchange.keys(), exchange.nulls(), exchange.salting(), inputChanges(exchange.input()), inputs(before),
                width);
        Step out = Step.behind(NodeNames.exchangeOut(name), before,
                s -> ExchangeWriter.supplier(plan, NodeNames.exchangeSink(name)));
        writtenBy.put(out, plan);
        steps.add(out);
        Step in = new Step(NodeNames.exchangeIn(name), new Step.Region(name), List.of(NodeNames.exchangeTopic(name)),
                s -> ExchangeReader.supplier(plan, surroundings.watermarkInterval(), s.rowNodes));
        in.inputs.put(plan.ordinal(), plan.width());
        in.origins.addAll(out.origins);
        in.computed = out.computed;
        readBy.put(in, plan);
        steps.add(in);
        return in;
    }

    private static String internalTopic(ExchangePlan exchange) {
        return exchange.name() + EngineTopology.SUFFIX;
    }

    private boolean readsAll(PlanNode.Scan scan) {
        int width = switch (scan.kind()) {
            case CONTRACT -> pipeline.contract(scan.source()).orElseThrow().columns().size();
            case MODEL -> pipeline.models().stream().filter(m -> m.name().equals(scan.source())).findFirst()
                    .orElseThrow().plan().rowType().fields().size();
        };
        return scan.columns().equals(IntStream.range(0, width).boxed().toList());
    }

    private Step source(PlanNode.Scan scan) {
        Step step = switch (scan.kind()) {
            case CONTRACT -> contractSteps.get(scan.source());
            case MODEL -> modelSteps.get(scan.source());
        };
        if (step == null) {
            throw new IllegalArgumentException(scan.source() + " is read before it is there");
        }
        return step;
    }

    private Step add(String model, String kind, String path, List<Step> inputs,
            Function<Step, ProcessorSupplier<?, ?, ?, ?>> operator) {
        Step step = Step.behind(NodeNames.node(model, kind, path), inputs, operator);
        steps.add(step);
        return step;
    }

    private static ProcessorSupplier<Object, Object, Object, Object> select(List<Integer> columns, Step step) {
        return SelectOperator.supplier(columns, step.rowNodes);
    }

    private int schemaId(String topic) {
        return surroundings.schemaIds().get(Pipeline.subjectOf(topic));
    }
}
