package millrace.topology.explain;

import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.schemas.row.FieldType;
import millrace.topology.function.Casts;
import millrace.topology.function.TypeText;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PassedOn;

/** Expressions as SQL. */
public final class ExpressionText {
    private static final Set<String> COMPARISONS = Set.of("=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM",
            "IS NOT DISTINCT FROM", "LIKE", "ILIKE", "SIMILAR TO");

    private static final Set<String> NEGATABLE = Set.of("IN", "LIKE", "ILIKE", "SIMILAR TO");

    private ExpressionText() {}

    public static String of(Expression e) {
        return text(e, 0);
    }

    /** @param above how tightly the surroundings bind; parentheses stand where this binds less */
    private static String text(Expression e, int above) {
        return switch (e) {
            case Expression.Column c -> c.name();
            case Expression.Literal l -> literal(l.value(), l.type());
            case Expression.Nested n -> text(n.row(), 9) + "." + n.name();
            case Expression.Call c -> call(c, above);
        };
    }

    private static String call(Expression.Call c, int above) {
        List<Expression> o = c.operands();
        String f = c.function();
        if (o.size() == 2 && (COMPARISONS.contains(f))) {
            return wrap(text(o.get(0), 5) + " " + f + " " + text(o.get(1), 5), 4, above);
        }
        return switch (f) {
            case "OR" -> wrap(join(o, " OR ", 1), 1, above);
            case "AND" -> wrap(join(o, " AND ", 2), 2, above);
            case "NOT" -> o.get(0) instanceof Expression.Call inner && NEGATABLE.contains(inner.function())
                    ? wrap(text(inner.operands().get(0), 5) + " NOT " + text(inner, 0)
                            .substring(text(inner.operands().get(0), 5).length() + 1), 4, above)
                    : wrap("NOT " + text(o.get(0), 3), 3, above);
            case "IS NULL", "IS NOT NULL", "IS TRUE", "IS NOT TRUE", "IS FALSE", "IS NOT FALSE" -> wrap(
                    text(o.get(0), 5) + " " + f, 4, above);
            case "IN" -> wrap(text(o.get(0), 5) + " IN (" + join(o.subList(1, o.size()), ", ", 0) + ")", 4, above);
            case "LIKE", "ILIKE", "SIMILAR TO" -> wrap(text(o.get(0), 5) + " " + f + " " + text(o.get(1), 5)
                    + " ESCAPE " + text(o.get(2), 5), 4, above);
            case "+", "-" -> wrap(text(o.get(0), 5) + " " + f + " " + text(o.get(1), 6), 5, above);
            case "+INTERVAL", "+MONTHS" -> wrap(text(o.get(0), 5) + " + "
                    + interval(o.get(1), f.equals("+MONTHS")), 5, above);
            case "||" -> wrap(join(o, " || ", 6), 5, above);
            case "*", "/", "%" -> wrap(text(o.get(0), 6) + " " + f + " " + text(o.get(1), 7), 6, above);
            case "NEG" -> wrap("-" + text(o.get(0), 8), 7, above);
            case "ITEM" -> text(o.get(0), 9) + "[" + text(o.get(1), 0) + "]";
            case "ARRAY" -> "ARRAY[" + join(o, ", ", 0) + "]";
            case "MAP" -> "MAP[" + join(o, ", ", 0) + "]";
            case "CAST", "TRY_CAST" -> f + "(" + text(o.get(0), 0) + " AS " + TypeText.of(c.type()) + ")";
            case "EXTRACT" -> "EXTRACT(" + word(o.get(0)) + " FROM " + text(o.get(1), 0) + ")";
            case "FLOOR TO", "CEIL TO" -> f.substring(0, f.indexOf(' ')) + "(" + text(o.get(1), 0) + " TO "
                    + word(o.get(0)) + ")";
            case "TIMESTAMPADD", "TIMESTAMPDIFF" -> f + "(" + word(o.get(0)) + ", "
                    + join(o.subList(1, o.size()), ", ", 0) + ")";
            case "CASE" -> caseText(o);
            case PassedOn.TESTED -> "TESTED(" + text(o.get(0), 0) + ", " + word(o.get(2)).split(" ")[0] + ")";
            default -> f + "(" + join(o, ", ", 0) + ")";
        };
    }

    private static String caseText(List<Expression> o) {
        StringBuilder text = new StringBuilder("CASE");
        for (int i = 0; i + 1 < o.size(); i += 2) {
            text.append(" WHEN ").append(text(o.get(i), 0)).append(" THEN ").append(text(o.get(i + 1), 0));
        }
        Expression otherwise = o.get(o.size() - 1);
        if (!(otherwise instanceof Expression.Literal l && l.value() == null)) {
            text.append(" ELSE ").append(text(otherwise, 0));
        }
        return text.append(" END").toString();
    }

    private static String join(List<Expression> expressions, String by, int above) {
        return expressions.stream().map(e -> text(e, above)).collect(Collectors.joining(by));
    }

    private static String wrap(String text, int binds, int above) {
        return binds < above ? "(" + text + ")" : text;
    }

    private static String word(Expression e) {
        return e instanceof Expression.Literal l ? String.valueOf(l.value()) : text(e, 0);
    }

    private static String interval(Expression e, boolean months) {
        if (!(e instanceof Expression.Literal l && l.value() instanceof Long n)) {
            return text(e, 6);
        }
        if (months) {
            return n % 12 == 0 ? "INTERVAL '" + n / 12 + "' YEAR" : "INTERVAL '" + n + "' MONTH";
        }
        long[] sizes = {86_400_000_000L, 3_600_000_000L, 60_000_000L};
        String[] names = {"DAY", "HOUR", "MINUTE"};
        for (int i = 0; i < sizes.length; i++) {
            if (n % sizes[i] == 0 && n != 0) {
                return "INTERVAL '" + n / sizes[i] + "' " + names[i];
            }
        }
        return "INTERVAL '" + BigDecimal.valueOf(n, 6).stripTrailingZeros().toPlainString() + "' SECOND";
    }

    private static String literal(Object value, FieldType type) {
        if (value == null) {
            return "NULL";
        }
        return switch (type) {
            case FieldType.Bool t -> value.toString().toUpperCase(java.util.Locale.ROOT);
            case FieldType.Text t -> "'" + value.toString().replace("'", "''") + "'";
            case FieldType.Uuid t -> "UUID '" + value + "'";
            case FieldType.Bytes t -> "X'" + HexFormat.of().withUpperCase().formatHex((byte[]) value) + "'";
            case FieldType.Date t -> "DATE '" + Casts.dateText((Integer) value) + "'";
            case FieldType.Time t -> "TIME '" + Casts.timeText((Long) value) + "'";
            case FieldType.Timestamp t -> "TIMESTAMP '" + Casts.timestampText((Long) value, t.zoned()) + "'";
            case FieldType.Decimal t -> ((BigDecimal) value).toPlainString();
            case FieldType.Int32 t -> value.toString();
            case FieldType.Int64 t -> value.toString();
            case FieldType.Float32 t -> value + "E0";
            case FieldType.Float64 t -> value.toString().contains("E") ? value.toString() : value + "E0";
            case FieldType.Struct t -> "ROW(..)";
            case FieldType.Array t -> "ARRAY[..]";
            case FieldType.Mapping t -> "MAP[..]";
        };
    }
}
