package millrace.topology.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.plan.EventTimeColumns;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PairTimes;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.PlanNode.AsOfJoin.Match;
import millrace.topology.plan.PlanNode.Join.Kind;
import millrace.topology.plan.Substitution;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.AsofJoin;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Snapshot;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlKind;

/** Whatever brings rows of two inputs together: joins, IN and EXISTS, versions as of a time, and UNNEST. */
final class JoinToPlan {
    private final FunctionLibrary library;
    private final EventTimeColumns times;
    private final OptionalLong farthest;
    private final Function<RelNode, PlanNode> inputs;

    /**
     * @param farthest microseconds that rows of a pair may be apart, if the model says so
     * @param inputs converts what is joined
     */
    JoinToPlan(FunctionLibrary library, EventTimeColumns times, OptionalLong farthest,
            Function<RelNode, PlanNode> inputs) {
        this.library = library;
        this.times = times;
        this.farthest = farthest;
        this.inputs = inputs;
    }

    PlanNode join(Join join) {
        return join(inputs.apply(join.getLeft()), inputs.apply(join.getRight()), kind(join.getJoinType()),
                join.getCondition(), "A join");
    }

    private static Kind kind(JoinRelType type) {
        return switch (type) {
            case INNER -> Kind.INNER;
            case LEFT -> Kind.LEFT;
            case RIGHT -> Kind.RIGHT;
            case FULL -> Kind.FULL;
            case SEMI -> Kind.SEMI;
            case ANTI -> Kind.ANTI;
            default -> throw new RexToExpression.Unsupported("a join of type " + type);
        };
    }

    /** @param condition its columns are those of the left, then those of the right */
    private PlanNode join(PlanNode left, PlanNode right, Kind kind, RexNode condition, String what) {
        Sides sides = new Sides(left, right);
        List<Expression> others = new ArrayList<>();
        for (RexNode one : RelOptUtil.conjunctions(condition)) {
            Expression e = new RexToExpression(sides.both(), library).convert(one);
            if (!sides.takeKey(e)) {
                others.add(e);
            }
        }
        sides.requireKeys(what);
        return sides.trim(kind, sides.join(kind, all(others), farthest, times));
    }

    /** The two inputs of a join, and what of its condition are equal keys. */
    private static final class Sides {
        private final PlanNode left;
        private final PlanNode right;
        private final int width;
        private final List<Expression> leftColumns;
        private final List<Expression> rightColumns;
        private final List<Integer> leftKeys = new ArrayList<>();
        private final List<Integer> rightKeys = new ArrayList<>();

        Sides(PlanNode left, PlanNode right) {
            this.left = left;
            this.right = right;
            width = left.rowType().fields().size();
            leftColumns = new ArrayList<>(RelToPlan.columns(left.rowType()));
            rightColumns = new ArrayList<>(RelToPlan.columns(right.rowType()));
        }

        FieldType.Struct both() {
            List<Field> fields = new ArrayList<>();
            left.rowType().fields().forEach(f -> fields.add(told(f, "left", right)));
            right.rowType().fields().forEach(f -> fields.add(told(f, "right", left)));
            return new FieldType.Struct(fields);
        }

        /** With a name that tells it from the other side's. */
        private static Field told(Field f, String side, PlanNode other) {
            return other.rowType().indexOf(f.name()) < 0 ? f : new Field(side + "." + f.name(), f.type(), f.nullable());
        }

        /** Takes note of {@code l = r}, whatever each computes from its own side; false if it is something else. */
        boolean takeKey(Expression e) {
            if (!(e instanceof Expression.Call call) || !call.function().equals("=")) {
                return false;
            }
            Expression a = call.operands().get(0);
            Expression b = call.operands().get(1);
            if (readsOnly(a, 0, width) && readsOnly(b, width, Integer.MAX_VALUE)) {
                return takeKey(a, b);
            }
            return readsOnly(b, 0, width) && readsOnly(a, width, Integer.MAX_VALUE) && takeKey(b, a);
        }

        private boolean takeKey(Expression ofLeft, Expression ofRight) {
            Optional<FieldType> type = common(ofLeft.type(), ofRight.type());
            if (type.isEmpty()) {
                return false;
            }
            leftKeys.add(column(leftColumns, RexToExpression.castTo(own(ofLeft, left, 0), type.get())));
            rightKeys.add(column(rightColumns, RexToExpression.castTo(own(ofRight, right, width), type.get())));
            return true;
        }

        /** A type that both can be cast to without a loss. */
        private static Optional<FieldType> common(FieldType a, FieldType b) {
            if (a.equals(b)) {
                return Optional.of(a);
            }
            boolean whole = (a instanceof FieldType.Int32 || a instanceof FieldType.Int64)
                    && (b instanceof FieldType.Int32 || b instanceof FieldType.Int64);
            return whole ? Optional.of(new FieldType.Int64()) : Optional.empty();
        }

        private static int column(List<Expression> columns, Expression e) {
            int at = columns.indexOf(e);
            if (at < 0) {
                columns.add(e);
                at = columns.size() - 1;
            }
            return at;
        }

        /** Over the columns of one side instead of those of both. */
        private static Expression own(Expression e, PlanNode side, int from) {
            List<Expression> columns = RelToPlan.columns(side.rowType());
            return Substitution.columns(e, c -> columns.get(((Expression.Column) c).index() - from));
        }

        private static boolean readsOnly(Expression e, int from, int to) {
            return switch (e) {
                case Expression.Column c -> c.index() >= from && c.index() < to;
                case Expression.Literal l -> false;
                case Expression.Nested n -> readsOnly(n.row(), from, to);
                case Expression.Call c -> c.operands().stream()
                        .allMatch(o -> o instanceof Expression.Literal || readsOnly(o, from, to))
                        && c.operands().stream().anyMatch(o -> readsOnly(o, from, to));
            };
        }

        void requireKeys(String what) {
            if (leftKeys.isEmpty()) {
                throw new RexToExpression.Unsupported(what + " without a condition of the form "
                        + "a.column = b.column: every row would have to meet every other");
            }
        }

        private static PlanNode with(PlanNode side, List<Expression> columns) {
            if (columns.size() == side.rowType().fields().size()) {
                return side;
            }
            List<Field> fields = new ArrayList<>(side.rowType().fields());
            for (Expression e : columns.subList(fields.size(), columns.size())) {
                fields.add(new Field("key_" + (fields.size() + 1), e.type(), e.nullable()));
            }
            return new PlanNode.Calc(side, Optional.empty(), columns, new FieldType.Struct(fields));
        }

        PlanNode.Join join(Kind kind, Optional<Expression> condition, OptionalLong farthest,
                EventTimeColumns times) {
            PlanNode l = with(left, leftColumns);
            PlanNode r = with(right, rightColumns);
            int more = leftColumns.size() - width;
            Optional<Expression> over = condition.map(c -> shifted(c, more));
            return new PlanNode.Join(l, r, kind, leftKeys, rightKeys, over,
                    PairTimes.of(l, r, leftKeys, rightKeys, over, farthest, times), type(kind, l, r));
        }

        private Expression shifted(Expression e, int by) {
            return Substitution.columns(e, c -> c instanceof Expression.Column r && r.index() >= width
                    ? new Expression.Column(r.index() + by, r.name(), r.type(), r.nullable())
                    : c);
        }

        PlanNode asOf(Kind kind, Match match, int leftTime, int rightTime, OptionalLong oldest) {
            PlanNode l = with(left, leftColumns);
            PlanNode r = with(right, rightColumns);
            return trim(kind, new PlanNode.AsOfJoin(l, r, kind, leftKeys, rightKeys, leftTime, rightTime, match,
                    oldest, type(kind, l, r)));
        }

        private static FieldType.Struct type(Kind kind, PlanNode left, PlanNode right) {
            List<Field> fields = new ArrayList<>();
            left.rowType().fields().forEach(f -> fields.add(kind.keepsRight() ? nullable(f) : f));
            if (kind.pairs()) {
                right.rowType().fields().forEach(f -> fields.add(kind.keepsLeft() ? nullable(f) : f));
            }
            return new FieldType.Struct(fields);
        }

        private static Field nullable(Field f) {
            return new Field(f.name(), f.type(), true);
        }

        /** Without the columns that were added for the keys. */
        PlanNode trim(Kind kind, PlanNode join) {
            int rightWidth = kind.pairs() ? right.rowType().fields().size() : 0;
            List<Integer> kept = new ArrayList<>(IntStream.range(0, width).boxed().toList());
            IntStream.range(0, rightWidth).forEach(i -> kept.add(leftColumns.size() + i));
            if (kept.size() == join.rowType().fields().size()) {
                return join;
            }
            List<Expression> all = RelToPlan.columns(join.rowType());
            return new PlanNode.Calc(join, Optional.empty(), kept.stream().map(all::get).toList(),
                    new FieldType.Struct(kept.stream().map(join.rowType().fields()::get).toList()));
        }
    }

    PlanNode asOf(AsofJoin join) {
        Kind kind = join.getJoinType() == JoinRelType.LEFT_ASOF ? Kind.LEFT : Kind.INNER;
        Sides sides = new Sides(inputs.apply(join.getLeft()), inputs.apply(join.getRight()));
        takeKeys(sides, join.getCondition(), "An ASOF JOIN");
        Expression match = new RexToExpression(sides.both(), library).convert(join.getMatchCondition());
        if (match instanceof Expression.Call c && c.operands().size() == 2
                && c.operands().get(0) instanceof Expression.Column a
                && c.operands().get(1) instanceof Expression.Column b
                && a.index() < sides.width != b.index() < sides.width) {
            boolean leftFirst = a.index() < sides.width;
            String operator = leftFirst ? c.function() : mirrored(c.function());
            if (operator.startsWith(">")) {
                return sides.asOf(kind, operator.equals(">=") ? Match.AT_OR_BEFORE : Match.BEFORE,
                        leftFirst ? a.index() : b.index(), (leftFirst ? b.index() : a.index()) - sides.width, farthest);
            }
        }
        throw new RexToExpression.Unsupported("an ASOF JOIN that looks for later rows. Write MATCH_CONDITION "
                + "left.event_time >= right.event_time, or a JOIN with BETWEEN on the event times");
    }

    private static String mirrored(String comparison) {
        return comparison.startsWith("<") ? comparison.replace('<', '>') : comparison.replace('>', '<');
    }

    private void takeKeys(Sides sides, RexNode condition, String what) {
        for (RexNode one : RelOptUtil.conjunctions(condition)) {
            if (!sides.takeKey(new RexToExpression(sides.both(), library).convert(one))) {
                throw new RexToExpression.Unsupported(what + " with a condition other than a.column = b.column on "
                        + "columns of one type; put conditions on one side into a subquery in FROM");
            }
        }
        sides.requireKeys(what);
    }

    PlanNode correlate(Correlate correlate) {
        PlanNode left = inputs.apply(correlate.getLeft());
        RelNode right = correlate.getRight();
        List<RexNode> conditions = new ArrayList<>();
        while (right instanceof Filter filter) {
            conditions.add(filter.getCondition());
            right = filter.getInput();
        }
        int width = left.rowType().fields().size();
        Kind kind = kind(correlate.getJoinType());
        if (right instanceof Snapshot snapshot) {
            return versions(left, snapshot, kind, conditions, correlate.getCorrelationId());
        }
        Optional<PlanNode> unnested = unnest(left, right, kind, correlate.getCorrelationId());
        if (unnested.isEmpty()) {
            throw new RexToExpression.Unsupported("a query in FROM that reads columns of another one");
        }
        PlanNode plan = unnested.get();
        if (!conditions.isEmpty() && kind != Kind.INNER) {
            throw new RexToExpression.Unsupported("LEFT JOIN UNNEST(..) with a condition other than TRUE");
        }
        for (RexNode condition : conditions) {
            Expression e = new RexToExpression(plan.rowType(), library)
                    .convert(overBoth(condition, width, correlate.getCorrelationId()::equals));
            plan = new PlanNode.Calc(plan, Optional.of(e), RelToPlan.columns(plan.rowType()), plan.rowType());
        }
        return plan;
    }

    private PlanNode versions(PlanNode left, Snapshot snapshot, Kind kind, List<RexNode> conditions,
            CorrelationId id) {
        Sides sides = new Sides(left, inputs.apply(snapshot.getInput()));
        List<Expression> others = new ArrayList<>();
        for (RexNode condition : conditions) {
            for (RexNode one : RelOptUtil.conjunctions(overBoth(condition, sides.width, id::equals))) {
                Expression e = new RexToExpression(sides.both(), library).convert(one);
                if (!sides.takeKey(e)) {
                    others.add(e);
                }
            }
        }
        if (!others.isEmpty() && kind != Kind.INNER) {
            throw new RexToExpression.Unsupported("LEFT JOIN .. FOR SYSTEM_TIME AS OF with a condition other than "
                    + "a.column = b.column on columns of one type");
        }
        sides.requireKeys("FOR SYSTEM_TIME AS OF");
        Expression period = new RexToExpression(sides.both(), library)
                .convert(overBoth(snapshot.getPeriod(), sides.width, id::equals));
        var rightTime = times.of(sides.right).stream().min(Integer::compare);
        if (!(period instanceof Expression.Column at) || rightTime.isEmpty()) {
            throw new RexToExpression.Unsupported("FOR SYSTEM_TIME AS OF "
                    + (rightTime.isEmpty()
                            ? "over rows that have no event time: pass on the event time of the versions"
                            : "anything but the event time of the rows that are joined"));
        }
        PlanNode joined = sides.asOf(kind, Match.AT_OR_BEFORE, at.index(), rightTime.get(), farthest);
        return others.isEmpty()
                ? joined
                : new PlanNode.Calc(joined, all(others), RelToPlan.columns(joined.rowType()), joined.rowType());
    }

    private static Optional<Expression> all(List<Expression> conditions) {
        return switch (conditions.size()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(conditions.get(0));
            default -> Optional.of(new Expression.Call("AND", conditions, new FieldType.Bool(), true));
        };
    }

    /** With the columns of the outer row in front of those of the inner one. */
    private static RexNode overBoth(RexNode node, int width, Predicate<CorrelationId> isOuter) {
        return node.accept(new RexShuttle() {
            @Override
            public RexNode visitInputRef(RexInputRef ref) {
                return new RexInputRef(ref.getIndex() + width, ref.getType());
            }

            @Override
            public RexNode visitFieldAccess(RexFieldAccess access) {
                return access.getReferenceExpr() instanceof RexCorrelVariable v && isOuter.test(v.id)
                        ? new RexInputRef(access.getField().getIndex(), access.getType())
                        : super.visitFieldAccess(access);
            }
        });
    }

    private Optional<PlanNode> unnest(PlanNode left, RelNode right, Kind kind, CorrelationId id) {
        RelNode below = right;
        List<RexNode> columns = null;
        if (below instanceof Project project && project.getInput() instanceof Uncollect) {
            columns = project.getProjects();
            below = project.getInput();
        }
        if (!(below instanceof Uncollect uncollect) || !(uncollect.getInput() instanceof Project of)
                || !(of.getInput() instanceof Values) || of.getProjects().size() != 1) {
            return Optional.empty();
        }
        int width = left.rowType().fields().size();
        Expression collection = new RexToExpression(left.rowType(), library)
                .convert(overBoth(of.getProjects().get(0), width, id::equals));
        List<Field> fields = new ArrayList<>(left.rowType().fields());
        FieldType.Struct elements = SqlTypes.struct(uncollect.getRowType())
                .orElseThrow(() -> new RexToExpression.Unsupported("UNNEST of " + uncollect.getRowType()));
        elements.fields().forEach(f -> fields.add(kind == Kind.INNER ? f : new Field(f.name(), f.type(), true)));
        PlanNode plan = new PlanNode.Unnest(left, collection,
                kind == Kind.INNER ? PlanNode.Unnest.Empty.DROPPED : PlanNode.Unnest.Empty.KEPT,
                uncollect.withOrdinality
                        ? PlanNode.Unnest.Numbering.FROM_ONE
                        : PlanNode.Unnest.Numbering.NONE,
                new FieldType.Struct(fields));
        if (columns == null) {
            return Optional.of(plan);
        }
        List<Expression> projections = new ArrayList<>(RelToPlan.columns(plan.rowType()).subList(0, width));
        List<Field> named = new ArrayList<>(left.rowType().fields());
        for (int i = 0; i < columns.size(); i++) {
            Expression e = new RexToExpression(plan.rowType(), library)
                    .convert(overBoth(columns.get(i), width, id::equals));
            projections.add(e);
            named.add(new Field(right.getRowType().getFieldNames().get(i), e.type(), e.nullable()));
        }
        return Optional.of(new PlanNode.Calc(plan, Optional.empty(), projections, new FieldType.Struct(named)));
    }

    /** Whether a condition asks whether another query has a row. */
    static boolean asksForRow(RexNode condition) {
        RexNode inner = condition.getKind() == SqlKind.NOT ? ((RexCall) condition).getOperands().get(0) : condition;
        return inner instanceof RexSubQuery;
    }

    /**
     * The rows for which another query has a row, or has none.
     *
     * @param condition that {@link #asksForRow}
     */
    PlanNode matching(PlanNode left, RexNode condition) {
        boolean negated = condition.getKind() == SqlKind.NOT;
        RexSubQuery query = (RexSubQuery) (negated ? ((RexCall) condition).getOperands().get(0) : condition);
        Kind kind = negated ? Kind.ANTI : Kind.SEMI;
        return switch (query.getKind()) {
            case EXISTS -> exists(left, query.rel, kind);
            case IN -> in(left, query, kind);
            default -> throw new RexToExpression.Unsupported(query.getKind() + " over another query");
        };
    }

    private PlanNode exists(PlanNode left, RelNode query, Kind kind) {
        RelNode below = query;
        while (below instanceof Project project) {
            below = project.getInput(); // whether there is a row does not depend on its columns
        }
        List<RexNode> conditions = new ArrayList<>();
        while (below instanceof Filter filter) {
            conditions.addAll(RelOptUtil.conjunctions(filter.getCondition()));
            below = filter.getInput();
        }
        PlanNode right = inputs.apply(below);
        Sides sides = new Sides(left, right);
        List<Expression> others = new ArrayList<>();
        for (RexNode one : conditions) {
            Expression e = new RexToExpression(sides.both(), library)
                    .convert(overBoth(one, sides.width, anyQuery -> true));
            if (!sides.takeKey(e)) {
                others.add(e);
            }
        }
        sides.requireKeys("EXISTS");
        return sides.trim(kind, sides.join(kind, all(others), farthest, times));
    }

    private PlanNode in(PlanNode left, RexSubQuery query, Kind kind) {
        PlanNode right = inputs.apply(query.rel);
        Sides sides = new Sides(left, right);
        for (int i = 0; i < query.getOperands().size(); i++) {
            Expression of = new RexToExpression(left.rowType(), library).convert(query.getOperands().get(i));
            Field f = right.rowType().fields().get(i);
            if (kind == Kind.ANTI && (of.nullable() || f.nullable())) {
                throw new RexToExpression.Unsupported("NOT IN (SELECT ..) where a value may be NULL, which would make "
                        + "it true for no row at all. Write NOT EXISTS (SELECT .. WHERE b.x = a.x)");
            }
            Expression wanted = new Expression.Column(sides.width + i, f.name(), f.type(), f.nullable());
            if (!sides.takeKey(new Expression.Call("=", List.of(of, wanted), new FieldType.Bool(), true))) {
                throw new RexToExpression.Unsupported("IN (SELECT ..) between values of other types. Write a CAST");
            }
        }
        return sides.trim(kind, sides.join(kind, Optional.empty(), farthest, times));
    }
}
