package millrace.topology.assemble;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import millrace.schemas.contract.Contract;
import millrace.schemas.row.FieldType;
import millrace.topology.compile.RowFunction;
import millrace.topology.operator.CalcOperator;
import millrace.topology.operator.EmitOperator;
import millrace.topology.operator.EmitPlan;
import millrace.topology.operator.QuarantineRoutes;
import millrace.topology.operator.SelectOperator;
import millrace.topology.origin.SourceTopic;
import millrace.topology.plan.PlanNode;
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
 * become sub-topologies of their own.
 */
public final class TopologyAssembler {
    private final Pipeline pipeline;
    private final Surroundings surroundings;
    private final RegistryGate registry;
    private final Function<PlanNode.Calc, Supplier<RowFunction>> compiler;
    private final Map<String, Step> contractSteps = new TreeMap<>();
    private final Map<String, Step> modelSteps = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private final Map<Integer, QuarantineRoutes.Source> quarantines = new HashMap<>();

    private TopologyAssembler(Pipeline pipeline, Surroundings surroundings, RegistryGate registry,
            Function<PlanNode.Calc, Supplier<RowFunction>> compiler) {
        this.pipeline = pipeline;
        this.surroundings = surroundings;
        this.registry = registry;
        this.compiler = compiler;
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
        Topology topology = new Topology();
        contractSteps.forEach((contract, step) -> topology.addSource(AutoOffsetReset.none(),
                NodeNames.topic(contract), new RecordTimestamps(), new ByteArrayDeserializer(),
                new ByteArrayDeserializer(), pipeline.contract(contract).orElseThrow().topic()));
        steps.forEach(step -> step.addTo(topology));
        contractSteps.forEach((contract, step) -> addSinks(topology, contract, step));
        return topology;
    }

    private void addSource(Contract contract, NeededColumns needed) {
        SourceTopic source = surroundings.sources().get(contract.name());
        String quarantineTopic = QuarantineRecord.topicOf(contract.topic());
        QuarantineTarget quarantine = new QuarantineTarget(contract.topic(), NodeNames.quarantine(contract.name()),
                schemaId(quarantineTopic), surroundings.largestRecords().get(quarantineTopic));
        quarantines.put(source.ordinal(), new QuarantineRoutes.Source(source, quarantine));
        Step step = new Step(NodeNames.source(contract.name()), List.of(NodeNames.topic(contract.name())),
                Map.of(source.ordinal(), source.partitions()), s -> SourceOperator.supplier(
                        new SourcePlan(source, needed.of(contract), s.rowNodes, quarantine,
                                NodeNames.watermarks(contract.name()), surroundings.watermarkInterval()),
                        registry));
        contractSteps.put(contract.name(), step);
        steps.add(step);
    }

    private void addModel(Pipeline.PlannedModel model) {
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
        List<Integer> key = model.config().uniqueKey().stream().map(row::indexOf).toList();
        if (key.contains(-1)) {
            throw new IllegalArgumentException(model.name() + " has no column for " + model.config().uniqueKey());
        }
        EmitPlan plan = new EmitPlan(model.name(), topic, row, key, schemaId(topic),
                surroundings.largestRecords().get(topic), end.sources, NodeNames.output(model.name()),
                NodeNames.watermarks(model.name()), targets(end));
        Step emit = new Step(NodeNames.emit(model.name()), List.of(end.name), end.sources,
                s -> EmitOperator.supplier(plan));
        end.rowNodes.add(emit.name);
        emit.emits = model.name();
        steps.add(emit);
    }

    /** The steps whose rows together are a node's rows. */
    private List<Step> ends(PlanNode node, String model, String path) {
        return switch (node) {
            case PlanNode.Scan scan -> List.of(scan(scan, model, path));
            case PlanNode.Calc calc -> List.of(calc(calc, model, path));
            case PlanNode.Union union -> IntStream.range(0, union.inputs().size()).boxed()
                    .flatMap(i -> ends(union.inputs().get(i), model, path + "." + i).stream()).toList();
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
                s -> CalcOperator.supplier(model, compiled, s.rowNodes, targets(s)));
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
        Map<Integer, Integer> sources = new HashMap<>();
        inputs.forEach(i -> sources.putAll(i.sources));
        Step step = new Step(NodeNames.node(model, kind, path), inputs.stream().map(i -> i.name).distinct().toList(),
                sources, operator);
        // A source that a union reads twice sends each row twice.
        inputs.forEach(i -> i.rowNodes.add(step.name));
        steps.add(step);
        return step;
    }

    private static ProcessorSupplier<Object, Object, Object, Object> select(List<Integer> columns, Step step) {
        return SelectOperator.supplier(columns, step.rowNodes);
    }

    private QuarantineRoutes targets(Step step) {
        Map<Integer, QuarantineRoutes.Source> targets = new HashMap<>();
        step.sources.keySet().forEach(ordinal -> targets.put(ordinal, quarantines.get(ordinal)));
        return new QuarantineRoutes(targets, Optional.empty());
    }

    private void addSinks(Topology topology, String contract, Step source) {
        String topic = pipeline.contract(contract).orElseThrow().topic();
        int ordinal = source.sources.keySet().iterator().next();
        // Selecting columns refuses nothing; everybody else may.
        String[] refusing = steps.stream().filter(s -> s.sources.containsKey(ordinal)).map(s -> s.name)
                .toArray(String[]::new);
        topology.addSink(NodeNames.quarantine(contract), QuarantineRecord.topicOf(topic), RoutedKey.serializer(),
                new ByteArraySerializer(), new RoutedPartitioner(), refusing);
        topology.addSink(NodeNames.watermarks(contract), pipeline.watermarksTopic(), new ByteArraySerializer(),
                new ByteArraySerializer(), source.name);
    }

    private int schemaId(String topic) {
        return surroundings.schemaIds().get(Pipeline.subjectOf(topic));
    }

    /** A node of the topology while its children are still being found. */
    private final class Step {
        private final String name;
        private final List<String> parents;
        /** Ordinals of the sources whose rows come here, with their numbers of partitions. */
        private final Map<Integer, Integer> sources;
        private final Function<Step, ProcessorSupplier<?, ?, ?, ?>> operator;
        private final List<String> rowNodes = new ArrayList<>();
        /** The model whose topic this step fills, or null. */
        private String emits;

        private Step(String name, List<String> parents, Map<Integer, Integer> sources,
                Function<Step, ProcessorSupplier<?, ?, ?, ?>> operator) {
            this.name = name;
            this.parents = parents;
            this.sources = sources;
            this.operator = operator;
        }

        private void addTo(Topology topology) {
            topology.addProcessor(name, operator.apply(this), parents.toArray(String[]::new));
            if (emits != null) {
                topology.addSink(NodeNames.output(emits), pipeline.topicOf(emits), RoutedKey.serializer(),
                        new ByteArraySerializer(),
                        new RoutedPartitioner(), name);
                topology.addSink(NodeNames.watermarks(emits), pipeline.watermarksTopic(), new ByteArraySerializer(),
                        new ByteArraySerializer(), name);
            }
        }
    }
}
