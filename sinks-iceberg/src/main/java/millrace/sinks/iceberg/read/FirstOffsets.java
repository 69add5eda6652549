package millrace.sinks.iceberg.read;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import millrace.sinks.iceberg.table.OriginColumn;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/**
 * The first record of each partition of its topic that a bronze table has. Files are looked at in the order of the first
 * offset that they say they have, and only until no later one can have an earlier record of any partition.
 */
public final class FirstOffsets {
    private final Table table;
    private final Types.NestedField partition;
    private final Types.NestedField offset;

    private FirstOffsets(Table table, Types.NestedField partition, Types.NestedField offset) {
        this.table = table;
        this.partition = partition;
        this.offset = offset;
    }

    /** A file, with the bounds of both columns. */
    private record Bounded(DataFile file, FileBounds bounds) {
        boolean mayImprove(Map<Integer, Long> found) {
            for (int p = bounds.firstPartition(); p <= bounds.lastPartition(); p++) {
                if (bounds.firstOffset() < found.getOrDefault(p, Long.MAX_VALUE)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** By partition; empty of a table without rows or without origin columns. */
    public static SortedMap<Integer, Long> of(Table table) {
        Types.NestedField partition = table.schema().findField(OriginColumn.TOPIC_PARTITION.columnName());
        Types.NestedField offset = table.schema().findField(OriginColumn.OFFSET.columnName());
        if (partition == null || offset == null || table.currentSnapshot() == null) {
            return new TreeMap<>();
        }
        return new FirstOffsets(table, partition, offset).find();
    }

    private SortedMap<Integer, Long> find() {
        SortedMap<Integer, Long> found = new TreeMap<>();
        for (Bounded file : files()) {
            FileBounds bounds = file.bounds();
            if (bounds.firstPartition() == bounds.lastPartition() && bounds.firstOffset() >= 0) {
                found.merge(bounds.firstPartition(), bounds.firstOffset(), Math::min);
            } else if (file.mayImprove(found)) {
                read(file.file(), found);
            }
        }
        return found;
    }

    private List<Bounded> files() {
        List<Bounded> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
            for (FileScanTask task : tasks) {
                files.add(new Bounded(task.file(), FileBounds.of(task.file(), partition, offset)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.sort(Comparator.comparingLong(f -> f.bounds().firstOffset()));
        return files;
    }

    private void read(DataFile file, Map<Integer, Long> found) {
        Schema columns = table.schema().select(partition.name(), offset.name());
        try (CloseableIterable<Record> rows = Parquet.read(table.io().newInputFile(file.location())).project(columns)
                .createReaderFunc(type -> GenericParquetReaders.buildReader(columns, type)).build()) {
            for (Record row : rows) {
                found.merge((Integer) row.getField(partition.name()), (Long) row.getField(offset.name()), Math::min);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
