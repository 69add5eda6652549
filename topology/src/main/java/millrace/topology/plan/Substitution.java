package millrace.topology.plan;

import java.util.Set;
import java.util.function.UnaryOperator;

/** Expressions with other expressions in the place of their columns. */
public final class Substitution {
    private Substitution() {}

    /** The expression with what the replacement gives for each {@link Expression.Column} in it. */
    public static Expression columns(Expression e, UnaryOperator<Expression> replacement) {
        return switch (e) {
            case Expression.Column c -> replacement.apply(c);
            case Expression.Literal l -> l;
            case Expression.Nested n -> new Expression.Nested(columns(n.row(), replacement), n.index(), n.name(),
                    n.type(), n.nullable());
            case Expression.Call c -> new Expression.Call(c.function(),
                    c.operands().stream().map(o -> columns(o, replacement)).toList(), c.type(), c.nullable());
        };
    }

    /** Adds the positions of all columns that an expression reads. */
    public static void collect(Expression e, Set<Integer> positions) {
        switch (e) {
            case Expression.Column c -> positions.add(c.index());
            case Expression.Literal l -> {}
            case Expression.Nested n -> collect(n.row(), positions);
            case Expression.Call c -> c.operands().forEach(o -> collect(o, positions));
        }
    }

    /** How many nodes an expression has, counted no further than {@code most}. */
    public static int size(Expression e, int most) {
        int size = 1;
        switch (e) {
            case Expression.Column c -> {}
            case Expression.Literal l -> {}
            case Expression.Nested n -> size += size(n.row(), most - 1);
            case Expression.Call c -> {
                for (Expression o : c.operands()) {
                    if (size > most) {
                        break;
                    }
                    size += size(o, most - size);
                }
            }
        }
        return size;
    }
}
