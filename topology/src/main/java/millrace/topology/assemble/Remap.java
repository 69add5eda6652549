package millrace.topology.assemble;

import java.util.List;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.Substitution;

/**
 * Lets a calculation over a scan read the source's whole row, so that no row is copied only to drop columns.
 *
 * <pre>
 * calc [ $0 + $1 ]                 calc [ $2 + $7 ]
 *   scan clicks columns [2, 7]       scan clicks, all columns
 * </pre>
 */
final class Remap {
    private Remap() {}

    static PlanNode.Calc overWholeRow(PlanNode.Calc calc, PlanNode.Scan scan) {
        return new PlanNode.Calc(scan, calc.condition().map(c -> remap(c, scan.columns())),
                calc.projections().stream().map(p -> remap(p, scan.columns())).toList(), calc.rowType());
    }

    private static Expression remap(Expression expression, List<Integer> columns) {
        return Substitution.columns(expression, e -> e instanceof Expression.Column c
                ? new Expression.Column(columns.get(c.index()), c.name(), c.type(), c.nullable())
                : e);
    }
}
