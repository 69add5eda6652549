package millrace.topology.check;

import java.util.List;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.RowChanges;

/**
 * Of rows that are given out once, and of which several have one key, the newest would be the one that happened to come last,
 * and a replay would keep another.
 */
final class UpsertsAreOfRowsThatChange {
    private UpsertsAreOfRowsThatChange() {}

    static List<Problem> check(Model model, Plan plan, RowChanges changes) {
        if (!model.config().keepsNewest() || model.config().early().isPresent() || changes.in(plan.root())) {
            return List.of();
        }
        String key = model.config().uniqueKey().isEmpty()
                ? "the key"
                : String.join(", ", model.config().uniqueKey());
        return List.of(Problem.at(CheckProblem.UPSERT_UNUSABLE,
                model.config().place("materialized").orElse(Place.file(model.sqlFile())), model.qualifiedName()
                        + " gives out each row once and takes none back, so nothing says which of two rows of a key is "
                        + "the newer one. Keep the last with QUALIFY ROW_NUMBER() OVER (PARTITION BY " + key
                        + " ORDER BY the event time DESC) = 1; or leave materialized out, if there are no two."));
    }
}
