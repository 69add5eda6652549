package millrace.sinks.iceberg.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/** Reads the text of {@code partition_by} and {@code sort_by} against a schema. Pure. */
public final class TableLayout {
    private static final Pattern CALL = Pattern.compile("(\\w+)\\s*\\(([^()]*)\\)");
    private static final Pattern WORDS = Pattern.compile("(\\S+)(?:\\s+(\\w+))?");
    private static final Pattern CURVE = Pattern.compile("zorder\\s*\\(.*", Pattern.CASE_INSENSITIVE);
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /** Transform names, and the plural forms that Spark uses. */
    private static final Map<String, String> TRANSFORMS = Map.ofEntries(Map.entry("year", "year"),
            Map.entry("years", "year"), Map.entry("month", "month"), Map.entry("months", "month"),
            Map.entry("day", "day"), Map.entry("days", "day"), Map.entry("hour", "hour"), Map.entry("hours", "hour"),
            Map.entry("bucket", "bucket"), Map.entry("truncate", "truncate"), Map.entry("identity", "identity"));

    private final TableSpec table;
    private final Schema schema;
    private final List<Problem> problems = new ArrayList<>();

    private TableLayout(TableSpec table, Schema schema) {
        this.table = table;
        this.schema = schema;
    }

    /** Throws {@link ProblemException} with every entry that cannot be read. */
    public static PartitionSpec partitioning(TableSpec table, Schema schema) {
        return partitioning(table, table.partitionBy(), schema);
    }

    /** The partitioning of a tier of the table, which says one; throws as the other. */
    public static PartitionSpec partitioning(TableSpec table, Tier tier, Schema schema) {
        return partitioning(table, tier.partitionBy(), schema);
    }

    private static PartitionSpec partitioning(TableSpec table, List<String> partitionBy, Schema schema) {
        TableLayout layout = new TableLayout(table, schema);
        PartitionSpec.Builder builder = PartitionSpec.builderFor(schema);
        for (String entry : partitionBy) {
            layout.partition(entry.trim(), builder);
        }
        layout.raise();
        return builder.build();
    }

    /** Throws {@link ProblemException} with every entry that cannot be read. */
    public static SortOrder order(TableSpec table, Schema schema) {
        if (curve(table).isPresent()) {
            return SortOrder.unsorted();
        }
        TableLayout layout = new TableLayout(table, schema);
        SortOrder.Builder builder = SortOrder.builderFor(schema);
        for (String entry : table.sortBy()) {
            layout.sort(entry.trim(), builder);
        }
        layout.raise();
        return builder.build();
    }

    /**
     * The columns of a {@code zorder(a, b)}; empty if the table has none. Throws as {@link #order} if it cannot be done.
     */
    static Optional<List<String>> curve(TableSpec table, Schema schema) {
        Optional<String> entry = curve(table);
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        TableLayout layout = new TableLayout(table, schema);
        Matcher call = CALL.matcher(entry.get());
        List<String> columns = call.matches()
                ? Arrays.stream(call.group(2).split(",")).map(String::strip).toList()
                : List.of();
        if (table.sortBy().size() > 1) {
            layout.bad(SinkProblem.SORT_UNREADABLE, entry.get(), "Beside zorder there can be no other order.");
        } else if (columns.size() < 2 || columns.size() > ZOrder.MOST_COLUMNS
                || columns.size() > Set.copyOf(columns).size()) {
            layout.bad(SinkProblem.SORT_UNREADABLE, entry.get(), "Expected zorder(column, column, ...), with two to "
                    + ZOrder.MOST_COLUMNS + " different columns.");
        }
        columns.forEach(column -> layout.ordered(entry.get(), column));
        layout.raise();
        return Optional.of(columns);
    }

    private static Optional<String> curve(TableSpec table) {
        return table.sortBy().stream().map(String::strip).filter(CURVE.asMatchPredicate()).findFirst();
    }

    private void raise() {
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
    }

    private void partition(String entry, PartitionSpec.Builder builder) {
        Matcher call = CALL.matcher(entry);
        String transform = "identity";
        String column = entry;
        String number = null;
        if (call.matches()) {
            String word = call.group(1).toLowerCase(Locale.ROOT);
            transform = TRANSFORMS.get(word);
            if (transform == null) {
                bad(SinkProblem.PARTITION_UNREADABLE, entry, "There is no transform \"" + call.group(1)
                        + "\"; there are year, month, day, hour, bucket, truncate and identity."
                        + Nearest.hint(word, TRANSFORMS.keySet()));
                return;
            }
            List<String> columns = new ArrayList<>();
            List<String> numbers = new ArrayList<>();
            for (String argument : call.group(2).split(",", -1)) {
                (NUMBER.matcher(argument.trim()).matches() ? numbers : columns).add(argument.trim());
            }
            boolean wantsNumber = transform.equals("bucket") || transform.equals("truncate");
            if (columns.size() != 1 || numbers.size() != (wantsNumber ? 1 : 0)
                    || wantsNumber && Integer.parseInt(numbers.get(0)) == 0) {
                bad(SinkProblem.PARTITION_UNREADABLE, entry, "Expected "
                        + (wantsNumber ? transform + "(16, column), with a number above 0." : transform + "(column)."));
                return;
            }
            column = columns.get(0);
            number = wantsNumber ? numbers.get(0) : null;
        }
        NestedField field = column(SinkProblem.PARTITION_UNREADABLE, entry, column);
        if (field == null) {
            return;
        }
        if (!fits(transform, field.type())) {
            bad(SinkProblem.PARTITION_UNREADABLE, entry,
                    "Column \"" + column + "\" is " + field.type() + ", which " + transform + " does not take.");
            return;
        }
        try {
            switch (transform) {
                case "year" -> builder.year(column);
                case "month" -> builder.month(column);
                case "day" -> builder.day(column);
                case "hour" -> builder.hour(column);
                case "bucket" -> builder.bucket(column, Integer.parseInt(number));
                case "truncate" -> builder.truncate(column, Integer.parseInt(number));
                default -> builder.identity(column);
            }
        } catch (IllegalArgumentException | ValidationException e) {
            // Such as day(ts) beside hour(ts), or one column twice: Iceberg says it in words of its own.
            bad(SinkProblem.PARTITION_UNREADABLE, entry, e.getMessage());
        }
    }

    private void sort(String entry, SortOrder.Builder builder) {
        Matcher words = WORDS.matcher(entry);
        if (!words.matches()) {
            bad(SinkProblem.SORT_UNREADABLE, entry,
                    "Expected a column, optionally followed by asc or desc, or zorder(column, column).");
            return;
        }
        String direction = words.group(2) == null ? "asc" : words.group(2).toLowerCase(Locale.ROOT);
        if (!direction.equals("asc") && !direction.equals("desc")) {
            bad(SinkProblem.SORT_UNREADABLE, entry, "Expected asc or desc, found \"" + words.group(2) + "\"."
                    + Nearest.hint(direction, List.of("asc", "desc")));
            return;
        }
        String column = words.group(1);
        if (!ordered(entry, column)) {
            return;
        }
        if (direction.equals("asc")) {
            builder.asc(column, NullOrder.NULLS_FIRST);
        } else {
            builder.desc(column, NullOrder.NULLS_LAST);
        }
    }

    /** Whether there is such a column that has an order; if not, a problem is noted. */
    private boolean ordered(String entry, String column) {
        NestedField field = column(SinkProblem.SORT_UNREADABLE, entry, column);
        if (field != null && !fits("identity", field.type())) {
            bad(SinkProblem.SORT_UNREADABLE, entry,
                    "Column \"" + column + "\" is " + field.type() + ", which has no order.");
            return false;
        }
        return field != null;
    }

    /** The column of a path, or null with a problem noted; values inside lists and maps are many per row. */
    private NestedField column(SinkProblem code, String entry, String column) {
        TreeSet<String> reachable = new TreeSet<>();
        reach("", schema.columns(), reachable);
        if (reachable.contains(column)) {
            return schema.findField(column);
        }
        boolean repeated = schema.findField(column) != null;
        bad(code, entry, repeated
                ? "\"" + column + "\" lies inside a list or map, so a row has no single value of it."
                : "The table has no column \"" + column + "\"." + Nearest.hint(column, reachable));
        return null;
    }

    private static void reach(String path, List<NestedField> fields, TreeSet<String> into) {
        for (NestedField field : fields) {
            into.add(path + field.name());
            if (field.type().isStructType()) {
                reach(path + field.name() + ".", field.type().asStructType().fields(), into);
            }
        }
    }

    private static boolean fits(String transform, Type type) {
        if (!type.isPrimitiveType()) {
            return false;
        }
        Type.TypeID id = type.typeId();
        boolean moment = id == Type.TypeID.TIMESTAMP || id == Type.TypeID.TIMESTAMP_NANO;
        return switch (transform) {
            case "year", "month", "day" -> moment || id == Type.TypeID.DATE;
            case "hour" -> moment;
            case "bucket" -> id != Type.TypeID.BOOLEAN && id != Type.TypeID.FLOAT && id != Type.TypeID.DOUBLE;
            case "truncate" -> id == Type.TypeID.INTEGER || id == Type.TypeID.LONG || id == Type.TypeID.DECIMAL
                    || id == Type.TypeID.STRING || id == Type.TypeID.BINARY;
            default -> true;
        };
    }

    private void bad(SinkProblem code, String entry, String message) {
        String key = code == SinkProblem.SORT_UNREADABLE ? "sort_by" : "partition_by";
        problems.add(Problem.of(code, table.qualifiedName(), key + ": \"" + entry + "\"\n" + message)
                .withRemedy(code.remedy()));
    }
}
