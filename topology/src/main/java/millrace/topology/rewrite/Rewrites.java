package millrace.topology.rewrite;

import java.util.List;
import java.util.function.UnaryOperator;
import millrace.topology.plan.PlanNode;

/** The ordered list of rewrites, applied until nothing changes. */
public final class Rewrites {
    private static final List<UnaryOperator<PlanNode>> ALL = List.of(FlattenUnions::apply, PushCalcThroughUnion::apply,
            MergeCalcs::apply, PruneColumns::apply, DropIdentityCalcs::apply);

    private Rewrites() {}

    public static PlanNode apply(PlanNode root) {
        PlanNode before;
        PlanNode after = root;
        do {
            before = after;
            for (UnaryOperator<PlanNode> rewrite : ALL) {
                after = rewrite.apply(after);
            }
        } while (!after.equals(before));
        return after;
    }

    /** The node with its inputs rewritten first. */
    static PlanNode bottomUp(PlanNode node, UnaryOperator<PlanNode> rewrite) {
        return rewrite.apply(switch (node) {
            case PlanNode.Scan scan -> scan;
            case PlanNode.Calc calc -> new PlanNode.Calc(bottomUp(calc.input(), rewrite), calc.condition(),
                    calc.projections(), calc.rowType());
            case PlanNode.Union union -> new PlanNode.Union(
                    union.inputs().stream().map(i -> bottomUp(i, rewrite)).toList(), union.rowType());
        });
    }
}
