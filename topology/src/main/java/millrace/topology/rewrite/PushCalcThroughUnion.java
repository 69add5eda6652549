package millrace.topology.rewrite;

import millrace.topology.plan.PlanNode;

/**
 * A condition and the columns above a union are computed in each of its inputs, where they can merge with what is
 * there, and where columns that nobody reads are never decoded.
 *
 * <pre>
 * calc              union
 *   union             calc
 *     a       ->        a
 *     b               calc
 *                       b
 * </pre>
 */
final class PushCalcThroughUnion {
    private PushCalcThroughUnion() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root, node -> node instanceof PlanNode.Calc calc
                && calc.input() instanceof PlanNode.Union union
                        ? new PlanNode.Union(union.inputs().stream().<PlanNode>map(input -> new PlanNode.Calc(input,
                                calc.condition(), calc.projections(), calc.rowType())).toList(), calc.rowType())
                        : node);
    }
}
