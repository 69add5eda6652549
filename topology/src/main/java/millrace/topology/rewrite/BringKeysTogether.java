package millrace.topology.rewrite;

import java.util.List;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.PlanNode.Exchange.Nulls;

/**
 * Rows that are compared with each other meet in one task.
 *
 * <pre>
 * top 3 by auction        top 3 by auction
 *   scan bids        ->     exchange by auction
 *                             scan bids
 * </pre>
 */
final class BringKeysTogether {
    private BringKeysTogether() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root, node -> switch (node) {
            case PlanNode.TopN t -> over(t, t.keys());
            case PlanNode.Deduplicate d -> over(d, d.keys());
            case PlanNode.Newest n -> over(n, n.keys());
            case PlanNode.Join j -> j.withInputs(List.of(
                    side(j.left(), j.leftKeys(), j.kind().keepsLeft()),
                    side(j.right(), j.rightKeys(), j.kind().keepsRight())));
            case PlanNode.AsOfJoin j -> j.withInputs(List.of(
                    side(j.left(), j.leftKeys(), j.kind().keepsLeft()),
                    side(j.right(), j.rightKeys(), false)));
            case PlanNode.OverAggregate o -> over(o, o.keys());
            default -> node;
        });
    }

    private static PlanNode over(PlanNode node, List<Integer> keys) {
        return node.withInputs(List.of(new PlanNode.Exchange(node.inputs().get(0), keys)));
    }

    /** NULL equals nothing in a join. */
    private static PlanNode side(PlanNode input, List<Integer> keys, boolean kept) {
        return new PlanNode.Exchange(input, keys, kept ? Nulls.SPREAD : Nulls.DROPPED);
    }
}
