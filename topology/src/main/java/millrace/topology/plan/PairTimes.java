package millrace.topology.plan;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import millrace.topology.plan.JoinBounds.Moment;

/**
 * How far apart in event time the rows of a pair can be, as the keys and the condition of a join say it. Finds
 * {@code l.ts = r.ts}, {@code r.ts BETWEEN l.ts - INTERVAL .. AND l.ts}, and the like with the bounds of windows, whose
 * rows have the window's last millisecond as their time.
 */
public final class PairTimes {
    private static final long LAST_MILLISECOND = 1000;
    private static final long UNKNOWN = Long.MAX_VALUE;

    private final PlanNode left;
    private final PlanNode right;
    private final Set<Integer> leftTimes;
    private final Set<Integer> rightTimes;
    private final WindowColumns leftWindows;
    private final WindowColumns rightWindows;
    private final int width;

    private Moment leftMoment;
    private Moment rightMoment;
    private long before = UNKNOWN;
    private long after = UNKNOWN;

    private PairTimes(PlanNode left, PlanNode right, EventTimeColumns times) {
        this.left = left;
        this.right = right;
        leftTimes = times.of(left);
        rightTimes = times.of(right);
        leftWindows = WindowColumns.of(left);
        rightWindows = WindowColumns.of(right);
        width = left.rowType().fields().size();
    }

    /** A column of one side, whose value and an offset are the row's event time. */
    private record Term(boolean ofLeft, Moment moment, long shift) {}

    /**
     * The bounds, if the pairs have any on both sides.
     *
     * @param condition over the columns of both; empty if the keys are all
     * @param farthest how far apart rows may be at most, whatever the condition says
     */
    public static Optional<JoinBounds> of(PlanNode left, PlanNode right, List<Integer> leftKeys,
            List<Integer> rightKeys, Optional<Expression> condition, OptionalLong farthest, EventTimeColumns times) {
        PairTimes pairs = new PairTimes(left, right, times);
        for (int i = 0; i < leftKeys.size(); i++) {
            pairs.compare("=", pairs.column(leftKeys.get(i)), pairs.column(pairs.width + rightKeys.get(i)));
        }
        condition.ifPresent(pairs::read);
        farthest.ifPresent(pairs::limit);
        return pairs.before == UNKNOWN || pairs.after == UNKNOWN
                ? Optional.empty()
                : Optional.of(new JoinBounds(pairs.leftMoment, pairs.rightMoment, pairs.before, pairs.after));
    }

    private Expression column(int index) {
        PlanNode side = index < width ? left : right;
        var f = side.rowType().fields().get(index < width ? index : index - width);
        return new Expression.Column(index, f.name(), f.type(), f.nullable());
    }

    private void read(Expression condition) {
        if (condition instanceof Expression.Call call) {
            switch (call.function()) {
                case "AND" -> call.operands().forEach(this::read);
                case "=", "<", "<=", ">", ">=" -> compare(call.function(), call.operands().get(0),
                        call.operands().get(1));
                default -> {}
            }
        }
    }

    private void compare(String operator, Expression a, Expression b) {
        Optional<Term> first = term(a, 0);
        Optional<Term> second = term(b, 0);
        if (first.isEmpty() || second.isEmpty() || first.get().ofLeft() == second.get().ofLeft()) {
            return;
        }
        Term l = first.get().ofLeft() ? first.get() : second.get();
        Term r = first.get().ofLeft() ? second.get() : first.get();
        if (leftMoment != null && !(leftMoment.equals(l.moment()) && rightMoment.equals(r.moment()))) {
            return; // the first two times are the ones; others only make pairs fewer
        }
        leftMoment = l.moment();
        rightMoment = r.moment();
        // l's time + l.shift (operator) r's time + r.shift
        long apart = l.shift() - r.shift();
        boolean rightLater = operator.equals("=") || (operator.startsWith("<") == first.get().ofLeft());
        boolean rightEarlier = operator.equals("=") || !rightLater;
        if (rightLater) {
            before = Math.min(before, -apart);
        }
        if (rightEarlier) {
            after = Math.min(after, apart);
        }
    }

    /** {@code column + shift}, seen as the row's event time and a shift from it. */
    private Optional<Term> term(Expression e, long shift) {
        return switch (e) {
            case Expression.Column c -> moment(c.index()).map(m -> new Term(c.index() < width, m, shift - m.offset()));
            case Expression.Call c when c.function().equals("+INTERVAL")
                    && c.operands().get(1) instanceof Expression.Literal l && l.value() instanceof Long micros ->
                term(
                        c.operands().get(0), shift + micros);
            default -> Optional.empty();
        };
    }

    private Optional<Moment> moment(int index) {
        boolean ofLeft = index < width;
        int column = ofLeft ? index : index - width;
        if ((ofLeft ? leftTimes : rightTimes).contains(column)) {
            return Optional.of(new Moment(column, 0));
        }
        return (ofLeft ? leftWindows : rightWindows).at(column).flatMap(b -> offset(b, ofLeft ? left : right))
                .map(offset -> new Moment(column, offset));
    }

    /** From a window's bound to the time of its row; only rows that stand for windows have such a time. */
    private static Optional<Long> offset(WindowColumns.Bound bound, PlanNode side) {
        if (!standsForWindows(side)) {
            return Optional.empty();
        }
        return switch (bound.role()) {
            case TIME -> Optional.of(0L);
            case END -> Optional.of(-LAST_MILLISECOND);
            case START -> switch (bound.spec()) {
                case WindowSpec.Tumble t -> Optional.of(t.size() - LAST_MILLISECOND);
                case WindowSpec.Hop h -> Optional.of(h.size() - LAST_MILLISECOND);
                default -> Optional.empty();
            };
        };
    }

    private static boolean standsForWindows(PlanNode node) {
        return switch (node) {
            case PlanNode.Calc c -> standsForWindows(c.input());
            case PlanNode.Aggregate a -> a.windowEnd().isPresent();
            case PlanNode.SessionAggregate s -> true;
            default -> false;
        };
    }

    private void limit(long farthest) {
        if (leftMoment == null) {
            if (leftTimes.isEmpty() || rightTimes.isEmpty()) {
                return;
            }
            leftMoment = new Moment(leftTimes.stream().min(Integer::compare).orElseThrow(), 0);
            rightMoment = new Moment(rightTimes.stream().min(Integer::compare).orElseThrow(), 0);
        }
        before = Math.min(before, farthest);
        after = Math.min(after, farthest);
    }
}
