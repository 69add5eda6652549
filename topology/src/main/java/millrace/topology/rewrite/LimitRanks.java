package millrace.topology.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.SortColumn;
import millrace.topology.plan.Substitution;

/**
 * A condition that keeps small ranks says how many rows of each key are needed. Of one row of each key, ordered by time
 * and remembered for a while, is the deduplication that it is.
 *
 * <pre>
 * calc a where rank <= 3 AND b > 0        calc a where b > 0
 *   rank by k                        ->     top 3 by k
 * </pre>
 */
final class LimitRanks {
    private LimitRanks() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root, node -> node instanceof PlanNode.Calc calc && calc.condition().isPresent()
                && calc.input() instanceof PlanNode.TopN top && top.most() == PlanNode.TopN.UNLIMITED
                        ? limit(calc, top)
                        : node);
    }

    private static PlanNode limit(PlanNode.Calc calc, PlanNode.TopN top) {
        List<Expression> parts = calc.condition().get() instanceof Expression.Call c && c.function().equals("AND")
                ? c.operands()
                : List.of(calc.condition().get());
        long most = Long.MAX_VALUE;
        List<Expression> rest = new ArrayList<>();
        for (Expression part : parts) {
            Optional<Bound> bound = bound(part, top.rankColumn());
            if (bound.isEmpty()) {
                rest.add(part);
            } else {
                most = Math.min(most, bound.get().most());
                if (bound.get().leaves() == Leaves.SOME) {
                    rest.add(part);
                }
            }
        }
        if (most >= PlanNode.TopN.UNLIMITED || most < 1) {
            return calc;
        }
        Optional<Expression> condition = rest.isEmpty()
                ? Optional.empty()
                : Optional.of(rest.size() == 1
                        ? rest.get(0)
                        : new Expression.Call("AND", rest, new FieldType.Bool(),
                                rest.stream().anyMatch(Expression::nullable)));
        PlanNode limited = new PlanNode.TopN(top.input(), top.keys(), top.order(), (int) most, top.rank(),
                top.windowEnd(), top.retention(), top.rowType());
        if (most > 1) {
            return new PlanNode.Calc(limited, condition, calc.projections(), calc.rowType());
        }
        // The only one is the first.
        UnaryOperator<Expression> first = e -> e instanceof Expression.Column c && c.index() == top.rankColumn()
                ? new Expression.Literal(1L, c.type(), false)
                : e;
        return new PlanNode.Calc(deduplication(top).orElse(limited),
                condition.map(e -> Substitution.columns(e, first)),
                calc.projections().stream().map(e -> Substitution.columns(e, first)).toList(), calc.rowType());
    }

    private static Optional<PlanNode> deduplication(PlanNode.TopN top) {
        if (top.retention().isEmpty() || top.windowEnd().isPresent() || top.order().size() != 1) {
            return Optional.empty();
        }
        SortColumn by = top.order().get(0);
        if (!(top.input().rowType().fields().get(by.column()).type() instanceof FieldType.Timestamp)) {
            return Optional.empty();
        }
        return Optional.of(new PlanNode.Deduplicate(top.input(), top.keys(), by.column(),
                by.direction() == SortColumn.Direction.ASCENDING
                        ? PlanNode.Deduplicate.Keep.FIRST
                        : PlanNode.Deduplicate.Keep.LAST,
                top.retention().getAsLong()));
    }

    /** Whether a condition on the rank holds for all of the first rows. */
    private enum Leaves {
        ALL, SOME
    }

    private record Bound(long most, Leaves leaves) {}

    /** What a condition says of the rank and a number; none if it is no such condition. */
    private static Optional<Bound> bound(Expression condition, int rank) {
        if (!(condition instanceof Expression.Call c) || c.operands().size() != 2) {
            return Optional.empty();
        }
        if (isRank(c.operands().get(0), rank)) {
            return number(c.operands().get(1)).flatMap(n -> bound(c.function(), n));
        }
        return isRank(c.operands().get(1), rank)
                ? number(c.operands().get(0)).flatMap(n -> bound(turned(c.function()), n))
                : Optional.empty();
    }

    private static Optional<Bound> bound(String comparison, long n) {
        return switch (comparison) {
            case "<=" -> Optional.of(new Bound(n, Leaves.ALL));
            case "<" -> Optional.of(new Bound(n - 1, Leaves.ALL));
            case "=" -> Optional.of(new Bound(n, n == 1 ? Leaves.ALL : Leaves.SOME));
            // Every rank is at least one.
            case ">=" -> n <= 1 ? Optional.of(new Bound(Long.MAX_VALUE, Leaves.ALL)) : Optional.empty();
            case ">" -> n <= 0 ? Optional.of(new Bound(Long.MAX_VALUE, Leaves.ALL)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static String turned(String comparison) {
        return switch (comparison) {
            case "<=" -> ">=";
            case "<" -> ">";
            case ">=" -> "<=";
            case ">" -> "<";
            default -> comparison;
        };
    }

    private static boolean isRank(Expression e, int rank) {
        return e instanceof Expression.Column c && c.index() == rank;
    }

    private static Optional<Long> number(Expression e) {
        return e instanceof Expression.Literal l && (l.value() instanceof Integer || l.value() instanceof Long)
                ? Optional.of(((Number) l.value()).longValue())
                : e instanceof Expression.Call c && c.function().equals("CAST")
                        ? number(c.operands().get(0))
                        : Optional.empty();
    }
}
