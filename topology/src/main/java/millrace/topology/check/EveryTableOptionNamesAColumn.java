package millrace.topology.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.function.TypeText;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;

/** partition_by and sort_by name columns of the result, by transforms that Iceberg has for their types. */
final class EveryTableOptionNamesAColumn {
    private static final Pattern TRANSFORM = Pattern.compile("(\\w+)\\s*\\(\\s*(?:(\\w+)\\s*,\\s*)?(\\w+)\\s*\\)");
    private static final Pattern SORT = Pattern.compile("(\\w+)(\\s+(asc|desc))?", Pattern.CASE_INSENSITIVE);
    private static final Pattern CURVE = Pattern.compile("zorder\\s*\\(([\\w\\s,]+)\\)", Pattern.CASE_INSENSITIVE);
    private static final Pattern CURVE_CUT = Pattern.compile("^zorder\\s*\\([^)]*$|^[^(]*\\)$",
            Pattern.CASE_INSENSITIVE);
    private static final int MOST_IN_CURVE = 8;
    private static final List<String> TRANSFORMS = List.of("year", "month", "day", "hour", "bucket", "truncate",
            "identity");

    private final Model model;
    private final Plan plan;
    private final List<Problem> problems = new ArrayList<>();

    private EveryTableOptionNamesAColumn(Model model, Plan plan) {
        this.model = model;
        this.plan = plan;
    }

    static List<Problem> check(Model model, Plan plan) {
        EveryTableOptionNamesAColumn check = new EveryTableOptionNamesAColumn(model, plan);
        model.config().partitionBy().forEach(check::partition);
        model.config().sortBy().forEach(check::sort);
        return check.problems;
    }

    private void partition(String text) {
        Matcher m = TRANSFORM.matcher(text.strip());
        if (!m.matches()) {
            column("partition_by", text.strip()).filter(f -> isNested(f.type()))
                    .ifPresent(f -> wrong("partition_by", text + " is " + TypeText.of(f.type())
                            + ", by which no table can be partitioned."));
            return;
        }
        String transform = m.group(1).toLowerCase(Locale.ROOT);
        if (!TRANSFORMS.contains(transform)) {
            wrong("partition_by", "There is no transform \"" + m.group(1) + "\"." + Nearest.to(transform, TRANSFORMS)
                    .map(n -> " Did you mean \"" + n + "\"?")
                    .orElse(" Expected one of " + String.join(", ", TRANSFORMS) + "."));
            return;
        }
        boolean number = transform.equals("bucket") || transform.equals("truncate");
        boolean digitsFirst = m.group(2) != null && m.group(2).matches("[1-9]\\d{0,8}");
        boolean digitsLast = m.group(2) != null && m.group(3).matches("[1-9]\\d{0,8}");
        if (number != (digitsFirst || digitsLast) || !number && m.group(2) != null) {
            wrong("partition_by", "Found " + text + ", expected "
                    + (number ? transform + "(16, column)." : transform + "(column)."));
            return;
        }
        column("partition_by", digitsLast && !digitsFirst ? m.group(2) : m.group(3))
                .filter(f -> !takes(transform, f.type())).ifPresent(f -> wrong("partition_by", transform
                        + " cannot be taken of \"" + f.name() + "\", which is " + TypeText.of(f.type()) + "."));
    }

    private void sort(String text) {
        Matcher m = SORT.matcher(text.strip());
        Matcher curve = CURVE.matcher(text.strip());
        if (m.matches()) {
            ordered(m.group(1));
        } else if (!curve.matches()) {
            wrong("sort_by", "Found " + text + ", expected a column, optionally followed by desc, or zorder(a, b)"
                    + (CURVE_CUT.matcher(text).find() ? " in quotation marks, since a list ends at commas." : "."));
        } else if (model.config().sortBy().size() > 1) {
            wrong("sort_by", "Beside " + text + " there can be no other order.");
        } else {
            List<String> columns = Arrays.stream(curve.group(1).split(",")).map(String::strip).toList();
            if (columns.size() < 2 || columns.size() > MOST_IN_CURVE || Set.copyOf(columns).size() < columns.size()) {
                wrong("sort_by", "Found " + text + ", expected two to " + MOST_IN_CURVE + " different columns.");
            }
            columns.forEach(this::ordered);
        }
    }

    private void ordered(String name) {
        column("sort_by", name).filter(f -> isNested(f.type())).ifPresent(f -> wrong("sort_by", "\"" + f.name()
                + "\" is " + TypeText.of(f.type()) + ", which has no order."));
    }

    /** The column of a name that is written exactly as the result writes it. */
    private Optional<Field> column(String key, String name) {
        Optional<Field> field = Columns.find(plan, name).filter(f -> f.name().equals(name));
        if (field.isEmpty()) {
            wrong(key, model.qualifiedName() + " has no column \"" + name + "\"."
                    + Nearest.hint(name, Columns.names(plan)));
        }
        return field;
    }

    private void wrong(String key, String message) {
        problems.add(Problem.at(CheckProblem.TABLE_OPTION_WRONG,
                model.config().place(key).orElse(Place.file(model.sqlFile())), message));
    }

    private static boolean isNested(FieldType type) {
        return type instanceof FieldType.Struct || type instanceof FieldType.Array
                || type instanceof FieldType.Mapping;
    }

    private static boolean takes(String transform, FieldType type) {
        boolean day = type instanceof FieldType.Date || type instanceof FieldType.Timestamp;
        boolean whole = type instanceof FieldType.Int32 || type instanceof FieldType.Int64
                || type instanceof FieldType.Decimal;
        boolean text = type instanceof FieldType.Text || type instanceof FieldType.Bytes;
        return switch (transform) {
            case "year", "month", "day" -> day;
            case "hour" -> type instanceof FieldType.Timestamp;
            case "bucket" -> day || whole || text || type instanceof FieldType.Uuid || type instanceof FieldType.Time;
            case "truncate" -> whole || text;
            default -> !isNested(type);
        };
    }
}
