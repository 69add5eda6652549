package millrace.sinks.iceberg.health;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.util.SnapshotUtil;

import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;

/**
 * Looks at tables. What a snapshot or a data file told is remembered, since neither changes, so that looking often is
 * cheap. Every method throws what the catalog's client throws if it does not answer. Safe for several threads.
 */
public final class TableHealthReader implements AutoCloseable {
    private static final String POSITION = "millrace.position";
    private static final String COMPLETE_THROUGH = "millrace.complete-through";
    private static final Duration REACH = Duration.ofMinutes(5);

    /** One that does not answer may take long to say so, and several tables are asked for in a row. */
    private static final Duration BETWEEN_OPENINGS = Duration.ofSeconds(3);

    private final Map<String, String> properties;
    private Catalog catalog;
    private IcebergTables tables;
    private ProblemException unavailable;
    private long openedNanos;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Map<String, Long>>> countedFiles = new ConcurrentHashMap<>();

    /** What was found at a metadata file. */
    private record Seen(String metadata, Optional<TableHealth> health) {}

    private TableHealthReader(Map<String, String> properties) {
        this.properties = Map.copyOf(properties);
    }

    /**
     * Opens a catalog of its own by Iceberg's properties. One that does not answer now is opened by the first look
     * that finds it there; until then every look throws {@code CATALOG_UNAVAILABLE}.
     *
     * @throws ProblemException if the properties do not make a catalog
     */
    public static TableHealthReader open(Map<String, String> catalogProperties) {
        TableHealthReader reader = new TableHealthReader(catalogProperties);
        try {
            reader.tables();
        } catch (ProblemException e) {
            if (e.problems().getFirst().code() != SinkProblem.CATALOG_UNAVAILABLE) {
                throw e;
            }
        }
        return reader;
    }

    private synchronized IcebergTables tables() {
        if (tables != null) {
            return tables;
        }
        if (unavailable != null && System.nanoTime() - openedNanos < BETWEEN_OPENINGS.toNanos()) {
            throw unavailable;
        }
        try {
            catalog = Catalogs.open(properties);
            tables = new IcebergTables(catalog);
            return tables;
        } catch (ProblemException e) {
            unavailable = e;
            throw e;
        } finally {
            openedNanos = System.nanoTime();
        }
    }

    /** How the spec's table is; empty if there is none. */
    public Optional<TableHealth> read(TableSpec spec) {
        Optional<Table> table = tables().load(spec);
        if (table.isEmpty()) {
            seen.remove(spec.qualifiedName());
            return Optional.empty();
        }
        String metadata = metadataFile(table.get());
        Seen before = seen.get(spec.qualifiedName());
        if (before == null || !before.metadata().equals(metadata)) {
            before = new Seen(metadata, Optional.of(look(table.get())));
            seen.put(spec.qualifiedName(), before);
        }
        return before.health();
    }

    /**
     * How often each value of a text column occurs in the live data files; NULL counts as the empty text. Rows that
     * deletion vectors hide are counted too, so this is for tables that only grow.
     */
    public Map<String, Long> countBy(TableSpec spec, String column) {
        Map<String, Long> counts = new TreeMap<>();
        Optional<Table> table = tables().load(spec);
        if (table.isEmpty() || table.get().currentSnapshot() == null) {
            countedFiles.remove(spec.qualifiedName());
            return counts;
        }
        Map<String, Map<String, Long>> before = countedFiles.getOrDefault(spec.qualifiedName(), Map.of());
        Map<String, Map<String, Long>> now = new HashMap<>();
        Schema projection = table.get().schema().select(column);
        for (DataFile file : files(table.get())) {
            String location = file.location();
            Map<String, Long> inFile = before.get(location);
            now.put(location, inFile != null ? inFile : count(table.get(), file, projection));
        }
        countedFiles.put(spec.qualifiedName(), now);
        now.values().forEach(m -> m.forEach((value, n) -> counts.merge(value, n, Long::sum)));
        return counts;
    }

    @Override
    public synchronized void close() {
        Catalogs.close(catalog);
    }

    private static String metadataFile(Table table) {
        String file = table instanceof BaseTable base ? base.operations().current().metadataFileLocation() : null;
        return file == null ? table.uuid() + "@" + table.currentSnapshot() : file;
    }

    private static TableHealth look(Table table) {
        Snapshot head = table.currentSnapshot();
        if (head == null) {
            return new TableHealth(table.uuid(), 0, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty(),
                    List.of(), List.of());
        }
        long half = IcebergTables.targetFileSize(table) / 2;
        long files = 0;
        long small = 0;
        long bytes = 0;
        long rows = 0;
        for (DataFile file : files(table)) {
            files++;
            bytes += file.fileSizeInBytes();
            rows += file.recordCount();
            if (file.fileSizeInBytes() < half) {
                small++;
            }
        }
        rows -= total(head, SnapshotSummary.TOTAL_POS_DELETES_PROP);
        Optional<Map<String, String>> mark = newestMark(table, head);
        return new TableHealth(table.uuid(), rows, files, small, bytes, Optional.of(head.snapshotId()),
                mark.map(m -> SourcePosition.fromJson(m.get(POSITION))),
                mark.map(m -> m.get(COMPLETE_THROUGH)).map(Instant::parse), additions(table, head),
                rewrites(table, head));
    }

    private static long total(Snapshot snapshot, String property) {
        return Long.parseLong(snapshot.summary().getOrDefault(property, "0"));
    }

    /** The summary of the newest commit of ours among the head and its ancestors. */
    private static Optional<Map<String, String>> newestMark(Table table, Snapshot head) {
        for (Snapshot s : ancestry(table, head)) {
            if (s.summary().containsKey(POSITION)) {
                return Optional.of(s.summary());
            }
        }
        return Optional.empty();
    }

    private static List<TableHealth.Addition> additions(Table table, Snapshot head) {
        List<TableHealth.Addition> additions = new ArrayList<>();
        Instant reach = Instant.ofEpochMilli(head.timestampMillis()).minus(REACH);
        boolean foundRows = false;
        for (Snapshot s : ancestry(table, head)) {
            Instant at = Instant.ofEpochMilli(s.timestampMillis());
            if (foundRows && at.isBefore(reach)) {
                break;
            }
            long rows = "append".equals(s.operation()) || "overwrite".equals(s.operation())
                    ? total(s, SnapshotSummary.ADDED_RECORDS_PROP)
                    : 0;
            foundRows |= rows > 0;
            additions.add(new TableHealth.Addition(at, rows));
        }
        return additions;
    }

    private static List<TableHealth.Rewritten> rewrites(Table table, Snapshot head) {
        List<TableHealth.Rewritten> rewrites = new ArrayList<>();
        Instant reach = Instant.ofEpochMilli(head.timestampMillis()).minus(TableHealth.UPKEEP_OVER);
        for (Snapshot s : ancestry(table, head)) {
            Instant at = Instant.ofEpochMilli(s.timestampMillis());
            if (at.isBefore(reach)) {
                break;
            }
            long replaced = total(s, SnapshotSummary.DELETED_FILES_PROP);
            if (DataOperations.REPLACE.equals(s.operation()) && replaced > 0) {
                rewrites.add(new TableHealth.Rewritten(at, replaced, total(s, SnapshotSummary.ADDED_FILES_PROP),
                        total(s, SnapshotSummary.REMOVED_FILE_SIZE_PROP),
                        total(s, SnapshotSummary.ADDED_FILE_SIZE_PROP)));
            }
        }
        return rewrites;
    }

    private static Iterable<Snapshot> ancestry(Table table, Snapshot head) {
        return SnapshotUtil.ancestorsOf(head.snapshotId(), table::snapshot);
    }

    private static List<DataFile> files(Table table) {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(t -> files.add(t.file()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static Map<String, Long> count(Table table, DataFile file, Schema projection) {
        Map<String, Long> counts = new HashMap<>();
        try (CloseableIterable<Record> rows = Parquet.read(table.io().newInputFile(file)).project(projection)
                .createReaderFunc(type -> GenericParquetReaders.buildReader(projection, type)).build()) {
            for (Record row : rows) {
                counts.merge(row.get(0) == null ? "" : row.get(0).toString(), 1L, Long::sum);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return counts;
    }
}
