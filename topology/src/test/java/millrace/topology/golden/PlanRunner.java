package millrace.topology.golden;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.schemas.row.FieldType;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

/** Runs plans on rows in memory, through the compiled code and without Kafka. */
final class PlanRunner {
    /** What one model makes of a row. */
    sealed interface Outcome {
        record Row(String model, FieldType.Struct type, Object[] values) implements Outcome {}

        record Failed(String model, String expression, String reason) implements Outcome {}
    }

    private final CalcCompiler compiler = new CalcCompiler(FunctionLibrary.builtIn());
    private final Map<String, Plan> plans = new LinkedHashMap<>();
    private final Map<PlanNode.Calc, RowFunction> functions = new LinkedHashMap<>();

    void add(Plan plan) {
        plans.put(plan.model(), plan);
    }

    /** Everything that follows from one row of a contract, models in their order. */
    List<Outcome> push(String source, Object[] row) {
        List<Outcome> all = new ArrayList<>();
        for (Plan plan : plans.values()) {
            for (Outcome outcome : run(plan, plan.root(), source, row)) {
                all.add(outcome);
                if (outcome instanceof Outcome.Row r) {
                    all.addAll(push(plan.model(), r.values()));
                }
            }
        }
        return all;
    }

    private List<Outcome> run(Plan plan, PlanNode node, String source, Object[] row) {
        List<Outcome> out = new ArrayList<>();
        switch (node) {
            case PlanNode.Scan scan -> {
                if (scan.source().equals(source)) {
                    out.add(new Outcome.Row(plan.model(), scan.rowType(),
                            scan.columns().stream().map(i -> row[i]).toArray()));
                }
            }
            case PlanNode.Windows w -> {}
            case PlanNode.Aggregate a -> {}
            case PlanNode.PartialAggregate a -> {}
            case PlanNode.MergeAggregate a -> {}
            case PlanNode.Exchange e -> {}
            case PlanNode.SessionAggregate s -> {}
            case PlanNode.PartialSession s -> {}
            case PlanNode.MergeSession s -> {}
            case PlanNode.Join j -> {}
            case PlanNode.AsOfJoin j -> {}
            case PlanNode.OnTime o -> {}
            case PlanNode.Unnest u -> {}
            case PlanNode.TopN t -> {}
            case PlanNode.Deduplicate d -> {}
            case PlanNode.Newest n -> {}
            case PlanNode.Versions d -> {}
            case PlanNode.OverAggregate o -> {}
            case PlanNode.Union union -> union.inputs().forEach(i -> out.addAll(run(plan, i, source, row)));
            case PlanNode.Calc calc -> {
                for (Outcome input : run(plan, calc.input(), source, row)) {
                    switch (input) {
                        case Outcome.Failed f -> out.add(f);
                        case Outcome.Row r -> {
                            try {
                                Object[] result = functions.computeIfAbsent(calc, c -> compiler.compile(c).get())
                                        .apply(r.values());
                                if (result != null) {
                                    out.add(new Outcome.Row(plan.model(), calc.rowType(), result));
                                }
                            } catch (ExpressionFailure e) {
                                out.add(new Outcome.Failed(plan.model(), e.expression(), e.reason()));
                            }
                        }
                    }
                }
            }
        }
        return out;
    }
}
