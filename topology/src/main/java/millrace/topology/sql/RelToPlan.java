package millrace.topology.sql;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.aggregate.Resolution;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.EventTimeColumns;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.WindowColumns;
import millrace.topology.plan.WindowSpec;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AsofJoin;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.TableFunctionScan;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.type.SqlTypeFamily;

/** Calcite's operators as ours, one by one; rewrites fuse them afterwards. */
final class RelToPlan {
    private final FunctionLibrary library;
    private final Aggregates aggregates;
    private final JoinToPlan joins;

    private final OptionalLong retention;

    /**
     * @param times of what is read
     * @param retention of the model, in microseconds
     */
    RelToPlan(FunctionLibrary library, Aggregates aggregates, EventTimeColumns times, OptionalLong retention) {
        this.library = library;
        this.aggregates = aggregates;
        this.retention = retention;
        joins = new JoinToPlan(library, times, retention, this::convert);
    }

    PlanNode convert(RelNode node) {
        return switch (node) {
            case TableScan scan -> scan(scan.getTable().unwrapOrThrow(SqlTable.class));
            case Filter filter -> {
                PlanNode input = convert(filter.getInput());
                List<RexNode> own = new ArrayList<>();
                for (RexNode one : RelOptUtil.conjunctions(filter.getCondition())) {
                    if (JoinToPlan.asksForRow(one)) {
                        input = joins.matching(input, one);
                    } else {
                        own.add(one);
                    }
                }
                if (own.isEmpty()) {
                    yield input;
                }
                Expression condition = new RexToExpression(input.rowType(), library)
                        .convert(own.size() == RelOptUtil.conjunctions(filter.getCondition()).size()
                                ? filter.getCondition()
                                : RexUtil.composeConjunction(filter.getCluster().getRexBuilder(), own));
                yield new PlanNode.Calc(input, Optional.of(condition), columns(input.rowType()), input.rowType());
            }
            case Project project -> {
                PlanNode input = convert(project.getInput());
                List<RexNode> given = project.getProjects();
                if (OverToPlan.isIn(given)) {
                    OverToPlan.Computed over = new OverToPlan(library, aggregates, retention).apply(input, given);
                    input = over.node();
                    given = over.projections();
                }
                RexToExpression rex = new RexToExpression(input.rowType(), library);
                List<Expression> projections = given.stream().map(rex::convert).toList();
                List<Field> fields = new ArrayList<>();
                for (int i = 0; i < projections.size(); i++) {
                    Expression e = projections.get(i);
                    fields.add(new Field(project.getRowType().getFieldNames().get(i), e.type(), e.nullable()));
                }
                yield new PlanNode.Calc(input, Optional.empty(), projections, new FieldType.Struct(fields));
            }
            case Union union when union.all -> union(union);
            case Union union -> {
                PlanNode all = union(union);
                List<Integer> columns = IntStream.range(0, all.rowType().fields().size()).boxed().toList();
                yield new PlanNode.Aggregate(all, columns, List.of(), windowEnd(all, columns), all.rowType());
            }
            case AsofJoin join -> joins.asOf(join);
            case Join join -> joins.join(join);
            case Correlate correlate -> joins.correlate(correlate);
            case TableFunctionScan windows -> windows(windows);
            case Aggregate aggregate -> aggregate(aggregate);
            default -> throw new RexToExpression.Unsupported(node.getRelTypeName());
        };
    }

    private static PlanNode scan(SqlTable table) {
        List<Integer> all = IntStream.range(0, table.rowType().fields().size()).boxed().toList();
        List<Integer> keys = table.changesBy();
        if (keys.isEmpty()) {
            return new PlanNode.Scan(table.source(), table.kind(), all, table.rowType());
        }
        return new PlanNode.Newest(new PlanNode.Scan(table.source(), table.kind(), all,
                PlanNode.Newest.withDeletes(table.rowType(), keys)), keys, table.rowType());
    }

    private PlanNode union(Union union) {
        FieldType.Struct type = SqlTypes.struct(union.getRowType())
                .orElseThrow(() -> new RexToExpression.Unsupported("a UNION of " + union.getRowType()));
        List<PlanNode> inputs = new ArrayList<>();
        for (RelNode child : union.getInputs()) {
            PlanNode input = convert(child);
            List<Expression> columns = new ArrayList<>();
            List<Field> fields = new ArrayList<>();
            for (int i = 0; i < type.fields().size(); i++) {
                Field wanted = type.fields().get(i);
                columns.add(RexToExpression.castTo(columns(input.rowType()).get(i), wanted.type()));
                fields.add(wanted);
            }
            FieldType.Struct aligned = new FieldType.Struct(fields);
            inputs.add(input.rowType().equals(aligned)
                    ? input
                    : new PlanNode.Calc(input, Optional.empty(), columns, aligned));
        }
        return new PlanNode.Union(inputs, type);
    }

    private PlanNode windows(TableFunctionScan scan) {
        RexCall call = (RexCall) scan.getCall();
        PlanNode input = convert(scan.getInput(0));
        int time = described(call.getOperands().get(0)).get(0);
        String name = call.getOperator().getName();
        WindowSpec spec = name.equals(WindowFunction.SESSION.getName())
                ? new WindowSpec.Session(WindowLengths.gap(micros(call.getOperands().get(2))),
                        described(call.getOperands().get(1)))
                : WindowLengths.spec(name, call.getOperands().stream().skip(1).map(RelToPlan::micros).toList());
        List<Field> fields = new ArrayList<>(input.rowType().fields());
        FieldType type = fields.get(time).type();
        WindowFunction.COLUMNS.forEach(bound -> fields.add(Field.required(bound, type)));
        return new PlanNode.Windows(input, spec, time, PlanNode.Windows.Late.KEPT, new FieldType.Struct(fields));
    }

    /** The columns of DESCRIPTOR. */
    private static List<Integer> described(RexNode descriptor) {
        return ((RexCall) descriptor).getOperands().stream().map(o -> ((RexInputRef) o).getIndex()).toList();
    }

    private static long micros(RexNode length) {
        if (length instanceof RexLiteral literal && literal.getValue() instanceof BigDecimal millis
                && literal.getType().getSqlTypeName().getFamily() == SqlTypeFamily.INTERVAL_DAY_TIME) {
            return millis.longValueExact() * 1000;
        }
        throw new RexToExpression.Unsupported("a window whose length is " + length
                + "; write an interval of days, hours, minutes or seconds");
    }

    private PlanNode aggregate(Aggregate aggregate) {
        if (aggregate.getGroupType() != Aggregate.Group.SIMPLE) {
            throw new RexToExpression.Unsupported("GROUPING SETS, ROLLUP and CUBE");
        }
        Arguments arguments = new Arguments(convert(aggregate.getInput()), aggregates);
        List<Integer> groups = aggregate.getGroupSet().asList();
        List<AggregateCall> calls = new ArrayList<>();
        for (var call : aggregate.getAggCallList()) {
            FieldType type = SqlTypes.fromCalcite(call.getType())
                    .orElseThrow(() -> new RexToExpression.Unsupported("an aggregate of type " + call.getType()));
            calls.add(arguments.call(call.getAggregation().getName().toUpperCase(Locale.ROOT), call.getArgList(),
                    call.isDistinct() ? AggregateCall.Over.DISTINCT : AggregateCall.Over.ALL,
                    call.hasFilter() ? OptionalInt.of(call.filterArg) : OptionalInt.empty(), type,
                    call.getType().isNullable()));
        }
        PlanNode input = arguments.input();
        List<Field> fields = new ArrayList<>();
        List<String> names = aggregate.getRowType().getFieldNames();
        groups.forEach(g -> {
            Field f = input.rowType().fields().get(g);
            fields.add(new Field(names.get(fields.size()), f.type(), f.nullable()));
        });
        calls.forEach(c -> fields.add(new Field(names.get(fields.size()), c.type(), c.nullable())));
        return new PlanNode.Aggregate(input, groups, calls, windowEnd(input, groups), new FieldType.Struct(fields));
    }

    /** The columns that aggregates take: cast where a function wants that, and constants taken out. */
    private static final class Arguments {
        private final PlanNode given;
        private final Aggregates aggregates;
        private final List<Expression> columns;
        private final List<Field> fields;

        Arguments(PlanNode given, Aggregates aggregates) {
            this.given = given;
            this.aggregates = aggregates;
            columns = new ArrayList<>(RelToPlan.columns(given.rowType()));
            fields = new ArrayList<>(given.rowType().fields());
        }

        AggregateCall call(String function, List<Integer> arguments, AggregateCall.Over over, OptionalInt filter,
                FieldType type, boolean nullable) {
            int constantsFrom = aggregates.named(function).orElseThrow().constantsFrom().orElse(arguments.size());
            List<Object> constants = arguments.stream().skip(constantsFrom).map(this::constant).toList();
            List<Integer> read = arguments.subList(0, Math.min(constantsFrom, arguments.size()));
            Resolution resolution = aggregates.resolve(function, read.stream().map(i -> fields.get(i).type()).toList(),
                    read.stream().map(i -> fields.get(i).nullable()).toList(), constants, over);
            if (!(resolution instanceof Resolution.Resolved resolved)) {
                throw new RexToExpression.Unsupported("the aggregate " + function + ": " + resolution);
            }
            List<Integer> cast = new ArrayList<>();
            for (int i = 0; i < read.size(); i++) {
                cast.add(cast(read.get(i), resolved.arguments().get(i)));
            }
            return new AggregateCall(function, cast, over, filter, constants, type, nullable);
        }

        private Object constant(int column) {
            return given instanceof PlanNode.Calc calc
                    && calc.projections().get(column) instanceof Expression.Literal literal
                            ? literal.value() instanceof BigDecimal || literal.value() instanceof Integer
                                    ? LibraryAggregate.constant(new BigDecimal(literal.value().toString()))
                                    : literal.value()
                            : null;
        }

        private int cast(int column, FieldType wanted) {
            Field f = fields.get(column);
            if (f.type().equals(wanted)) {
                return column;
            }
            columns.add(RexToExpression.castTo(columns.get(column), wanted));
            fields.add(new Field(f.name() + "_" + columns.size(), wanted, f.nullable()));
            return columns.size() - 1;
        }

        PlanNode input() {
            return columns.size() == given.rowType().fields().size()
                    ? given
                    : new PlanNode.Calc(given, Optional.empty(), columns, new FieldType.Struct(fields));
        }
    }

    /** Which group is the end of a window; a window is known by its end. */
    private static OptionalInt windowEnd(PlanNode input, List<Integer> groups) {
        WindowColumns bounds = WindowColumns.of(input);
        return IntStream.range(0, groups.size()).filter(i -> bounds.at(groups.get(i))
                .filter(b -> b.role() == WindowColumns.Role.END).isPresent()).findFirst();
    }

    static List<Expression> columns(FieldType.Struct type) {
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < type.fields().size(); i++) {
            Field f = type.fields().get(i);
            columns.add(new Expression.Column(i, f.name(), f.type(), f.nullable()));
        }
        return columns;
    }
}
