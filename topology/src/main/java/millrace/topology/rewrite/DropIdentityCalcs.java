package millrace.topology.rewrite;

import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;

/** A calc that keeps every row and every column as it is, is its input. */
final class DropIdentityCalcs {
    private DropIdentityCalcs() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root,
                node -> node instanceof PlanNode.Calc calc && isIdentity(calc) ? calc.input() : node);
    }

    private static boolean isIdentity(PlanNode.Calc calc) {
        if (calc.condition().isPresent() || !calc.rowType().equals(calc.input().rowType())) {
            return false;
        }
        for (int i = 0; i < calc.projections().size(); i++) {
            if (!(calc.projections().get(i) instanceof Expression.Column c && c.index() == i)) {
                return false;
            }
        }
        return true;
    }
}
