package millrace.topology.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

/** Row-by-row models cannot fold versions of a key: a deleted row would stay. */
final class EverySourceIsAppendOnly {
    private EverySourceIsAppendOnly() {}

    static List<Problem> check(Model model, Plan plan, Collection<Contract> contracts) {
        List<Problem> problems = new ArrayList<>();
        PlanWalk.nodes(plan.root(), node -> {
            if (node instanceof PlanNode.Scan scan && scan.kind() == PlanNode.Scan.Kind.CONTRACT
                    && contracts.stream().anyMatch(c -> c.name().equals(scan.source())
                            && c.kind() == Contract.Kind.CHANGELOG)) {
                problems.add(Problem.at(CheckProblem.SOURCE_IS_A_CHANGELOG, Place.file(model.sqlFile()),
                        "The contract " + scan.source() + " is of kind changelog: its records replace and delete "
                                + "each other, which models cannot follow yet. Its bronze table has every record."));
            }
        });
        return problems.stream().distinct().toList();
    }
}
