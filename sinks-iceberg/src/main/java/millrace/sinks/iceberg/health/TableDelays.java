package millrace.sinks.iceberg.health;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;

/**
 * Measures {@link Delays} from a table alone: each row against the time of the snapshot that added it. For tables that
 * only grow, and whose snapshots are still there.
 */
public final class TableDelays {
    private TableDelays() {}

    /**
     * Reads one column of every data file.
     *
     * @param catalogProperties Iceberg's
     * @param column an instant that every row carries
     * @param from rows that carry an earlier moment do not count
     * @return nothing if the table does not exist
     */
    public static Delays of(Map<String, String> catalogProperties, TableSpec spec, String column, Instant from) {
        Catalog catalog = Catalogs.open(catalogProperties);
        try {
            Optional<Table> table = new IcebergTables(catalog).load(spec);
            return table.isPresent() ? of(table.get(), column, from) : new Delays(0, new TreeMap<>());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            Catalogs.close(catalog);
        }
    }

    private static Delays of(Table table, String column, Instant from) throws IOException {
        Schema projection = table.schema().select(column);
        NavigableMap<Long, Long> rowsByMillis = new TreeMap<>();
        long commits = 0;
        for (Snapshot snapshot : table.snapshots()) {
            NavigableMap<Long, Long> added = new TreeMap<>();
            try (CloseableIterable<FileScanTask> files = table.newIncrementalAppendScan()
                    .fromSnapshotInclusive(snapshot.snapshotId()).toSnapshot(snapshot.snapshotId()).planFiles()) {
                for (FileScanTask file : files) {
                    count(table, file.file(), projection, from, snapshot.timestampMillis(), added);
                }
            }
            commits += added.isEmpty() ? 0 : 1;
            added.forEach((millis, rows) -> rowsByMillis.merge(millis, rows, Long::sum));
        }
        return new Delays(commits, rowsByMillis);
    }

    private static void count(Table table, DataFile file, Schema projection, Instant from, long readable,
            NavigableMap<Long, Long> into) throws IOException {
        long first = from.toEpochMilli();
        try (CloseableIterable<Record> rows = Parquet.read(table.io().newInputFile(file)).project(projection)
                .createReaderFunc(type -> GenericParquetReaders.buildReader(projection, type)).build()) {
            for (Record row : rows) {
                long moment = ((OffsetDateTime) row.get(0)).toInstant().toEpochMilli();
                if (moment >= first) {
                    into.merge(readable - moment, 1L, Long::sum);
                }
            }
        }
    }
}
