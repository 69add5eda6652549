package millrace.topology.sql;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.SortColumn;
import millrace.topology.plan.WindowColumns;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rex.RexFieldCollation;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.sql.SqlKind;

/**
 * Functions with OVER become steps of their own below the expressions that use them; what they compute stands in columns
 * behind the input's.
 */
final class OverToPlan {
    private final FunctionLibrary library;
    private final OptionalLong retention;

    private PlanNode node;
    private List<Expression> columns;
    private List<Field> fields;

    /** @param retention what the model's config says */
    OverToPlan(FunctionLibrary library, Optional<Duration> retention) {
        this.library = library;
        this.retention = retention.filter(r -> !r.equals(Model.Config.FOREVER)).map(OverToPlan::micros)
                .orElse(OptionalLong.empty());
    }

    private static OptionalLong micros(Duration duration) {
        return OptionalLong.of(duration.toNanos() / 1000);
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
