package millrace.topology.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;

/**
 * What nobody above reads is neither computed nor decoded.
 *
 * <pre>
 * calc a               calc a
 *   scan [a, b, c]  ->   scan [a]
 * </pre>
 */
final class PruneColumns {
    private PruneColumns() {}

    static PlanNode apply(PlanNode root) {
        return keep(root, IntStream.range(0, root.rowType().fields().size()).boxed().toList());
    }

    /** The node with just these columns, in this order. */
    private static PlanNode keep(PlanNode node, List<Integer> wanted) {
        FieldType.Struct type = new FieldType.Struct(wanted.stream().map(node.rowType().fields()::get).toList());
        return switch (node) {
            case PlanNode.Scan scan -> new PlanNode.Scan(scan.source(), scan.kind(),
                    wanted.stream().map(scan.columns()::get).toList(), type);
            case PlanNode.Union union -> new PlanNode.Union(
                    union.inputs().stream().map(i -> keep(i, wanted)).toList(), type);
            case PlanNode.Calc calc -> {
                List<Expression> projections = wanted.stream().map(calc.projections()::get).toList();
                TreeSet<Integer> read = new TreeSet<>();
                projections.forEach(e -> Substitution.collect(e, read));
                calc.condition().ifPresent(c -> Substitution.collect(c, read));
                List<Integer> below = new ArrayList<>(read);
                Map<Integer, Integer> moved = new HashMap<>();
                below.forEach(i -> moved.put(i, moved.size()));
                yield new PlanNode.Calc(keep(calc.input(), below), calc.condition().map(c -> move(c, moved)),
                        projections.stream().map(e -> move(e, moved)).toList(), type);
            }
        };
    }

    private static Expression move(Expression e, Map<Integer, Integer> moved) {
        return Substitution.columns(e, old -> old instanceof Expression.Column c
                ? new Expression.Column(moved.get(c.index()), c.name(), c.type(), c.nullable())
                : old);
    }
}
