package millrace.topology.sql;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.aggregate.Resolution;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Frame;
import millrace.topology.plan.OverCall;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.SortColumn;
import millrace.topology.plan.WindowColumns;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rex.RexFieldCollation;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.rex.RexWindow;
import org.apache.calcite.rex.RexWindowBound;
import org.apache.calcite.rex.RexWindowExclusion;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeFamily;

/**
 * Functions with OVER become steps of their own below the expressions that use them; what they compute stands in columns
 * behind the input's.
 */
final class OverToPlan {
    private final FunctionLibrary library;
    private final Aggregates aggregates;
    private final OptionalLong retention;

    private PlanNode node;
    private List<Expression> columns;
    private List<Field> fields;

    /** @param retention of the model, in microseconds */
    OverToPlan(FunctionLibrary library, Aggregates aggregates, OptionalLong retention) {
        this.library = library;
        this.aggregates = aggregates;
        this.retention = retention;
    }

    /** An input with more columns, and expressions that read these in place of OVER. */
    record Computed(PlanNode node, List<RexNode> projections) {}

    static boolean isIn(List<RexNode> projections) {
        return RexOver.containsOver(projections, null);
    }

    Computed apply(PlanNode input, List<RexNode> projections) {
        List<RexOver> calls = new ArrayList<>();
        projections.forEach(p -> p.accept(new RexVisitorImpl<Void>(true) {
            @Override
            public Void visitOver(RexOver over) {
                if (!calls.contains(over)) {
                    calls.add(over);
                }
                return null;
            }
        }));
        node = input;
        columns = new ArrayList<>(RelToPlan.columns(input.rowType()));
        fields = new ArrayList<>(input.rowType().fields());
        Map<RexOver, Integer> places = new LinkedHashMap<>();
        List<RexOver> ranks = calls.stream().filter(c -> c.getAggOperator().getKind() == SqlKind.ROW_NUMBER).toList();
        if (ranks.size() > 1) {
            throw new RexToExpression.Unsupported("more than one ROW_NUMBER in one SELECT");
        }
        // What is limited by its rank stands above what looks at all rows.
        Map<List<Object>, List<RexOver>> windows = new LinkedHashMap<>();
        calls.stream().filter(c -> !ranks.contains(c)).forEach(c -> windows.computeIfAbsent(
                List.of(c.getWindow().partitionKeys, c.getWindow().orderKeys), w -> new ArrayList<>()).add(c));
        windows.values().forEach(of -> over(of, places));
        ranks.forEach(r -> places.put(r, rank(r)));
        RexShuttle replacement = new RexShuttle() {
            @Override
            public RexNode visitOver(RexOver over) {
                return new RexInputRef(places.get(over), over.getType());
            }
        };
        return new Computed(node, projections.stream().map(p -> p.accept(replacement)).toList());
    }

    private int rank(RexOver over) {
        List<Integer> keys = over.getWindow().partitionKeys.stream().map(this::column).toList();
        List<SortColumn> order = over.getWindow().orderKeys.stream().map(this::sortColumn).toList();
        PlanNode input = prepared();
        WindowColumns bounds = WindowColumns.of(input);
        OptionalInt end = keys.stream().filter(k -> bounds.at(k).filter(b -> b.role() == WindowColumns.Role.END)
                .isPresent()).mapToInt(Integer::intValue).findFirst();
        fields.add(Field.required(free("rank"), new FieldType.Int64()));
        node = new PlanNode.TopN(input, keys, order, PlanNode.TopN.UNLIMITED, PlanNode.TopN.Rank.NUMBERED, end,
                end.isPresent() ? OptionalLong.empty() : retention, new FieldType.Struct(fields));
        columns = new ArrayList<>(RelToPlan.columns(node.rowType()));
        return fields.size() - 1;
    }

    private void over(List<RexOver> calls, Map<RexOver, Integer> places) {
        RexWindow window = calls.get(0).getWindow();
        List<Integer> keys = window.partitionKeys.stream().map(this::column).toList();
        List<SortColumn> order = window.orderKeys.stream().map(this::sortColumn).toList();
        List<OverCall> bound = calls.stream().map(c -> call(c, order)).toList();
        PlanNode input = prepared();
        for (int i = 0; i < calls.size(); i++) {
            AggregateCall call = bound.get(i).call();
            places.put(calls.get(i), fields.size());
            fields.add(new Field(free("$o" + fields.size()), call.type(), call.nullable()));
        }
        node = new PlanNode.OverAggregate(input, keys, order, bound, PlanNode.OverAggregate.Giving.AS_THEY_COME,
                new FieldType.Struct(fields));
        columns = new ArrayList<>(RelToPlan.columns(node.rowType()));
    }

    private OverCall call(RexOver over, List<SortColumn> order) {
        String function = over.getAggOperator().getName().toUpperCase(Locale.ROOT);
        FieldType type = SqlTypes.fromCalcite(over.getType())
                .orElseThrow(() -> new RexToExpression.Unsupported("an aggregate of type " + over.getType()));
        boolean nullable = over.getType().isNullable();
        return switch (function) {
            case "LAG" -> new OverCall(OverCall.Kind.LAG, placed(function, over, type, nullable),
                    new Frame(Frame.Unit.ROWS, OptionalLong.of(lag(over)), OptionalLong.empty())
                            .within(spanOf(order)));
            case "FIRST_VALUE" -> new OverCall(OverCall.Kind.FIRST, placed(function, over, type, nullable),
                    frame(over.getWindow(), order));
            case "LAST_VALUE" -> new OverCall(OverCall.Kind.LAST, placed(function, over, type, nullable),
                    frame(over.getWindow(), order));
            default -> new OverCall(OverCall.Kind.AGGREGATE, aggregate(function, over, type, nullable),
                    frame(over.getWindow(), order));
        };
    }

    private AggregateCall placed(String function, RexOver over, FieldType type, boolean nullable) {
        return new AggregateCall(function, List.of(column(over.getOperands().get(0))), AggregateCall.Over.ALL,
                OptionalInt.empty(), List.of(), type, nullable);
    }

    private static long lag(RexOver over) {
        if (over.getOperands().size() > 2) {
            throw new RexToExpression.Unsupported("LAG with a default; write COALESCE(LAG(..) OVER (..), default)");
        }
        if (over.getOperands().size() == 1) {
            return 1;
        }
        if (over.getOperands().get(1) instanceof RexLiteral n && n.getValue() instanceof BigDecimal rows
                && rows.signum() >= 0) {
            return rows.longValueExact();
        }
        throw new RexToExpression.Unsupported("LAG by " + over.getOperands().get(1) + "; write a number");
    }

    private AggregateCall aggregate(String function, RexOver over, FieldType type, boolean nullable) {
        AggregateCall.Over which = over.isDistinct() ? AggregateCall.Over.DISTINCT : AggregateCall.Over.ALL;
        List<RexNode> operands = over.getOperands();
        int constantsFrom = aggregates.named(function).orElseThrow().constantsFrom().orElse(operands.size());
        List<Object> constants = operands.stream().skip(constantsFrom).map(OverToPlan::constant).toList();
        List<Integer> read = new ArrayList<>();
        operands.stream().limit(constantsFrom).forEach(o -> read.add(column(o)));
        Resolution resolution = aggregates.resolve(function, read.stream().map(i -> fields.get(i).type()).toList(),
                read.stream().map(i -> fields.get(i).nullable()).toList(), constants, which);
        if (!(resolution instanceof Resolution.Resolved resolved)) {
            throw new RexToExpression.Unsupported("the aggregate " + function + ": " + resolution);
        }
        for (int i = 0; i < read.size(); i++) {
            read.set(i, cast(read.get(i), resolved.arguments().get(i)));
        }
        return new AggregateCall(function, read, which, OptionalInt.empty(), constants, type, nullable);
    }

    private static Object constant(RexNode value) {
        return value instanceof RexLiteral literal ? LibraryAggregate.constant(literal.getValue()) : null;
    }

    private int cast(int column, FieldType wanted) {
        return fields.get(column).type().equals(wanted)
                ? column
                : added(RexToExpression.castTo(columns.get(column), wanted));
    }

    private Frame frame(RexWindow window, List<SortColumn> order) {
        if (window.getExclude() != RexWindowExclusion.EXCLUDE_NO_OTHER) {
            throw new RexToExpression.Unsupported("EXCLUDE in a frame");
        }
        RexWindowBound from = window.getLowerBound();
        OptionalLong before = from.isUnbounded()
                ? OptionalLong.empty()
                : OptionalLong.of(from.isCurrentRow() ? 0 : number(from.getOffset()));
        if (window.isRows()) {
            return new Frame(Frame.Unit.ROWS, before, OptionalLong.empty()).within(spanOf(order));
        }
        if (before.isPresent() && before.getAsLong() > 0 && !isByTime(order)) {
            throw new RexToExpression.Unsupported("RANGE of an interval that is not ordered by one time, ascending");
        }
        OptionalLong span = before.isPresent() ? OptionalLong.of(before.getAsLong() * 1000) : before;
        return new Frame(Frame.Unit.RANGE, OptionalLong.empty(), span).within(spanOf(order));
    }

    /** A retention is a span where one time orders; elsewhere a check refuses it. */
    private OptionalLong spanOf(List<SortColumn> order) {
        return isByTime(order) ? retention : OptionalLong.empty();
    }

    private boolean isByTime(List<SortColumn> order) {
        return order.size() == 1 && order.get(0).direction() == SortColumn.Direction.ASCENDING
                && fields.get(order.get(0).column()).type() instanceof FieldType.Timestamp;
    }

    /** Rows, or milliseconds. */
    private static long number(RexNode offset) {
        if (offset instanceof RexLiteral literal && literal.getValue() instanceof BigDecimal n
                && (literal.getType().getSqlTypeName().getFamily() == SqlTypeFamily.INTERVAL_DAY_TIME
                        || literal.getType().getSqlTypeName().getFamily() == SqlTypeFamily.NUMERIC)) {
            return n.longValueExact();
        }
        throw new RexToExpression.Unsupported("a frame of " + offset
                + "; write a number of rows, or an interval of days, hours, minutes or seconds");
    }

    private SortColumn sortColumn(RexFieldCollation by) {
        int column = column(by.left);
        FieldType type = fields.get(column).type();
        if (type instanceof FieldType.Struct || type instanceof FieldType.Array
                || type instanceof FieldType.Mapping) {
            throw new RexToExpression.Unsupported("ORDER BY of rows, arrays and maps");
        }
        return new SortColumn(column,
                by.getDirection() == RelFieldCollation.Direction.DESCENDING
                        ? SortColumn.Direction.DESCENDING
                        : SortColumn.Direction.ASCENDING,
                by.getNullDirection() == RelFieldCollation.NullDirection.FIRST
                        ? SortColumn.Nulls.FIRST
                        : SortColumn.Nulls.LAST);
    }

    /** Where the value of an expression stands; a new column unless it is one. */
    private int column(RexNode value) {
        if (value instanceof RexInputRef ref) {
            return ref.getIndex();
        }
        Expression e = new RexToExpression(new FieldType.Struct(fields), library).convert(value);
        int known = columns.indexOf(e);
        if (known >= 0) {
            return known;
        }
        return added(e);
    }

    private int added(Expression e) {
        columns.add(e);
        fields.add(new Field(free("$f" + fields.size()), e.type(), e.nullable()));
        return fields.size() - 1;
    }

    private String free(String name) {
        return fields.stream().noneMatch(f -> f.name().equalsIgnoreCase(name)) ? name : free(name + "_");
    }

    private PlanNode prepared() {
        return columns.size() == node.rowType().fields().size()
                ? node
                : new PlanNode.Calc(node, Optional.empty(), columns, new FieldType.Struct(fields));
    }
}
