package millrace.topology.check;

import java.util.List;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.PlanNode.Exchange.Salting.Role;

/** Salt that changes nothing is most likely meant for something else. */
final class SaltNeedsAJoin {
    private SaltNeedsAJoin() {}

    static List<Problem> check(Model model, Plan plan) {
        if (model.config().salt().isEmpty() || PlanWalk.any(plan.root(),
                node -> node instanceof PlanNode.Exchange e && e.salting().role() == Role.SPREADS)) {
            return List.of();
        }
        String why = PlanWalk.any(plan.root(), node -> node instanceof PlanNode.Join)
                ? "its join gives rows of the right side without a partner, and no task would know of them alone. Write "
                        + "it as a LEFT JOIN, the side with the hot keys first; or leave salt out."
                : "it has no join. Leave salt out: aggregates sum up before rows are exchanged, so a hot key costs them "
                        + "one row for each task.";
        return List.of(Problem.at(CheckProblem.SALT_UNUSABLE,
                model.config().place("salt").orElse(Place.file(model.sqlFile())),
                "Nothing of " + model.qualifiedName() + " can be salted: " + why));
    }
}
