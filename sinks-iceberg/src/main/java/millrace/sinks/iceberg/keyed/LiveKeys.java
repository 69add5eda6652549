package millrace.sinks.iceberg.keyed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericDeleteFilter;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types.NestedField;

/** Reads the keys and positions of the live rows of a table, file by file, the oldest first. */
final class LiveKeys {
    private final Table table;
    private final Schema wanted;
    private final TableKeys keys;
    private final List<FileScanTask> tasks = new ArrayList<>();
    private int read;

    /**
     * @param snapshotId 0 for a table without one
     * @param afterSequence files that were added by this snapshot or before are passed over
     */
    LiveKeys(Table table, List<String> key, TableKeys keys, long snapshotId, long afterSequence) {
        this.table = table;
        this.keys = keys;
        List<NestedField> columns = new ArrayList<>();
        key.forEach(name -> columns.add(table.schema().findField(name)));
        columns.add(MetadataColumns.ROW_POSITION);
        wanted = new Schema(columns);
        if (snapshotId == 0) {
            return;
        }
        try (CloseableIterable<FileScanTask> planned = table.newScan().useSnapshot(snapshotId).planFiles()) {
            for (FileScanTask task : planned) {
                if (task.file().dataSequenceNumber() > afterSequence) {
                    tasks.add(task);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tasks.sort(Comparator.comparing(t -> t.file().dataSequenceNumber()));
    }

    int files() {
        return tasks.size();
    }

    /** Of all files that are read. */
    Set<String> locations() {
        return tasks.stream().map(t -> t.file().location()).collect(Collectors.toSet());
    }

    int filesRead() {
        return read;
    }

    boolean isDone() {
        return read == tasks.size();
    }

    String nextFile() {
        return tasks.get(read).file().location();
    }

    /** Gives the name and the position of each live row of the next file. */
    void readFile(BiConsumer<byte[], Long> rows) {
        FileScanTask task = tasks.get(read);
        GenericDeleteFilter deletes = new GenericDeleteFilter(table.io(), task, table.schema(), wanted);
        Schema schema = deletes.requiredSchema();
        int position = wanted.columns().size() - 1;
        InternalRecordWrapper row = new InternalRecordWrapper(schema.asStruct());
        try (CloseableIterable<Record> live = deletes.filter(Parquet
                .read(table.io().newInputFile(task.file().location()))
                .project(schema).createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type)).build())) {
            for (Record record : live) {
                row.wrap(record);
                rows.accept(keys.name(row), row.get(position, Long.class));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        read++;
    }
}
