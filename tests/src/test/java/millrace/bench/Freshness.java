package millrace.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import millrace.sinks.iceberg.table.Catalogs;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * How long records took from their Kafka timestamp to the commit that made them visible, over all rows of a bronze
 * table since a time. Prints {@code key=value} lines.
 *
 * <p>
 * Arguments: catalog database, warehouse folder, namespace, table, and optionally the time (ISO-8601) from which
 * commits count, so that the start of a run can be left out.
 */
public final class Freshness {
    private Freshness() {}

    public static void main(String[] arguments) throws Exception {
        var catalog = Catalogs.open(Catalogs.sqlite(Path.of(arguments[0]), Path.of(arguments[1])));
        Table table = catalog.loadTable(TableIdentifier.of(arguments[2], arguments[3]));
        long from = arguments.length > 4 ? Instant.parse(arguments[4]).toEpochMilli() : 0;
        var rowsByDelay = new TreeMap<Long, Long>();
        int commits = 0;
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
            for (Snapshot snapshot : table.snapshots()) {
                List<String> files = new ArrayList<>();
                try (var added = table.newIncrementalAppendScan().fromSnapshotInclusive(snapshot.snapshotId())
                        .toSnapshot(snapshot.snapshotId()).planFiles()) {
                    added.forEach(
                            task -> files.add("'" + task.file().location().replaceFirst("^file:(//)?", "") + "'"));
                }
                if (snapshot.timestampMillis() >= from && !files.isEmpty()) {
                    commits++;
                    add(duck, files, snapshot.timestampMillis(), rowsByDelay);
                }
            }
        }
        long rows = rowsByDelay.values().stream().mapToLong(Long::longValue).sum();
        System.out.println("rows=" + rows + "\ncommits=" + commits);
        for (double share : new double[] {0.5, 0.9, 0.99, 0.999, 1.0}) {
            System.out.println("freshness_ms_p" + (share * 100) + "=" + quantile(rowsByDelay, (long) (rows * share)));
        }
    }

    private static void add(Connection duck, List<String> files, long committed, TreeMap<Long, Long> rowsByDelay)
            throws SQLException {
        try (var statement = duck.createStatement();
                var result = statement.executeQuery("select epoch_ms(_timestamp), count(*) from read_parquet(["
                        + String.join(",", files) + "]) group by 1")) {
            while (result.next()) {
                rowsByDelay.merge(committed - result.getLong(1), result.getLong(2), Long::sum);
            }
        }
    }

    private static long quantile(TreeMap<Long, Long> rowsByDelay, long rank) {
        long seen = 0;
        for (var delay : rowsByDelay.entrySet()) {
            seen += delay.getValue();
            if (seen >= rank) {
                return delay.getKey();
            }
        }
        return rowsByDelay.isEmpty() ? -1 : rowsByDelay.lastKey();
    }
}
