package millrace.sinks.iceberg.read;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
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
import org.apache.iceberg.types.Conversions;
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
    private record Bounds(DataFile file, int firstPartition, int lastPartition, long firstOffset) {
        boolean mayImprove(Map<Integer, Long> found) {
            for (int p = firstPartition; p <= lastPartition; p++) {
                if (firstOffset < found.getOrDefault(p, Long.MAX_VALUE)) {
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
        for (Bounds bounds : files()) {
            if (bounds.firstPartition() == bounds.lastPartition() && bounds.firstOffset() >= 0) {
                found.merge(bounds.firstPartition(), bounds.firstOffset(), Math::min);
            } else if (bounds.mayImprove(found)) {
                read(bounds.file(), found);
            }
        }
        return found;
    }

    private List<Bounds> files() {
        List<Bounds> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
            for (FileScanTask task : tasks) {
                files.add(bounds(task.file()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.sort(Comparator.comparingLong(Bounds::firstOffset));
        return files;
    }

    /** A file that says nothing of a column may have any value of it. */
    private Bounds bounds(DataFile file) {
        Integer first = bound(file.lowerBounds(), partition);
        Integer last = bound(file.upperBounds(), partition);
        Long firstOffset = bound(file.lowerBounds(), offset);
        int partitions = 1 << 16;
        return new Bounds(file, first == null ? 0 : first, last == null ? partitions : last,
                firstOffset == null ? -1 : firstOffset);
    }

    private static <T> T bound(Map<Integer, ByteBuffer> bounds, Types.NestedField column) {
        ByteBuffer bound = bounds == null ? null : bounds.get(column.fieldId());
        return bound == null ? null : Conversions.fromByteBuffer(column.type(), bound);
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
