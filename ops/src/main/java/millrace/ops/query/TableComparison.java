package millrace.ops.query;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.ColumnView;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.TableName;
import millrace.sinks.iceberg.table.TableSpec.Layout;

/**
 * Compares two states of a table, such as the table and a branch of it. Rows are told apart by a key; without one, or where
 * either side has a key twice, rows that are the same in every column are the same row, as often as they occur.
 */
public final class TableComparison {
    private static final String LEFT = "l";
    private static final String RIGHT = "r";
    private static final String HERE = "_millrace_here";

    private final TableQuery query;
    private final String left;
    private final String right;
    private final String filter;
    private final List<String> key;
    private final List<String> others;

    /**
     * The rows that are compared, if not all are: those with a time in a stretch.
     *
     * @param from inclusive; absent for the beginning of time, as {@code to}, exclusive, for its end
     */
    public record Stretch(String column, Optional<Instant> from, Optional<Instant> to) {}

    /**
     * What differs.
     *
     * @param key by which rows were told apart; empty if by all columns
     * @param onlyLeft rows that only the first has, {@code onlyRight} those that only the second has
     * @param changed keys whose rows differ
     * @param columns by name, in how many of the keys that both have the column differs; without those that never do
     * @param samples some rows of each kind
     */
    public record Difference(List<String> key, long left, long right, long onlyLeft, long onlyRight, long changed,
            Map<String, Long> columns, List<Sample> samples) {
        /** Whether both are the same. */
        public boolean isNone() {
            return onlyLeft == 0 && onlyRight == 0 && changed == 0;
        }
    }

    /** On which side a sample is. */
    public enum Side {
        LEFT, RIGHT, BOTH
    }

    /**
     * A row that differs.
     *
     * @param key its key, or the whole row, by column
     * @param changes of a row of both sides, by column, what the first has and what the second has
     */
    public record Sample(Side side, Map<String, Object> key, Map<String, List<Object>> changes) {}

    private TableComparison(TableQuery query, String left, String right, String filter, List<String> key,
            List<String> others) {
        this.query = query;
        this.left = left;
        this.right = right;
        this.filter = filter;
        this.key = key;
        this.others = others;
    }

    /**
     * Compares.
     *
     * @param left a table or a branch of it, as {@code right}; both are there and have the same columns
     * @param key columns that tell rows apart; may be empty
     * @param samples at most so many of each kind
     * @throws ProblemException if the tables cannot be read here
     */
    public static Difference of(TableCatalog catalog, String left, String right, Optional<Stretch> stretch,
            List<String> key, int samples) {
        TableView table = catalog.table(left).orElseThrow();
        List<String> columns = table.columns().stream().map(ColumnView::name).filter(c -> table.changesBy().isEmpty()
                || OriginColumn.named(c, Layout.CHANGELOG).isEmpty()).toList();
        String filter = stretch.map(TableComparison::filter).orElse("");
        // One look at either side: what is counted is what is shown, whatever is committed meanwhile.
        try (TableQuery query = TableQuery.over(catalog, List.of(left, right))) {
            boolean keyed = !key.isEmpty() && isUnique(query, left, filter, key) && isUnique(query, right, filter, key);
            List<String> by = keyed ? key : List.of();
            TableComparison comparison = new TableComparison(query, left, right, filter, by,
                    columns.stream().filter(c -> !by.contains(c)).toList());
            return keyed ? comparison.byKey(samples) : comparison.byRow(columns, samples);
        }
    }

    private static String filter(Stretch stretch) {
        List<String> conditions = new ArrayList<>();
        stretch.from().ifPresent(t -> conditions.add(DuckDb.name(stretch.column()) + " >= " + literal(t)));
        stretch.to().ifPresent(t -> conditions.add(DuckDb.name(stretch.column()) + " < " + literal(t)));
        return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    }

    private static String literal(Instant time) {
        return "TIMESTAMPTZ " + DuckDb.literal(time.toString());
    }

    private static boolean isUnique(TableQuery query, String table, String filter, List<String> key) {
        return number(query, "SELECT count(*) FROM (SELECT 1 FROM " + name(table) + filter + " GROUP BY "
                + names(key) + " HAVING count(*) > 1)") == 0;
    }

    private Difference byKey(int samples) {
        String both = LEFT + "." + HERE + " AND " + RIGHT + "." + HERE;
        List<String> counts = new ArrayList<>(List.of("count(" + LEFT + "." + HERE + ")",
                "count(" + RIGHT + "." + HERE + ")", "count(*) FILTER (" + RIGHT + "." + HERE + " IS NULL)",
                "count(*) FILTER (" + LEFT + "." + HERE + " IS NULL)",
                "count(*) FILTER (" + both + " AND (" + differs() + "))"));
        others.forEach(c -> counts.add("count(*) FILTER (" + both + " AND " + differs(c) + ")"));
        List<Object> found = rows("SELECT " + String.join(", ", counts) + joined()).get(0);
        Map<String, Long> columns = new LinkedHashMap<>();
        for (int c = 0; c < others.size(); c++) {
            long different = number(found.get(5 + c));
            if (different > 0) {
                columns.put(others.get(c), different);
            }
        }
        List<Sample> some = new ArrayList<>();
        for (Side side : new Side[] {Side.LEFT, Side.RIGHT}) {
            String from = side == Side.LEFT ? LEFT : RIGHT;
            String absent = side == Side.LEFT ? RIGHT : LEFT;
            rows("SELECT " + names(key, from) + joined() + " WHERE " + absent + "." + HERE
                    + " IS NULL ORDER BY ALL LIMIT "
                    + samples).forEach(row -> some.add(new Sample(side, named(key, row, 0), Map.of())));
        }
        List<String> shown = List.copyOf(columns.keySet());
        if (!shown.isEmpty()) {
            rows("SELECT " + names(key, LEFT) + ", " + names(shown, LEFT) + ", " + names(shown, RIGHT) + joined()
                    + " WHERE " + both + " AND (" + differs() + ") ORDER BY " + names(key, LEFT) + " LIMIT " + samples)
                    .forEach(row -> some.add(new Sample(Side.BOTH, named(key, row, 0), changes(shown, row))));
        }
        return new Difference(key, number(found.get(0)), number(found.get(1)), number(found.get(2)),
                number(found.get(3)), number(found.get(4)), columns, some);
    }

    private Map<String, List<Object>> changes(List<String> shown, List<Object> row) {
        Map<String, List<Object>> changes = new LinkedHashMap<>();
        for (int c = 0; c < shown.size(); c++) {
            Object before = row.get(key.size() + c);
            Object after = row.get(key.size() + shown.size() + c);
            if (!Objects.equals(before, after)) {
                changes.put(shown.get(c), Arrays.asList(before, after));
            }
        }
        return changes;
    }

    private Difference byRow(List<String> columns, int samples) {
        String onlyLeft = "(" + side(left, columns) + " EXCEPT ALL " + side(right, columns) + ")";
        String onlyRight = "(" + side(right, columns) + " EXCEPT ALL " + side(left, columns) + ")";
        List<Sample> some = new ArrayList<>();
        rows("SELECT * FROM " + onlyLeft + " ORDER BY ALL LIMIT " + samples)
                .forEach(row -> some.add(new Sample(Side.LEFT, named(columns, row, 0), Map.of())));
        rows("SELECT * FROM " + onlyRight + " ORDER BY ALL LIMIT " + samples)
                .forEach(row -> some.add(new Sample(Side.RIGHT, named(columns, row, 0), Map.of())));
        return new Difference(List.of(), count(side(left, columns)), count(side(right, columns)), count(onlyLeft),
                count(onlyRight), 0, Map.of(), some);
    }

    private long count(String rows) {
        return number(query, "SELECT count(*) FROM (" + rows + ")");
    }

    private String side(String table, List<String> columns) {
        return "SELECT " + names(columns) + " FROM " + name(table) + filter;
    }

    private String joined() {
        String on = key.stream().map(k -> LEFT + "." + DuckDb.name(k) + " IS NOT DISTINCT FROM " + RIGHT + "."
                + DuckDb.name(k)).collect(Collectors.joining(" AND "));
        return " FROM (SELECT *, true AS " + HERE + " FROM " + name(left) + filter + ") " + LEFT
                + " FULL JOIN (SELECT *, true AS " + HERE + " FROM " + name(right) + filter + ") " + RIGHT + " ON "
                + on;
    }

    private String differs() {
        return others.isEmpty() ? "false" : others.stream().map(this::differs).collect(Collectors.joining(" OR "));
    }

    private String differs(String column) {
        return LEFT + "." + DuckDb.name(column) + " IS DISTINCT FROM " + RIGHT + "." + DuckDb.name(column);
    }

    private static Map<String, Object> named(List<String> columns, List<Object> row, int from) {
        Map<String, Object> named = new LinkedHashMap<>();
        for (int c = 0; c < columns.size(); c++) {
            named.put(columns.get(c), row.get(from + c));
        }
        return named;
    }

    /** As a query calls it. */
    private static String name(String table) {
        TableName of = TableName.parse(table);
        int dot = of.table().lastIndexOf('.');
        return DuckDb.name(table.substring(0, dot)) + "." + DuckDb.name(table.substring(dot + 1));
    }

    private static String names(List<String> columns) {
        return columns.stream().map(DuckDb::name).collect(Collectors.joining(", "));
    }

    private static String names(List<String> columns, String side) {
        return columns.stream().map(c -> side + "." + DuckDb.name(c)).collect(Collectors.joining(", "));
    }

    private List<List<Object>> rows(String sql) {
        return rows(query, sql);
    }

    private static List<List<Object>> rows(TableQuery query, String sql) {
        List<List<Object>> rows = new ArrayList<>();
        query.run(sql, new TableQuery.Rows() {
            @Override
            public void columns(List<String> names, List<String> types) {
                // They are as they were asked for.
            }

            @Override
            public boolean row(List<Object> values) {
                rows.add(values);
                return true;
            }
        });
        return rows;
    }

    private static long number(TableQuery query, String sql) {
        return number(rows(query, sql).get(0).get(0));
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }
}
