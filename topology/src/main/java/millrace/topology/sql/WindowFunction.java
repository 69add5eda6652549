package millrace.topology.sql;

import java.util.List;
import java.util.Map;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlHopTableFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlSessionTableFunction;
import org.apache.calcite.sql.SqlTumbleTableFunction;
import org.apache.calcite.sql.SqlWindowTableFunction;
import org.apache.calcite.sql.type.SqlOperandMetadata;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * TUMBLE, HOP, CUMULATE and SESSION as table functions. Calcite's own give bounds without a zone to the millisecond whatever the
 * time column is; these give bounds of its type, and {@code window_time} as Flink does.
 */
final class WindowFunction extends SqlWindowTableFunction {
    static final WindowFunction TUMBLE = new WindowFunction("TUMBLE",
            new SqlTumbleTableFunction().getOperandTypeChecker());
    static final WindowFunction HOP = new WindowFunction("HOP", new SqlHopTableFunction().getOperandTypeChecker());
    static final WindowFunction CUMULATE = new WindowFunction("CUMULATE",
            new SqlHopTableFunction().getOperandTypeChecker());
    static final WindowFunction SESSION = new WindowFunction("SESSION",
            new SqlSessionTableFunction().getOperandTypeChecker());
    static final List<WindowFunction> ALL = List.of(TUMBLE, HOP, CUMULATE, SESSION);
    /** How each is called, for messages. */
    static final Map<String, String> FORMS = Map.of(
            "TUMBLE", "TUMBLE(TABLE name, DESCRIPTOR(time), INTERVAL '1' HOUR)",
            "HOP",
            "HOP(TABLE name, DESCRIPTOR(time), INTERVAL '5' MINUTE, INTERVAL '1' HOUR): the slide, then the size",
            "CUMULATE", "CUMULATE(TABLE name, DESCRIPTOR(time), INTERVAL '1' HOUR, INTERVAL '1' DAY): the step, then "
                    + "the size",
            "SESSION", "SESSION(TABLE name PARTITION BY key, DESCRIPTOR(time), INTERVAL '30' MINUTE)");
    static final List<String> COLUMNS = List.of("window_start", "window_end", "window_time");

    private WindowFunction(String name, SqlOperandMetadata operands) {
        super(name, operands);
    }

    @Override
    public SqlReturnTypeInference getRowTypeInference() {
        return WindowFunction::rowType;
    }

    private static RelDataType rowType(SqlOperatorBinding binding) {
        RelDataType input = binding.getOperandType(0);
        RelDataTypeFactory types = binding.getTypeFactory();
        RelDataType bound = types.createTypeWithNullability(timeType(binding, input), false);
        RelDataTypeFactory.Builder columns = types.builder().kind(input.getStructKind())
                .addAll(input.getFieldList());
        COLUMNS.forEach(name -> columns.add(name, bound));
        return columns.build();
    }

    /** Of the column in the descriptor. */
    private static RelDataType timeType(SqlOperatorBinding binding, RelDataType input) {
        if (binding instanceof SqlCallBinding call) {
            SqlNode descriptor = call.operand(1);
            if (descriptor instanceof SqlCall d && d.operandCount() > 0 && d.operand(0) instanceof SqlIdentifier id) {
                var field = input.getField(id.getSimple(), false, false);
                if (field != null) {
                    return field.getType();
                }
            }
        }
        return binding.getTypeFactory().createSqlType(SqlTypeName.TIMESTAMP, 6);
    }
}
