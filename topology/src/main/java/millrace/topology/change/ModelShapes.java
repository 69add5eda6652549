package millrace.topology.change;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.row.Field;
import millrace.topology.assemble.Pipeline;
import millrace.topology.explain.PlanPrinter;
import millrace.topology.function.TypeText;
import millrace.topology.model.Model;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;

/** Finds the shapes of a pipeline's models. */
public final class ModelShapes {
    private final Pipeline pipeline;
    private final RowChanges changes;
    private final Map<PlanNode, String> digests = new IdentityHashMap<>();

    private ModelShapes(Pipeline pipeline) {
        this.pipeline = pipeline;
        changes = pipeline.rowChanges();
    }

    /** By model. */
    public static SortedMap<String, ModelShape> of(Pipeline pipeline) {
        ModelShapes shapes = new ModelShapes(pipeline);
        SortedMap<String, ModelShape> byModel = new TreeMap<>();
        pipeline.models().forEach(m -> byModel.put(m.name(), shapes.shape(m)));
        return byModel;
    }

    private ModelShape shape(Pipeline.PlannedModel model) {
        PlanNode root = model.plan().root();
        Model.Config config = model.config();
        List<ModelShape.Step> steps = new ArrayList<>();
        collectSteps(model, root, "", new HashSet<>(), steps);
        Map<String, Set<String>> scans = new HashMap<>();
        Set<String> models = new TreeSet<>();
        collectReads(root, scans, models);
        SortedMap<String, ModelShape.Read> reads = new TreeMap<>();
        scans.forEach((source, columns) -> reads.put(source, models.contains(source)
                ? ofModel(columns)
                : ofContract(pipeline.contract(source).orElseThrow(), columns)));
        List<String> key = pipeline.changesBy(model);
        return new ModelShape(columns(root), rows(root), steps, reads, config.rowKey(),
                (key.isEmpty() ? "rows that stay" : "rows that change")
                        + (config.keepsAll() ? ", every version kept" : ""),
                PlanText.digest(PlanText.of(List.of(config.partitionBy(), config.sortBy(), config.targetFileSize(),
                        config.tableProperties(), config.serve(), config.early()))));
    }

    private List<ModelShape.Column> columns(PlanNode root) {
        List<ModelShape.Column> columns = new ArrayList<>();
        for (int i = 0; i < root.rowType().fields().size(); i++) {
            Field f = root.rowType().fields().get(i);
            columns.add(new ModelShape.Column(f.name(), TypeText.of(f.type()) + (f.nullable() ? "" : " not null"),
                    origin(root, i)));
        }
        return columns;
    }

    private String origin(PlanNode root, int column) {
        return switch (root) {
            case PlanNode.Calc calc -> PlanText.digest(input(calc.input())
                    + expression(calc, calc.projections().get(column)));
            // As if each column were computed as itself.
            case PlanNode.Scan scan -> PlanText.digest(input(scan) + PlanText.of(column(scan, column)));
            default -> PlanText.digest(digest(root) + column);
        };
    }

    private String rows(PlanNode root) {
        return switch (root) {
            case PlanNode.Calc calc -> PlanText.digest(input(calc.input())
                    + calc.condition().map(c -> expression(calc, c)).orElse(""));
            case PlanNode.Scan scan -> PlanText.digest(input(scan));
            default -> digest(root);
        };
    }

    private static Expression column(PlanNode.Scan scan, int column) {
        Field f = scan.rowType().fields().get(column);
        return new Expression.Column(column, f.name(), f.type(), f.nullable());
    }

    /** What is read straight from somewhere has names, which stay when other columns are read beside it. */
    private String input(PlanNode node) {
        return (node instanceof PlanNode.Scan scan ? "scan " + scan.source() : digest(node)) + ' ';
    }

    private static String expression(PlanNode.Calc calc, Expression expression) {
        return calc.input() instanceof PlanNode.Scan ? PlanText.of(expression) : PlanText.unnamed(expression);
    }

    /** As the places are named that the topology is put together of: a node that a model has twice is there once. */
    private void collectSteps(Pipeline.PlannedModel model, PlanNode node, String path, Set<PlanNode> known,
            List<ModelShape.Step> into) {
        if (!known.add(node)) {
            return;
        }
        if (remembers(node)) {
            StringBuilder fed = new StringBuilder();
            node.inputs().forEach(i -> fed.append(digest(i)).append(' '));
            into.add(new ModelShape.Step("at" + path, says(node), PlanText.digest(layout(model, node)),
                    PlanText.digest(fed.toString())));
        }
        for (int i = 0; i < node.inputs().size(); i++) {
            collectSteps(model, node.inputs().get(i), path + "." + i, known, into);
        }
    }

    private static boolean remembers(PlanNode node) {
        return switch (node) {
            case PlanNode.Scan n -> false;
            case PlanNode.Calc n -> false;
            case PlanNode.Union n -> false;
            case PlanNode.Windows n -> false;
            case PlanNode.OnTime n -> false;
            case PlanNode.Unnest n -> false;
            case PlanNode.Aggregate n -> true;
            case PlanNode.PartialAggregate n -> true;
            case PlanNode.MergeAggregate n -> true;
            // Rows that are under way in its topic.
            case PlanNode.Exchange n -> true;
            case PlanNode.SessionAggregate n -> true;
            case PlanNode.PartialSession n -> true;
            case PlanNode.MergeSession n -> true;
            case PlanNode.Join n -> true;
            case PlanNode.AsOfJoin n -> true;
            case PlanNode.TopN n -> true;
            case PlanNode.Deduplicate n -> true;
            case PlanNode.Newest n -> true;
            case PlanNode.Versions n -> true;
            case PlanNode.OverAggregate n -> true;
        };
    }

    private static String says(PlanNode node) {
        String all = PlanPrinter.print(new Plan("", node, node.rowType()));
        return all.lines().skip(1).findFirst().orElseThrow().strip();
    }

    private String layout(Pipeline.PlannedModel model, PlanNode node) {
        String changing = node.inputs().stream().map(i -> changes.in(i) ? "changing" : "staying").toList().toString();
        return PlanText.unnamed(alone(node)) + changing + (model.config().early().isPresent() ? "early" : "");
    }

    /** A step without what stands before it. */
    private static PlanNode alone(PlanNode node) {
        return node.withInputs(node.inputs().stream()
                .map(i -> (PlanNode) new PlanNode.Scan("", PlanNode.Scan.Kind.MODEL, List.of(), i.rowType()))
                .toList());
    }

    /** A step with everything before it in its model. */
    private String digest(PlanNode node) {
        String known = digests.get(node);
        if (known == null) {
            known = PlanText.digest(text(node));
            digests.put(node, known);
        }
        return known;
    }

    private String text(PlanNode node) {
        if (node instanceof PlanNode.Scan scan) {
            return "scan " + scan.source() + PlanText.of(scan.rowType());
        }
        StringBuilder text = new StringBuilder(PlanText.unnamed(alone(node)));
        node.inputs().forEach(i -> text.append(digest(i)));
        return text.toString();
    }

    private static void collectReads(PlanNode node, Map<String, Set<String>> scans, Set<String> models) {
        if (node instanceof PlanNode.Scan scan) {
            Set<String> columns = scans.computeIfAbsent(scan.source(), s -> new LinkedHashSet<>());
            scan.rowType().fields().forEach(f -> columns.add(f.name()));
            if (scan.kind() == PlanNode.Scan.Kind.MODEL) {
                models.add(scan.source());
            }
        }
        node.inputs().forEach(i -> collectReads(i, scans, models));
    }

    private static ModelShape.Read ofModel(Set<String> columns) {
        SortedMap<String, String> named = new TreeMap<>();
        columns.forEach(c -> named.put(c, ""));
        return new ModelShape.Read(named, "");
    }

    /** Of a column that may be anything, and is not read, no record is refused. */
    private static ModelShape.Read ofContract(Contract contract, Set<String> columns) {
        List<Object> takes = new ArrayList<>(List.of(contract.kind(), contract.format(), contract.topic(),
                contract.key(), contract.eventTime().map(ModelShapes::verdicts)));
        SortedMap<String, String> named = new TreeMap<>();
        for (Column column : contract.columns()) {
            if (columns.contains(column.name())) {
                named.put(column.name(), PlanText.digest(PlanText.of(promise(column))));
            }
            if (demands(column)) {
                takes.add(promise(column));
            }
        }
        return new ModelShape.Read(named, PlanText.digest(PlanText.of(takes)));
    }

    /** When a silent partition counts as idle is decided once and written down. */
    private static List<Object> verdicts(EventTime time) {
        return List.of(time.column(), time.disorder(), time.allowedLateness(), time.maxAhead());
    }

    private static boolean demands(Column column) {
        return !column.field().nullable() && column.defaultValue().isEmpty() || !column.expectations().isEmpty()
                || column.nested().stream().anyMatch(ModelShapes::demands);
    }

    private static List<Object> promise(Column column) {
        return List.of(column.field(), column.expectations(), column.aliases(), column.defaultValue(),
                column.nested().stream().map(ModelShapes::promise).toList());
    }
}
