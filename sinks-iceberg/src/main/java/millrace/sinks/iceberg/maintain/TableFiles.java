package millrace.sinks.iceberg.maintain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.sinks.iceberg.rewrite.RewritePlan;
import millrace.sinks.iceberg.rewrite.Rewriter;
import millrace.sinks.iceberg.rewrite.TableFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/** The data files of a table's current snapshot, with what is deleted in them; without those of other formats than ours and encrypted ones. */
final class TableFiles {
    private final Map<String, FileScanTask> tasks = new LinkedHashMap<>();
    private final Map<String, TableFile> files = new LinkedHashMap<>();

    private TableFiles() {}

    /** Reads the manifests. The table has a snapshot. */
    static TableFiles of(Table table) {
        TableFiles all = new TableFiles();
        Map<Long, Instant> made = new HashMap<>();
        Instant oldest = Instant.MAX;
        for (Snapshot snapshot : table.snapshots()) {
            Instant at = Instant.ofEpochMilli(snapshot.timestampMillis());
            made.put(snapshot.sequenceNumber(), at);
            oldest = at.isBefore(oldest) ? at : oldest;
        }
        try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
            for (FileScanTask task : planned) {
                DataFile file = task.file();
                if (file.format() != FileFormat.PARQUET || file.keyMetadata() != null) {
                    continue;
                }
                all.tasks.put(file.location(), task);
                all.files.put(file.location(), new TableFile(file.location(), partition(table, file),
                        file.fileSizeInBytes(), file.recordCount(), dead(task),
                        task.deletes().stream().anyMatch(d -> d.content() == FileContent.EQUALITY_DELETES),
                        Rewriter.isInOrder(table, file),
                        made.getOrDefault(file.fileSequenceNumber(), oldest)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    Collection<TableFile> files() {
        return files.values();
    }

    List<FileScanTask> tasks(RewritePlan.Group group) {
        return group.files().stream().map(f -> tasks.get(f.location())).toList();
    }

    private static String partition(Table table, DataFile file) {
        StringBuilder text = new StringBuilder().append(file.specId());
        for (int i = 0; i < table.specs().get(file.specId()).fields().size(); i++) {
            Object value = file.partition().get(i, Object.class);
            // A value may be the word null.
            text.append(value == null ? "/" : "/=" + value);
        }
        return text.toString();
    }

    private static long dead(FileScanTask task) {
        return Math.min(task.file().recordCount(), task.deletes().stream()
                .filter(d -> d.content() == FileContent.POSITION_DELETES && d.referencedDataFile() != null)
                .mapToLong(DeleteFile::recordCount).sum());
    }
}
