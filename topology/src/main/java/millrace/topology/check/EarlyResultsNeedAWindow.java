package millrace.topology.check;

import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;

/**
 * Early results are those of a window or session that is still open. What stands above it may only compute and leave out:
 * whatever else a model does would have to undo them one by one, and no later result could tell it how.
 */
final class EarlyResultsNeedAWindow {
    private EarlyResultsNeedAWindow() {}

    static List<Problem> check(Model model, Plan plan, RowChanges changes) {
        if (model.config().early().isEmpty()) {
            return List.of();
        }
        Optional<String> refusal = refusal(PlanWalk.lowest(plan.root()));
        if (refusal.isPresent()) {
            return List.of(Problem.at(CheckProblem.EARLY_UNUSABLE,
                    model.config().place("emit").orElse(Place.file(model.sqlFile())),
                    model.qualifiedName() + " cannot give out early results: " + refusal.get()));
        }
        return model.config().uniqueKey().isEmpty() && !changes.in(plan.root())
                ? List.of(Problem.at(CheckProblem.RESULT_NEEDS_KEY, Place.file(model.sqlFile()), model.qualifiedName()
                        + " gives out early results, which change until their window closes, but nothing says which. "
                        + "Name the columns of GROUP BY in unique_key."))
                : List.of();
    }

    private static Optional<String> refusal(PlanNode last) {
        return switch (last) {
            case PlanNode.MergeSession sessions -> Optional.empty();
            case PlanNode.MergeAggregate a when a.windowEnd().isPresent() -> Optional.empty();
            case PlanNode.MergeAggregate a -> Optional.of("its GROUP BY has no window, so each row that comes gives a "
                    + "new result at once. Leave emit out.");
            case PlanNode.Scan scan -> Optional.of("it passes rows on as they come. Leave emit out; of a model that it "
                    + "reads it gets the final results.");
            case PlanNode.Versions v -> Optional.of("versions are of rows that stay. Leave emit or materialized out.");
            default -> Optional.of("after its window, something else than SELECT, WHERE and HAVING follows. Make what "
                    + "follows a model of its own, which reads the final results of this one; or leave emit out.");
        };
    }
}
