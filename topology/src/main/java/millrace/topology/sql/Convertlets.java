package millrace.topology.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql2rel.SqlRexContext;
import org.apache.calcite.sql2rel.SqlRexConvertlet;
import org.apache.calcite.sql2rel.SqlRexConvertletTable;
import org.apache.calcite.sql2rel.StandardConvertletTable;

/** How calls become expressions: Calcite's own way, but for those that must keep their shape. */
final class Convertlets implements SqlRexConvertletTable {
    @Override
    public SqlRexConvertlet get(SqlCall call) {
        return call.getOperator() instanceof SqlOperators.LibraryFunction
                || SqlOperators.KEPT.contains(call.getOperator())
                        ? Convertlets::keep
                        : StandardConvertletTable.INSTANCE.get(call);
    }

    private static RexNode keep(SqlRexContext context, SqlCall call) {
        RexBuilder rex = context.getRexBuilder();
        List<RexNode> operands = new ArrayList<>();
        for (SqlNode operand : call.getOperandList()) {
            if (operand instanceof SqlDataTypeSpec) {
                continue; // RETURNING type: the type of the call says it
            }
            operands.add(operand instanceof SqlIntervalQualifier q
                    ? rex.makeLiteral(q.timeFrameName != null ? q.timeFrameName : q.getUnit().name())
                    : context.convertExpression(operand));
        }
        return rex.makeCall(context.getValidator().getValidatedNodeType(call), call.getOperator(), operands);
    }
}
