package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.function.TypeText;
import millrace.topology.origin.Origin;
import millrace.topology.plan.AggregateCall.Over;
import millrace.topology.plan.AggregateCall;

/** Rows and calls as the examples of the documentation write them. */
final class Group {
    private static final Pattern CALL = Pattern.compile("(\\w+)\\((DISTINCT )?(.*)\\)");
    private static final Pattern LITERAL = Pattern.compile("'([^']*)'|-?[0-9][0-9.eE+-]*|\\w+|[(),]");

    private static final Pattern ARGUMENT = Pattern.compile("'[^']*'|[^, ]+");

    private final FieldType.Struct type;
    private final List<Element.Row> rows = new ArrayList<>();

    private Group(FieldType.Struct type) {
        this.type = type;
    }

    /**
     * Rows a second apart.
     *
     * @param columns such as {@code x int, y text}
     * @param rows such as {@code (1, 'a'), (2, NULL)}, or {@code 1, 2} for one column
     */
    static Group of(String columns, String rows) {
        Group group = new Group((FieldType.Struct) TypeText.parse("row<" + columns + ">").orElseThrow());
        Matcher m = LITERAL.matcher(rows);
        int width = group.type.fields().size();
        Object[] row = new Object[width];
        int column = 0;
        while (m.find()) {
            if (!"(),".contains(m.group())) {
                row[column] = literal(m, group.type.fields().get(column).type());
                if (++column == width) {
                    group.add(row);
                    row = new Object[width];
                    column = 0;
                }
            }
        }
        return group;
    }

    private void add(Object[] values) {
        int n = rows.size();
        rows.add(new Element.Row(values, Change.INSERT, n * 1_000_000L, 0, 0, new Origin.Remote(0, 0, n, 0)));
    }

    private static Object literal(Matcher m, FieldType type) {
        String text = m.group();
        if (text.equals("NULL")) {
            return null;
        }
        return switch (type) {
            case FieldType.Bool t -> Boolean.valueOf(text);
            case FieldType.Int32 t -> Integer.valueOf(text);
            case FieldType.Int64 t -> Long.valueOf(text);
            case FieldType.Float64 t -> Double.valueOf(text);
            case FieldType.Decimal t -> new BigDecimal(text).setScale(t.scale());
            case FieldType.Text t -> m.group(1);
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    /** What such a call gives, as {@code SUM(DISTINCT x)}. */
    Object call(String text) {
        Matcher m = CALL.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(text);
        }
        List<Integer> columns = new ArrayList<>();
        List<Object> constants = new ArrayList<>();
        for (String argument : ARGUMENT.matcher(m.group(3)).results().map(MatchResult::group).toList()) {
            int column = type.indexOf(argument);
            if (column >= 0) {
                columns.add(column);
            } else if (argument.startsWith("'")) {
                constants.add(argument.substring(1, argument.length() - 1));
            } else if (!argument.equals("*")) {
                constants.add(new BigDecimal(argument));
            }
        }
        Over over = m.group(2) == null ? Over.ALL : Over.DISTINCT;
        List<FieldType> types = columns.stream().map(c -> type.fields().get(c)).map(Field::type).toList();
        Resolution resolution = Aggregates.builtIn().resolve(m.group(1), types,
                types.stream().map(t -> true).toList(), constants, over);
        if (!(resolution instanceof Resolution.Resolved resolved)) {
            throw new IllegalArgumentException(resolution.toString());
        }
        return result(Aggregates.builtIn().bind(new AggregateCall(m.group(1), columns, over, OptionalInt.empty(),
                constants, resolved.type(), true), type, InputChanges.APPEND_ONLY));
    }

    private <S> Object result(Aggregator<S> aggregator) {
        S state = aggregator.create();
        rows.forEach(row -> aggregator.add(state, row));
        return aggregator.result(state);
    }
}
