package millrace.ops.query;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableCatalog.ColumnView;
import millrace.sinks.iceberg.read.TableCatalog.FileView;
import millrace.sinks.iceberg.read.TableCatalog.TableView;
import millrace.sinks.iceberg.table.KeyChange;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.TableName;
import millrace.sinks.iceberg.table.TableSpec.Layout;

/**
 * Runs a query over the live files of a catalog's tables. Each table is a view under its own name; files are read by
 * field id, so that columns that were renamed, widened or added later are what the table says. Nothing outside these
 * files can be read, and nothing can be written.
 *
 * <p>
 * A table that keeps every change of its rows shows under its name the rows as they are now, and under that with
 * {@code __changes} behind it what it keeps. A branch or tag is a view called as commands call it, in quotes:
 * {@code gold."hourly@fix"}.
 */
public final class TableQuery implements AutoCloseable {
    private static final String CHANGES = "__changes";
    private static final Pattern REF = Pattern.compile("([A-Za-z0-9_.]+)@([A-Za-z0-9_.-]+)");

    private final List<String> names;
    private final Connection connection;

    /** Takes the result row by row. */
    public interface Rows {
        /** Comes once, before any row. */
        void columns(List<String> names, List<String> types);

        /**
         * Values are null, {@link Boolean}, numbers, text, lists and maps; times are ISO-8601 text.
         *
         * @return false to end the query here
         */
        boolean row(List<Object> values);
    }

    /** @throws ProblemException if the query cannot be run */
    public static void run(TableCatalog catalog, String sql, Rows rows) {
        List<String> names = catalog.names();
        try (TableQuery query = new TableQuery(catalog, names, mentioned(catalog, names, sql))) {
            query.run(sql, rows);
        }
    }

    /**
     * Opens some tables, as they are now, for several queries; no others can be read.
     *
     * @param tables names of tables and of branches of them, all of which are there
     * @throws ProblemException if one cannot be read here
     */
    public static TableQuery over(TableCatalog catalog, List<String> tables) {
        return new TableQuery(catalog, catalog.names(), tables);
    }

    private TableQuery(TableCatalog catalog, List<String> names, List<String> shown) {
        this.names = names;
        try {
            connection = DuckDb.open();
        } catch (SQLException e) {
            throw failed(e);
        }
        try (Statement statement = connection.createStatement()) {
            Set<String> schemas = new HashSet<>();
            List<String> paths = new ArrayList<>();
            List<String> views = new ArrayList<>();
            DeadRows dead = new DeadRows(connection);
            for (String name : shown) {
                views.addAll(views(catalog, name, names, schemas, paths, dead));
            }
            for (String schema : schemas) {
                statement.execute("CREATE SCHEMA IF NOT EXISTS " + DuckDb.name(schema));
            }
            for (String view : views) {
                statement.execute(view);
            }
            statement.execute("SET allowed_paths = [" + String.join(", ", paths) + "]");
            statement.execute("SET enable_external_access = false");
            statement.execute("SET lock_configuration = true");
        } catch (SQLException e) {
            close();
            throw failed(e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** @throws ProblemException if the query cannot be run */
    public void run(String sql, Rows rows) {
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
            pass(result, rows);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private ProblemException failed(SQLException e) {
        return new ProblemException(Problem.of(OpsProblem.QUERY_FAILED, "query", DuckDb.reason(e)).withRemedy(
                names.isEmpty() ? "The catalog has no table yet." : "Tables: " + String.join(", ", names) + "."));
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Tables the text may mean; all of them where it asks for what there is. */
    private static List<String> mentioned(TableCatalog catalog, List<String> names, String sql) {
        String unquoted = sql.replace("\"", "");
        String text = unquoted.toLowerCase(Locale.ROOT);
        boolean asksForAll = text.contains("show") || text.contains("information_schema") || text.contains("duckdb_");
        List<String> mentioned = new ArrayList<>();
        for (String name : names) {
            String table = name.toLowerCase(Locale.ROOT);
            if (asksForAll || text.contains(table)) {
                mentioned.add(name);
                // Names of branches and tags are not alike in capitals and in small letters.
                REF.matcher(unquoted).results().filter(r -> r.group(1).equalsIgnoreCase(table))
                        .map(r -> name + "@" + r.group(2)).distinct().filter(n -> catalog.table(n).isPresent())
                        .forEach(mentioned::add);
            }
        }
        return mentioned;
    }

    private static List<String> views(TableCatalog catalog, String name, List<String> names, Set<String> schemas,
            List<String> paths, DeadRows dead) throws SQLException {
        int dot = TableName.parse(name).table().lastIndexOf('.');
        schemas.add(name.substring(0, dot));
        String view = "CREATE VIEW " + DuckDb.name(name.substring(0, dot)) + ".";
        String table = name.substring(dot + 1);
        TableView of = catalog.table(name).orElseThrow();
        String rows = rows(catalog, of, paths, dead);
        if (of.changesBy().isEmpty()) {
            return List.of(view + DuckDb.name(table) + " AS " + rows);
        }
        List<String> views = new ArrayList<>();
        views.add(view + DuckDb.name(table) + " AS " + now(of, rows));
        if (!names.contains(name + CHANGES)) {
            views.add(view + DuckDb.name(table + CHANGES) + " AS " + rows);
        }
        return views;
    }

    /** Of each key the newest change, unless that is a delete. */
    private static String now(TableView table, String changes) {
        return "SELECT " + String.join(", ", table.columns().stream().map(ColumnView::name)
                .filter(c -> OriginColumn.named(c, Layout.CHANGELOG).isEmpty()).map(DuckDb::name).toList())
                + " FROM (" + changes + ") QUALIFY row_number() OVER (PARTITION BY "
                + String.join(", ", table.changesBy().stream().map(DuckDb::name).toList()) + " ORDER BY "
                + DuckDb.name(OriginColumn.OFFSET.columnName()) + " DESC) = 1 AND "
                + DuckDb.name(OriginColumn.CHANGE.columnName()) + " = " + DuckDb.literal(KeyChange.UPSERT.text());
    }

    private static String rows(TableCatalog catalog, TableView table, List<String> paths, DeadRows dead)
            throws SQLException {
        String name = table.name();
        List<ColumnView> columns = table.columns();
        List<FileView> files = catalog.files(name);
        if (files.isEmpty()) {
            return "SELECT " + String.join(", ", columns.stream()
                    .map(c -> "CAST(NULL AS " + c.type() + ") AS " + DuckDb.name(c.name())).toList())
                    + " WHERE false";
        }
        for (FileView file : files) {
            if (!file.local()) {
                throw refused(name, "Its files are at " + file.path()
                        + ", but a query reads only files on this machine.");
            } else if (file.deleted() instanceof TableCatalog.Deleted.ByValue) {
                throw refused(name,
                        "Another writer has deleted rows of it by their values, which a query cannot apply.");
            }
        }
        files.forEach(f -> paths.add(DuckDb.literal(f.path())));
        String schema = "schema = MAP {" + String.join(", ", columns.stream().map(c -> c.id() + ": {name: "
                + DuckDb.literal(c.name()) + ", type: " + DuckDb.literal(c.type()) + ", default_value: "
                + c.initial().map(DuckDb::literal).orElse("CAST(NULL AS VARCHAR)") + "}").toList())
                + "}";
        List<FileView> whole = files.stream().filter(f -> f.deleted() instanceof TableCatalog.Deleted.Nothing).toList();
        List<FileView> partly = files.stream().filter(f -> f.deleted() instanceof TableCatalog.Deleted.Positions)
                .toList();
        for (FileView file : partly) {
            dead.add(file);
        }
        List<String> parts = new ArrayList<>();
        if (!whole.isEmpty()) {
            parts.add("SELECT * FROM read_parquet(" + list(whole) + ", " + schema + ")");
        }
        if (!partly.isEmpty()) {
            parts.add(DeadRows.without("read_parquet(" + list(partly) + ", " + schema
                    + ", filename = true, file_row_number = true)"));
        }
        return String.join(" UNION ALL ", parts);
    }

    private static String list(List<FileView> files) {
        return "[" + String.join(", ", files.stream().map(f -> DuckDb.literal(f.path())).toList()) + "]";
    }

    private static ProblemException refused(String table, String message) {
        return new ProblemException(Problem.of(OpsProblem.QUERY_FAILED, table, message)
                .withRemedy("Ask an engine that reads Iceberg, such as Spark or Trino."));
    }

    private static void pass(ResultSet result, Rows rows) throws SQLException {
        ResultSetMetaData meta = result.getMetaData();
        List<String> names = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (int c = 1; c <= meta.getColumnCount(); c++) {
            names.add(meta.getColumnLabel(c));
            types.add(meta.getColumnTypeName(c));
        }
        rows.columns(names, types);
        while (result.next()) {
            List<Object> values = new ArrayList<>(names.size());
            for (int c = 1; c <= names.size(); c++) {
                values.add(plain(result.getObject(c)));
            }
            if (!rows.row(values)) {
                return;
            }
        }
    }

    private static Object plain(Object value) throws SQLException {
        return switch (value) {
            case null -> null;
            case OffsetDateTime t -> t.withOffsetSameInstant(ZoneOffset.UTC).toString();
            case java.sql.Timestamp t -> t.toLocalDateTime().toString();
            case java.time.temporal.Temporal t -> t.toString();
            case java.sql.Date d -> d.toString();
            case java.util.UUID u -> u.toString();
            case java.sql.Array a -> list((Object[]) a.getArray());
            case org.duckdb.DuckDBStruct s -> map(s.getMap());
            case java.sql.Blob b -> text(b.getBytes(1, (int) b.length()));
            case byte[] b -> text(b);
            case Map<?, ?> m -> map(m);
            case Boolean b -> b;
            case Number n -> n;
            default -> value.toString();
        };
    }

    private static List<Object> list(Object[] items) throws SQLException {
        List<Object> out = new ArrayList<>(items.length);
        for (Object item : items) {
            out.add(plain(item));
        }
        return out;
    }

    private static Map<String, Object> map(Map<?, ?> entries) throws SQLException {
        Map<String, Object> out = new LinkedHashMap<>();
        for (Map.Entry<?, ?> e : entries.entrySet()) {
            out.put(String.valueOf(plain(e.getKey())), plain(e.getValue()));
        }
        return out;
    }

    /** Text where the bytes are text, else in hexadecimal. */
    private static String text(byte[] bytes) {
        String text = new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
        boolean printable = text.chars().noneMatch(c -> c == 0xFFFD || c < ' ' && c != '\t' && c != '\n');
        return printable ? text : "0x" + java.util.HexFormat.of().formatHex(bytes);
    }
}
