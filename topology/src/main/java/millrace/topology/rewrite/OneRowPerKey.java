package millrace.topology.rewrite;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import millrace.topology.model.Model;
import millrace.topology.plan.PassedOn;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.RowChanges;

/**
 * A row that moves from one key of a join to another is taken back by one task and given by another, and which of both
 * comes first in the model's topic is chance. So rows of one unique key are brought together once more, and of several the
 * latest in the total order of rows stands.
 *
 * <pre>
 * left join on status = code         latest of order_id
 *   exchange by status        ->       exchange by order_id
 *     ..                                 left join on status = code
 *                                          ..
 * </pre>
 */
public final class OneRowPerKey {
    private OneRowPerKey() {}

    /** The plan as it is, if its rows do not change, or rows of one key come from one task anyway. */
    public static Plan apply(Model model, Plan plan, RowChanges changes, List<Plan> below) {
        List<Integer> key = model.config().uniqueKey().stream().map(plan.rowType()::indexOf).toList();
        if (!model.config().keepsForever() || key.isEmpty() || key.contains(-1) || !changes.in(plan.root())
                || isKeptByOneTask(plan.root(), key, changes, below)) {
            return plan;
        }
        PlanNode together = new PlanNode.Exchange(plan.root(), key);
        return new Plan(plan.model(), new PlanNode.TopN(together, key, List.of(), 1, PlanNode.TopN.Rank.UNNUMBERED,
                OptionalInt.empty(), OptionalLong.empty(), plan.rowType()), plan.rowType());
    }

    /**
     * Whether all rows of one key come from one task, so that what is taken back and what is given in its place stay in their
     * order. Where rows are made by groups, a check sees to it that the key holds them.
     *
     * @param key columns of the node, -1 for one that is computed
     */
    public static boolean isKeptByOneTask(PlanNode node, List<Integer> key, RowChanges changes, List<Plan> below) {
        return switch (node) {
            case PlanNode.Calc c -> isKeptByOneTask(c.input(),
                    key.stream().map(k -> k < 0 ? -1 : PassedOn.columnOf(c.projections().get(k))).toList(), changes,
                    below);
            case PlanNode.Scan scan -> scan.kind() == PlanNode.Scan.Kind.MODEL
                    && Optional.of(scan.source()).flatMap(name -> below.stream().filter(p -> p.model().equals(name))
                            .findFirst())
                            .map(p -> isKeptByOneTask(p.root(),
                                    key.stream().map(k -> k < 0 ? -1 : scan.columns().get(k)).toList(), changes, below))
                            .orElse(false);
            case PlanNode.Unnest u -> isKeptByOneTask(u.input(),
                    key.stream().map(k -> k < u.input().rowType().fields().size() ? k : -1).toList(), changes, below);
            case PlanNode.MergeAggregate a -> true;
            case PlanNode.MergeSession s -> true;
            // Rows that stay are ranked in one place each, whatever tells them apart; others move with what they are ranked by.
            case PlanNode.TopN t -> !changes.in(t.input()) || key.containsAll(t.keys());
            case PlanNode.Deduplicate d -> !changes.in(d.input()) || key.containsAll(d.keys());
            case PlanNode.Versions v -> true;
            case PlanNode.Newest n -> key.containsAll(n.keys());
            default -> false;
        };
    }
}
