package millrace.topology.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.Substitution;

/**
 * Two calcs in a row are one: the upper one's columns are replaced by what the lower one computes, and the lower
 * condition is tested first.
 *
 * <pre>
 * calc a+1 AS b where a > 0         calc x*2+1 AS b where x < 9 AND x*2 > 0
 *   calc x*2 AS a where x < 9   ->    scan
 *     scan
 * </pre>
 */
final class MergeCalcs {
    /** Merging may repeat an expression; beyond this many nodes two steps are the smaller evil. */
    private static final int LARGEST = 5_000;

    private MergeCalcs() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root, node -> node instanceof PlanNode.Calc upper
                && upper.input() instanceof PlanNode.Calc lower ? merge(upper, lower) : node);
    }

    private static PlanNode merge(PlanNode.Calc upper, PlanNode.Calc lower) {
        List<Expression> projections = upper.projections().stream().map(e -> over(e, lower)).toList();
        Optional<Expression> condition = upper.condition().map(e -> over(e, lower));
        int size = condition.map(c -> Substitution.size(c, LARGEST)).orElse(0);
        for (Expression e : projections) {
            size += Substitution.size(e, LARGEST);
            if (size > LARGEST) {
                return upper;
            }
        }
        if (lower.condition().isPresent()) {
            condition = Optional.of(condition.map(c -> and(lower.condition().get(), c))
                    .orElse(lower.condition().get()));
        }
        return new PlanNode.Calc(lower.input(), condition, projections, upper.rowType());
    }

    private static Expression over(Expression e, PlanNode.Calc lower) {
        return Substitution.columns(e, c -> lower.projections().get(((Expression.Column) c).index()));
    }

    private static Expression and(Expression first, Expression second) {
        List<Expression> operands = new ArrayList<>();
        for (Expression e : List.of(first, second)) {
            if (e instanceof Expression.Call c && c.function().equals("AND")) {
                operands.addAll(c.operands());
            } else {
                operands.add(e);
            }
        }
        return new Expression.Call("AND", operands, new FieldType.Bool(), first.nullable() || second.nullable());
    }
}
