package millrace.topology.rewrite;

import java.util.List;
import java.util.function.UnaryOperator;
import millrace.topology.plan.PlanNode;

/**
 * The ordered list of rewrites, applied until nothing changes; then those that decide how the plan is carried out, once.
 */
public final class Rewrites {
    private static final List<UnaryOperator<PlanNode>> ALL = List.of(FlattenUnions::apply, PushCalcThroughUnion::apply,
            MergeCalcs::apply, GroupIntoSessions::apply, LimitRanks::apply, PruneColumns::apply,
            DropIdentityCalcs::apply);

    private static final List<UnaryOperator<PlanNode>> CARRYING_OUT = List.of(SetLateRowsAside::apply,
            SplitAggregates::apply, BringKeysTogether::apply);

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
        for (UnaryOperator<PlanNode> rewrite : CARRYING_OUT) {
            after = rewrite.apply(after);
        }
        return after;
    }

    /** The node with its inputs rewritten first. */
    static PlanNode bottomUp(PlanNode node, UnaryOperator<PlanNode> rewrite) {
        return rewrite.apply(node.withInputs(node.inputs().stream().map(i -> bottomUp(i, rewrite)).toList()));
    }
}
