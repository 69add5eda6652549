package millrace.topology.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImpl;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.sql.validate.SqlConformance;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;

/** From text to a syntax tree. */
final class SqlReading {
    static final SqlConformance CONFORMANCE = new SqlDelegatingConformance(SqlConformanceEnum.BABEL) {
        @Override
        public boolean allowExplicitRowValueConstructor() {
            return true;
        }

        @Override
        public boolean isNonStrictGroupBy() {
            return false; // a column that is not grouped would be any of the group's
        }

        @Override
        public SelectAliasLookup isSelectAlias() {
            return SelectAliasLookup.UNSUPPORTED; // a mistyped column would be told to depend on itself
        }
    };
    private static final SqlParser.Config CONFIG = SqlParser.config().withParserFactory(SqlBabelParserImpl.FACTORY)
            .withUnquotedCasing(Casing.UNCHANGED).withQuotedCasing(Casing.UNCHANGED).withCaseSensitive(false)
            .withConformance(CONFORMANCE).withIdentifierMaxLength(255);

    private SqlReading() {}

    /** The tree of a text that is one statement; a semicolon may end it. */
    static SqlNode parse(SqlSource source, Collection<String> functions) {
        SqlNodeList statements;
        try {
            statements = SqlParser.create(source.text(), CONFIG).parseStmtList();
        } catch (SqlParseException e) {
            throw SqlErrors.syntax(source, e);
        }
        if (statements.size() != 1) {
            throw source.problem(SqlProblem.SQL_SYNTAX, statements.get(1).getParserPosition(),
                    "A model is one SELECT; here a second statement begins.");
        }
        return statements.get(0).accept(new SqlShuttle() {
            @Override
            public SqlNode visit(SqlCall call) {
                SqlNode visited = withSessionKeys(super.visit(call));
                return visited instanceof SqlCall c && c.getOperator() instanceof SqlFunction f
                        && !SqlOperators.KEPT.contains(f) && functions.contains(name(f))
                                ? byName(c)
                                : visited;
            }

            @Override
            public SqlNode visit(SqlDataTypeSpec type) {
                return TypeNames.standard(type);
            }
        });
    }

    /** {@code SESSION(TABLE t PARTITION BY k, ..)}, as Flink writes it, is {@code SESSION(TABLE t, .., DESCRIPTOR(k), ..)}. */
    private static SqlNode withSessionKeys(SqlNode node) {
        if (!(node instanceof SqlCall call) || !call.getOperator().getName().equalsIgnoreCase("SESSION")
                || call.operandCount() != 3 || call.operand(0).getKind() != SqlKind.SET_SEMANTICS_TABLE) {
            return node;
        }
        SqlCall table = call.operand(0);
        SqlNodeList keys = table.operand(1);
        SqlParserPos pos = keys.isEmpty() ? table.getParserPosition() : keys.getParserPosition();
        return call.getOperator().createCall(call.getFunctionQuantifier(), call.getParserPosition(), table.operand(0),
                call.operand(1), SqlStdOperatorTable.DESCRIPTOR.createCall(pos, keys.getList()), call.operand(2));
    }

    /** A call that the parser bound to a function of Calcite's, as a call of ours by the same name. */
    private static SqlNode byName(SqlCall call) {
        SqlParserPos pos = call.getParserPosition();
        String name = name((SqlFunction) call.getOperator());
        List<SqlNode> operands = new ArrayList<>();
        for (SqlNode operand : call.getOperandList()) {
            if (name.equals("JSON_QUERY") && (operand == null || operand instanceof SqlLiteral l
                    && String.valueOf(l.getValue()).matches("WITHOUT_ARRAY|.*\\[NULL]"))) {
                continue; // what the parser adds where nothing is said
            }
            // DATE_TRUNC('hour', ts): the parser takes ts for the name of a unit.
            operands.add(operand instanceof SqlIntervalQualifier q && q.timeFrameName != null
                    ? new SqlIdentifier(q.timeFrameName, q.getParserPosition())
                    : operand);
        }
        return new SqlUnresolvedFunction(new SqlIdentifier(name, pos), null, null, null, null,
                SqlFunctionCategory.USER_DEFINED_FUNCTION)
                .createCall(call.getFunctionQuantifier(), pos, operands.toArray(SqlNode[]::new));
    }

    private static String name(SqlFunction function) {
        String name = function.getName().toUpperCase(Locale.ROOT);
        return name.equals("TRANSLATE3") ? "TRANSLATE" : name;
    }

    /** Every name of two parts, in lower case: among them are the models that a tree reads. */
    static Set<String> qualifiedNames(SqlNode tree) {
        Set<String> names = new HashSet<>();
        tree.accept(new SqlBasicVisitor<Void>() {
            @Override
            public Void visit(SqlIdentifier id) {
                if (id.names.size() >= 2) {
                    List<String> parts = new ArrayList<>(id.names.subList(0, 2));
                    names.add(String.join(".", parts).toLowerCase(Locale.ROOT));
                }
                return null;
            }
        });
        return names;
    }
}
