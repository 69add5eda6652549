package millrace.topology.sql;

import java.util.List;
import java.util.Optional;
import millrace.schemas.row.FieldType;
import millrace.topology.function.TypeText;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.validate.SqlValidator;

/** Refuses comparisons between kinds of values that Calcite would quietly cast, row by row, until one does not fit. */
final class ComparisonTypes extends SqlBasicVisitor<Void> {
    private final SqlSource source;
    private final SqlValidator validator;

    ComparisonTypes(SqlSource source, SqlValidator validator) {
        this.source = source;
        this.validator = validator;
    }

    @Override
    public Void visit(SqlCall call) {
        switch (call.getKind()) {
            case EQUALS, NOT_EQUALS, LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL, BETWEEN, IN,
                    NOT_IN, IS_DISTINCT_FROM, IS_NOT_DISTINCT_FROM ->
                compare(call);
            default -> {}
        }
        return super.visit(call);
    }

    private void compare(SqlCall call) {
        SqlNode left = call.operand(0);
        for (SqlNode operand : call.getOperandList().subList(1, call.operandCount())) {
            List<SqlNode> rights = operand instanceof SqlNodeList list ? list.getList() : List.of(operand);
            for (SqlNode right : rights) {
                compare(left, right);
            }
        }
    }

    private void compare(SqlNode left, SqlNode right) {
        Optional<FieldType> a = type(left);
        Optional<FieldType> b = right.getKind().belongsTo(SqlKind.QUERY) ? onlyColumn(right) : type(right);
        if (a.isEmpty() || b.isEmpty() || group(a.get()).equals(group(b.get()))) {
            return;
        }
        boolean text = right.getKind() == SqlKind.LITERAL && b.get() instanceof FieldType.Text;
        String instead = text && a.get() instanceof FieldType.Timestamp
                ? "Write TIMESTAMP 'yyyy-mm-dd hh:mm:ss'."
                : text && a.get() instanceof FieldType.Date ? "Write DATE 'yyyy-mm-dd'." : "Write a CAST.";
        throw source.problem(SqlProblem.SQL_TYPE_MISMATCH, right.getParserPosition(), "Cannot compare "
                + TypeText.of(a.get()) + " with " + TypeText.of(b.get()) + ". " + instead);
    }

    /** Of a query that IN looks into. */
    private Optional<FieldType> onlyColumn(SqlNode query) {
        return type(query).filter(t -> t instanceof FieldType.Struct s && s.fields().size() == 1)
                .map(t -> ((FieldType.Struct) t).fields().get(0).type());
    }

    private Optional<FieldType> type(SqlNode node) {
        RelDataType type = validator.getValidatedNodeTypeIfKnown(node);
        return type == null ? Optional.empty() : SqlTypes.fromCalcite(type);
    }

    /** Types of one group can be compared. */
    private static String group(FieldType type) {
        return switch (type) {
            case FieldType.Int32 t -> "number";
            case FieldType.Int64 t -> "number";
            case FieldType.Float32 t -> "number";
            case FieldType.Float64 t -> "number";
            case FieldType.Decimal t -> "number";
            case FieldType.Date t -> "moment";
            case FieldType.Timestamp t -> "moment";
            case FieldType.Bool t -> "boolean";
            case FieldType.Text t -> "text";
            case FieldType.Uuid t -> "uuid";
            case FieldType.Bytes t -> "bytes";
            case FieldType.Time t -> "time";
            case FieldType.Struct t -> "row";
            case FieldType.Array t -> "array";
            case FieldType.Mapping t -> "map";
        };
    }
}
