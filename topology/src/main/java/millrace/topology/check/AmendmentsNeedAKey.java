package millrace.topology.check;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;

/** A row that changes after it was given out can only be found again by a key. */
final class AmendmentsNeedAKey {
    private AmendmentsNeedAKey() {}

    static List<Problem> check(Model model, Plan plan, RowChanges changes, Collection<Contract> contracts) {
        if (!model.config().uniqueKey().isEmpty() || !changes.in(plan.root())) {
            return List.of();
        }
        if (PlanWalk.lowest(plan.root()) instanceof PlanNode.OverAggregate) {
            return List.of(Problem.at(CheckProblem.RESULT_NEEDS_KEY, Place.file(model.sqlFile()), model.qualifiedName()
                    + " gives rows anew when others come before them, but nothing says which. Name a column in "
                    + "unique_key that tells all rows apart."));
        }
        Set<String> amending = changes.amendingBelow(plan.root());
        boolean windowless = PlanWalk.any(plan.root(),
                node -> node instanceof PlanNode.MergeAggregate a && a.windowEnd().isEmpty());
        if (PlanWalk.lowest(plan.root()) instanceof PlanNode.Newest newest) {
            String key = newest.keys().stream().map(k -> newest.rowType().fields().get(k).name())
                    .collect(Collectors.joining(", "));
            return List.of(problem(model, "A record of a changelog replaces or deletes what an earlier one of its "
                    + key + " said.", "Name " + key + " in unique_key."));
        }
        if (PlanWalk.any(plan.root(), AmendmentsNeedAKey::waitsForPartners)) {
            return List.of(problem(model, "A row without a partner is given out, and taken back when one comes.",
                    "Name columns that tell the rows of the result apart in unique_key."));
        }
        if (PlanWalk.any(plan.root(), AmendmentsNeedAKey::ranks)
                && (!windowless || ranks(PlanWalk.lowest(plan.root())))) {
            return List.of(problem(model, "A row goes when others come before it.", "Name in unique_key the columns "
                    + "of PARTITION BY, with more than one row of each also its number; or a column that tells all "
                    + "rows apart."));
        }
        String why = windowless || amending.isEmpty()
                ? "Every new row may change the result of a group."
                : contracts.stream().filter(c -> amending.contains(c.name())).map(AmendmentsNeedAKey::lateness)
                        .collect(Collectors.joining(" "));
        String remedy = windowless || amending.isEmpty()
                ? "Name the columns of GROUP BY in unique_key."
                : "Name the columns of GROUP BY in unique_key, or make allowedLateness as short as disorder.";
        return List.of(problem(model, why, remedy));
    }

    private static boolean waitsForPartners(PlanNode node) {
        return node instanceof PlanNode.Join j && j.bounds().isEmpty()
                && (j.kind().keepsLeft() || j.kind().keepsRight());
    }

    private static Problem problem(Model model, String why, String remedy) {
        return Problem.at(CheckProblem.RESULT_NEEDS_KEY, Place.file(model.sqlFile()), model.qualifiedName()
                + " changes rows that it has given out, but nothing says which. " + why + " " + remedy);
    }

    private static boolean ranks(PlanNode node) {
        return node instanceof PlanNode.TopN || node instanceof PlanNode.Deduplicate;
    }

    private static String lateness(Contract contract) {
        var time = contract.eventTime().orElseThrow();
        return contract.name() + " gives a window out after " + text(time.disorder()) + " of disorder and lets rows "
                + "count for " + text(time.allowedLateness()) + ".";
    }

    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }
}
