package millrace.topology.check;

import java.util.ArrayList;
import java.util.List;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.aggregate.Resolution;
import millrace.topology.model.Model;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;

/** Above rows that change, an aggregate must be able to forget the old version of a row. */
final class AggregatesCanTakeRowsBack {
    private AggregatesCanTakeRowsBack() {}

    static List<Problem> check(Model model, Plan plan, RowChanges changes, Aggregates aggregates) {
        List<Problem> problems = new ArrayList<>();
        PlanWalk.nodes(plan.root(), node -> {
            if (node instanceof PlanNode.MergeAggregate a && changes.in(a.input())) {
                for (AggregateCall call : a.calls()) {
                    var columns = call.arguments().stream().map(i -> a.callInput().fields().get(i)).toList();
                    Resolution resolution = aggregates.resolve(call.function(),
                            columns.stream().map(f -> f.type()).toList(),
                            columns.stream().map(f -> f.nullable()).toList(), call.constants(), call.over());
                    if (resolution instanceof Resolution.Resolved r && !r.retracts()) {
                        problems.add(Problem.at(CheckProblem.AGGREGATE_CANNOT_FORGET, Place.file(model.sqlFile()),
                                call.function() + " is computed from rows that may change later, and cannot forget "
                                        + "what it has seen. " + (call.function().equals("APPROX_COUNT_DISTINCT")
                                                ? "COUNT(DISTINCT ..) can."
                                                : "Read rows that stay, or another function.")));
                    }
                }
            }
        });
        return problems.stream().distinct().toList();
    }
}
