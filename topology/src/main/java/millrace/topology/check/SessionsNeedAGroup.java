package millrace.topology.check;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;
import millrace.topology.plan.WindowSpec;

/**
 * Where a session ends is known once it is over, so a row cannot be given out with the bounds of its session; and a row
 * that is taken back would have to tear a session apart.
 */
final class SessionsNeedAGroup {
    private SessionsNeedAGroup() {}

    static List<Problem> check(Model model, Plan plan, RowChanges changes) {
        List<Problem> problems = new ArrayList<>();
        PlanWalk.nodes(plan.root(), node -> {
            if (node instanceof PlanNode.Windows w && w.spec() instanceof WindowSpec.Session session) {
                String keys = session.keys().stream().map(k -> w.input().rowType().fields().get(k).name())
                        .collect(Collectors.joining(", "));
                problems.add(Problem.at(CheckProblem.SESSION_UNUSABLE, Place.file(model.sqlFile()),
                        "SESSION is counted by something else than its own key. Write GROUP BY " + keys
                                + (keys.isEmpty() ? "" : ", ") + "window_start, window_end over it, with no other "
                                + "column; what more is needed can be an aggregate such as MAX."));
            }
            if (node instanceof PlanNode.MergeSession s && changes.in(s.input())) {
                problems.add(Problem.at(CheckProblem.SESSION_UNUSABLE, Place.file(model.sqlFile()),
                        "SESSION reads rows that may be taken back later, which would tear sessions apart. Read rows "
                                + "that stay: a contract, or a model without aggregates."));
            }
        });
        return problems.stream().distinct().toList();
    }
}
