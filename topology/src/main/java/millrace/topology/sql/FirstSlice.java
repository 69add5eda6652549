package millrace.topology.sql;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlSetOperator;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;

/** Refuses, with its place, what the language has and this version cannot run. */
final class FirstSlice {
    /** Aggregates of other engines that are not in the library. */
    private static final Set<String> AGGREGATES = Set.of("GROUP_CONCAT", "PERCENTILE_CONT", "PERCENTILE_DISC",
            "MEDIAN", "COLLECT", "ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD", "NTILE", "COUNTIF");
    private static final String INSTEAD = "There are SELECT [DISTINCT], WHERE, expressions, joins, UNION [ALL], GROUP "
            + "BY over windows of event time, the first rows by ROW_NUMBER, and OVER.";

    private final SqlSource source;
    private final Collection<String> aggregates;

    private FirstSlice(SqlSource source, Collection<String> aggregates) {
        this.source = source;
        this.aggregates = aggregates;
    }

    /** @throws millrace.schemas.problem.ProblemException at the first construct that cannot be run */
    static void check(SqlSource source, SqlNode tree, Collection<String> aggregates) {
        new FirstSlice(source, aggregates).query(tree);
    }

    private void query(SqlNode node) {
        switch (node) {
            case SqlSelect select -> select(select);
            case SqlWith with -> {
                with.withList.forEach(item -> {
                    SqlWithItem w = (SqlWithItem) item;
                    if (w.recursive != null && w.recursive.booleanValue()) {
                        throw source.notYet(w, "WITH RECURSIVE", INSTEAD);
                    }
                    query(w.query);
                });
                query(with.body);
            }
            case SqlOrderBy order -> {
                if (!order.orderList.isEmpty()) {
                    throw source.notYet(order.orderList, "ORDER BY", "A stream has no end to sort up to; sort_by in "
                            + "the model's config orders the rows inside each file.");
                }
                throw source.notYet(order.fetch != null ? order.fetch : order.offset, "LIMIT", INSTEAD);
            }
            case SqlCall call when call.getOperator() instanceof SqlSetOperator set -> {
                if (set.getKind() != SqlKind.UNION) {
                    throw source.notYet(call, set.getName(), "There are UNION and UNION ALL.");
                }
                call.getOperandList().forEach(this::query);
            }
            default -> throw source.notYet(node, node.getKind() == SqlKind.VALUES
                    ? "VALUES"
                    : "A statement of the kind " + node.getKind(), "A model is one SELECT.");
        }
    }

    private void select(SqlSelect select) {
        if (select.getFrom() == null) {
            throw source.notYet(select, "A SELECT without FROM", "Read a contract or a model.");
        }
        from(select.getFrom());
        if (select.getGroup() != null) {
            select.getGroup().forEach(this::expression);
        }
        expression(select.getHaving());
        expression(select.getQualify());
        if (!select.getWindowList().isEmpty()) {
            throw source.notYet(select.getWindowList(), "WINDOW", "Write the window inside OVER (..).");
        }
        if (select.hasHints()) {
            throw source.notYet(select.getHints(), "A hint", "Remove it.");
        }
        select.getSelectList().forEach(this::expression);
        where(select.getWhere());
    }

    /** Conditions that all must hold, each of which may ask whether another query has a row. */
    private void where(SqlNode node) {
        switch (node) {
            case SqlCall call when call.getKind() == SqlKind.AND -> call.getOperandList().forEach(this::where);
            case SqlCall call when call.getKind() == SqlKind.NOT -> {
                if (call.operand(0) instanceof SqlCall inner && asksForRow(inner)) {
                    where(inner);
                } else {
                    expression(call);
                }
            }
            case SqlCall call when asksForRow(call) -> {
                if (call.getKind() != SqlKind.EXISTS) {
                    expression(call.operand(0));
                }
                query(call.operand(call.operandCount() - 1));
            }
            case null, default -> expression(node);
        }
    }

    private static boolean asksForRow(SqlCall call) {
        return switch (call.getKind()) {
            case EXISTS -> true;
            case IN, NOT_IN -> call.operand(1).getKind().belongsTo(SqlKind.QUERY);
            default -> false;
        };
    }

    private void from(SqlNode node) {
        switch (node) {
            case SqlIdentifier table -> {}
            case SqlJoin join -> {
                from(join.getLeft());
                from(join.getRight());
                expression(join.getCondition());
            }
            case SqlCall call when call.getKind() == SqlKind.AS -> from(call.operand(0));
            case SqlCall call when call.getKind() == SqlKind.TABLE_REF -> {
                if (((SqlNodeList) call.operand(1)).size() > 0) {
                    throw source.notYet(call, "A hint", "Remove it.");
                }
                from(call.operand(0));
            }
            case SqlCall call when call.getKind() == SqlKind.COLLECTION_TABLE -> tableFunction(call.operand(0));
            case SqlCall call when call.getKind() == SqlKind.EXPLICIT_TABLE -> from(call.operand(0));
            case SqlCall call when call.getKind() == SqlKind.UNNEST -> call.getOperandList().forEach(this::expression);
            case SqlCall call when call.getKind() == SqlKind.SNAPSHOT -> {
                from(call.operand(0));
                expression(call.operand(1));
            }
            case SqlCall call when call.getKind().belongsTo(SqlKind.QUERY) -> query(call);
            default -> throw source.notYet(node, switch (node.getKind()) {
                case LATERAL -> "LATERAL";
                case MATCH_RECOGNIZE -> "MATCH_RECOGNIZE";
                default -> node.getKind().sql + " in FROM";
            }, INSTEAD);
        }
    }

    private void tableFunction(SqlCall call) {
        String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
        if (WindowFunction.ALL.stream().noneMatch(f -> f.getName().equals(name))) {
            throw source.notYet(call, "The table function " + name, "There are " + WindowFunction.ALL.stream()
                    .map(SqlOperator::getName).collect(Collectors.joining(", ")) + ".");
        }
        if (call.operandCount() > 0) {
            from(call.operand(0));
        }
    }

    private void expression(SqlNode node) {
        switch (node) {
            case null -> {}
            case SqlNodeList list -> list.forEach(this::expression);
            case SqlDataTypeSpec type -> dataType(type);
            case SqlIntervalLiteral interval -> interval(interval);
            case SqlCall call -> {
                if (call.getKind().belongsTo(SqlKind.QUERY) || call.getKind() == SqlKind.ORDER_BY) {
                    throw source.notYet(call, "A subquery inside an expression", "WHERE may have IN (SELECT ..) and "
                            + "EXISTS (SELECT ..), joined by AND; anything else is a JOIN.");
                }
                switch (call.getKind()) {
                    case OVER -> {
                        over(call);
                        return;
                    }
                    case WITHIN_GROUP -> throw source.notYet(call, "WITHIN GROUP", INSTEAD);
                    default -> {}
                }
                String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
                if (!aggregates.contains(name)
                        && (call.getOperator() instanceof SqlAggFunction || AGGREGATES.contains(name))) {
                    throw source.notYet(call, "The aggregate " + name, INSTEAD);
                }
                call.getOperandList().forEach(this::expression);
            }
            default -> {}
        }
    }

    private void over(SqlCall over) {
        if (!(over.operand(1) instanceof SqlWindow window)) {
            throw source.notYet(over, "A named window", "Write the window inside OVER (..).");
        }
        SqlCall function = over.operand(0);
        String name = function.getOperator().getName().toUpperCase(Locale.ROOT);
        switch (name) {
            case "ROW_NUMBER" -> {}
            case "RANK", "DENSE_RANK" -> throw source.notYet(over, name, "Write ROW_NUMBER, which tells rows apart "
                    + "that the order does not: the one that happened first comes first.");
            case "LEAD" -> throw source.notYet(over, name, "A row would wait for the next one, which may never come; "
                    + "LAG looks back.");
            case "FILTER" -> throw source.notYet(over, "FILTER with OVER", "Write CASE WHEN .. THEN x END as the "
                    + "argument.");
            default -> {
                if (!aggregates.contains(name) && !name.equals("LAG")) {
                    throw source.notYet(over, name + " with OVER", "There are the aggregates, LAG, FIRST_VALUE, "
                            + "LAST_VALUE and ROW_NUMBER.");
                }
                frame(over, window);
            }
        }
        function.getOperandList().forEach(this::expression);
        expression(window.getPartitionList());
        expression(window.getOrderList());
    }

    private void frame(SqlCall over, SqlWindow window) {
        if (window.getOrderList().isEmpty()) {
            throw source.notYet(over, "OVER without ORDER BY", "Every row would change with each that comes. Write "
                    + "ORDER BY the event time, or GROUP BY.");
        }
        SqlNode to = window.getUpperBound();
        if (to != null && !SqlWindow.isCurrentRow(to)) {
            throw source.notYet(to, "A frame that ends elsewhere", "Write BETWEEN .. PRECEDING AND CURRENT ROW.");
        }
        SqlNode from = window.getLowerBound();
        if (from != null && from.getKind() != SqlKind.PRECEDING && !SqlWindow.isUnboundedPreceding(from)
                && !SqlWindow.isCurrentRow(from)) {
            throw source.notYet(from, "A frame that begins elsewhere", "Write n PRECEDING or INTERVAL '..' PRECEDING.");
        }
    }

    private void dataType(SqlDataTypeSpec type) {
        String name = type.getTypeName().toString().toUpperCase(Locale.ROOT);
        String text = type.toString().toUpperCase(Locale.ROOT);
        String instead = switch (name) {
            case "CHAR" -> "It would pad with blanks: use VARCHAR.";
            case "BINARY" -> "It would pad with zeros: use VARBINARY.";
            case "TINYINT", "SMALLINT" -> "Use INTEGER.";
            case "TIMESTAMP", "TIME" -> text.matches(".*\\([012457-9]\\).*") ? "Use a precision of 3 or 6." : "";
            default -> name.startsWith("INTERVAL") || name.equals("MULTISET") || name.equals("VARIANT")
                    ? "No column can have it."
                    : "";
        };
        if (!instead.isEmpty()) {
            throw source.notYet(type, "The type " + text.replace("`", ""), instead);
        }
    }

    private void interval(SqlIntervalLiteral literal) {
        String text = literal.toValue();
        if (text != null && text.matches(".*\\.\\d{3}\\d*[1-9]\\d*.*")) {
            throw source.notYet(literal, "An interval finer than a millisecond",
                    "Use TIMESTAMPADD(MICROSECOND, n, ts).");
        }
    }
}
