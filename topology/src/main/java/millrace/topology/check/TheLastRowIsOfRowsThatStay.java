package millrace.topology.check;

import java.util.ArrayList;
import java.util.List;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;

/** Where the last row of a key is taken back, the one before it is the last again; a retention may have forgotten that. */
final class TheLastRowIsOfRowsThatStay {
    private TheLastRowIsOfRowsThatStay() {}

    static List<Problem> check(Model model, Plan plan, RowChanges changes) {
        List<Problem> problems = new ArrayList<>();
        PlanWalk.nodes(plan.root(), node -> {
            if (node instanceof PlanNode.Deduplicate d && d.keep() == PlanNode.Deduplicate.Keep.LAST
                    && changes.in(d.input())) {
                problems.add(Problem.at(CheckProblem.DEDUPLICATION_UNUSABLE, Place.file(model.sqlFile()),
                        model.qualifiedName()
                                + " keeps the last row of each key, of rows that may be taken back: the one "
                                + "before it would be the last again, and the retention may have forgotten it. Say "
                                + "retention: forever in the model's config, or read rows that stay."));
            }
        });
        return problems;
    }
}
