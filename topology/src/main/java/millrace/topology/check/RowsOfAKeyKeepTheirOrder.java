package millrace.topology.check;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;
import millrace.topology.rewrite.OneRowPerKey;

/**
 * A row of a changelog may change in any column. Where rows that have one key of a model come from several tasks, what is
 * taken back by one and given by another come in any order, unless they are brought together once more, which remembers
 * them all.
 */
final class RowsOfAKeyKeepTheirOrder {
    private RowsOfAKeyKeepTheirOrder() {}

    static List<Problem> check(Model model, Plan plan, List<Plan> below, RowChanges changes) {
        List<Integer> key = model.config().uniqueKey().stream().map(plan.rowType()::indexOf).toList();
        if (model.config().keepsForever() || key.isEmpty() || key.contains(-1)) {
            return List.of();
        }
        Set<String> changelogs = new TreeSet<>();
        collect(plan.root(), below, changelogs);
        if (changelogs.isEmpty() || OneRowPerKey.isKeptByOneTask(plan.root(), key, changes, below)) {
            return List.of();
        }
        String columns = String.join(", ", model.config().uniqueKey());
        return List.of(Problem.at(CheckProblem.KEY_UNUSABLE,
                model.config().place("unique_key").orElse(Place.file(model.sqlFile())),
                "Rows of " + model.qualifiedName() + " that have one " + columns
                        + " may come from several places, since "
                        + "rows of " + String.join(", ", changelogs)
                        + " change in any column, and nothing says which comes last. "
                        + "Say retention: forever in the model's config, and they are brought together by " + columns
                        + " and remembered."));
    }

    /** The contracts of kind changelog that are read, directly or through models. */
    private static void collect(PlanNode root, List<Plan> below, Set<String> into) {
        into.addAll(PlanWalk.changelogs(root));
        PlanWalk.nodes(root, node -> {
            if (node instanceof PlanNode.Scan scan && scan.kind() == PlanNode.Scan.Kind.MODEL) {
                below.stream().filter(p -> p.model().equals(scan.source()))
                        .forEach(p -> collect(p.root(), below, into));
            }
        });
    }
}
