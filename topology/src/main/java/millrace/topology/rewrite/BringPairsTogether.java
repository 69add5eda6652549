package millrace.topology.rewrite;

import java.util.List;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.PlanNode.Exchange.Nulls;

/**
 * Rows of both sides of a join that have equal keys meet in one task.
 *
 * <pre>
 * join on user_id = id        join on user_id = id
 *   scan clicks          ->     exchange by user_id
 *   scan users                    scan clicks
 *                               exchange by id
 *                                 scan users
 * </pre>
 */
final class BringPairsTogether {
    private BringPairsTogether() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root, node -> switch (node) {
            case PlanNode.Join j -> j.withInputs(List.of(
                    exchange(j.left(), j.leftKeys(), j.kind().keepsLeft()),
                    exchange(j.right(), j.rightKeys(), j.kind().keepsRight())));
            case PlanNode.AsOfJoin j -> j.withInputs(List.of(
                    exchange(j.left(), j.leftKeys(), j.kind().keepsLeft()),
                    exchange(j.right(), j.rightKeys(), false)));
            default -> node;
        });
    }

    private static PlanNode exchange(PlanNode side, List<Integer> keys, boolean kept) {
        // NULL equals nothing.
        return new PlanNode.Exchange(side, keys, kept ? Nulls.SPREAD : Nulls.DROPPED);
    }
}
