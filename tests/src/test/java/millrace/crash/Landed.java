package millrace.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import millrace.sinks.iceberg.table.Catalogs;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/**
 * What is in the tables, read by two readers that share no code of ours: Iceberg's generics, and DuckDB over the live
 * Parquet files.
 */
public final class Landed implements AutoCloseable {
    private final Catalog catalog;

    public Landed(Path database, Path warehouse) {
        catalog = Catalogs.open(Catalogs.sqlite(database, warehouse));
    }

    /** Rows by the newest snapshot's summary; 0 for a table that is not there yet. */
    public long count(String namespace, String name) {
        TableIdentifier id = TableIdentifier.of(namespace, name);
        if (!catalog.tableExists(id)) {
            return 0;
        }
        var snapshot = catalog.loadTable(id).currentSnapshot();
        return snapshot == null ? 0 : Long.parseLong(snapshot.summary().getOrDefault("total-records", "0"));
    }

    /** The values of some columns of every row, joined by {@code |} and sorted, as Iceberg's generics read them. */
    public List<String> byIceberg(String namespace, String name, String... columns) {
        Table table = catalog.loadTable(TableIdentifier.of(namespace, name));
        List<String> rows = new ArrayList<>();
        try (CloseableIterable<Record> records = IcebergGenerics.read(table).select(columns).build()) {
            for (Record record : records) {
                List<String> values = new ArrayList<>();
                for (String column : columns) {
                    values.add(String.valueOf(record.getField(column)));
                }
                rows.add(String.join("|", values));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rows.sort(null);
        return rows;
    }

    /** The same, as DuckDB reads it from the files of the newest snapshot. */
    public List<String> byDuckDb(String namespace, String name, String... columns) {
        Table table = catalog.loadTable(TableIdentifier.of(namespace, name));
        List<String> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> files.add("'" + task.file().location().replaceFirst("^file:(//)?", "") + "'"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> rows = new ArrayList<>();
        if (files.isEmpty()) {
            return rows;
        }
        String select = java.util.Arrays.stream(columns)
                .map(c -> String.format(Locale.ROOT, "coalesce(cast(\"%s\" as varchar), 'null')", c))
                .collect(Collectors.joining(" || '|' || "));
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement();
                var result = statement.executeQuery("select " + select + " from read_parquet(["
                        + String.join(",", files) + "])")) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        rows.sort(null);
        return rows;
    }

    @Override
    public void close() throws IOException {
        if (catalog instanceof java.io.Closeable closeable) {
            closeable.close();
        }
    }
}
