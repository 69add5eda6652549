package millrace.topology.rewrite;

import java.util.ArrayList;
import java.util.List;
import millrace.topology.plan.PlanNode;

/**
 * A union of unions is one union.
 *
 * <pre>
 * union             union
 *   union             a
 *     a       ->      b
 *     b               c
 *   c
 * </pre>
 */
final class FlattenUnions {
    private FlattenUnions() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root, node -> {
            if (!(node instanceof PlanNode.Union union)
                    || union.inputs().stream().noneMatch(PlanNode.Union.class::isInstance)) {
                return node;
            }
            List<PlanNode> inputs = new ArrayList<>();
            for (PlanNode input : union.inputs()) {
                if (input instanceof PlanNode.Union inner) {
                    inputs.addAll(inner.inputs());
                } else {
                    inputs.add(input);
                }
            }
            return new PlanNode.Union(inputs, union.rowType());
        });
    }
}
