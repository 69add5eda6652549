package millrace.topology.check;

import java.util.ArrayList;
import java.util.List;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;
import millrace.topology.model.Model.Config;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

/** What a step remembers must end some time, or its author must have said that it need not. */
final class EveryStateIsBounded {
    private EveryStateIsBounded() {}

    static List<Problem> check(Model model, Plan plan) {
        if (model.config().retention().filter(Config.FOREVER::equals).isPresent()) {
            return List.of();
        }
        List<Problem> problems = new ArrayList<>();
        PlanWalk.nodes(plan.root(), node -> {
            // Without groups there is one result, which takes no more room as rows come.
            if (node instanceof PlanNode.MergeAggregate a && a.windowEnd().isEmpty() && a.groups() > 0) {
                String groups = String.join(", ",
                        a.rowType().fields().subList(0, a.groups()).stream().map(f -> f.name()).toList());
                problems.add(Problem.at(CheckProblem.STATE_UNBOUNDED, Place.file(model.sqlFile()),
                        "The aggregate of " + model.qualifiedName() + " keeps a result for every value of " + groups
                                + " without end. Group by "
                                + "window_start and window_end of TABLE(TUMBLE(..)) too, or say retention: forever in "
                                + "the model's config if that many are wanted."));
            }
        });
        return problems;
    }
}
