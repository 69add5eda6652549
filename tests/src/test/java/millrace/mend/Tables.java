package millrace.mend;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import millrace.ops.query.TableQuery;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.table.Catalogs;

/** What the tables of a catalog have, as any reader sees it. */
final class Tables implements AutoCloseable {
    /** Beyond any event time: nothing more comes. */
    static final Instant THE_END = Instant.parse("9000-01-01T00:00:00Z");

    private final Map<String, String> properties;
    private final TableCatalog catalog;

    Tables(Path database, Path warehouse) {
        properties = Catalogs.sqlite(database, warehouse);
        catalog = TableCatalog.open(properties);
    }

    boolean has(String table) {
        return catalog.names().contains(table);
    }

    /** Whether a table has every row of a time that was in time. */
    boolean isComplete(String table, Instant through) {
        return TableBranches.find(properties, table, "main").flatMap(TableBranches.Ref::completeThrough)
                .filter(t -> !t.isBefore(through)).isPresent();
    }

    /** One snapshot of a table is read: the rows of a query, values joined by {@code |}. */
    List<String> rows(String sql) {
        List<String> rows = new ArrayList<>();
        TableQuery.run(catalog, sql, new TableQuery.Rows() {
            @Override
            public void columns(List<String> names, List<String> types) {}

            @Override
            public boolean row(List<Object> values) {
                return rows.add(values.stream().map(Objects::toString).collect(Collectors.joining("|")));
            }
        });
        return rows;
    }

    long number(String sql) {
        return Long.parseLong(rows(sql).get(0));
    }

    @Override
    public void close() {
        catalog.close();
    }
}
