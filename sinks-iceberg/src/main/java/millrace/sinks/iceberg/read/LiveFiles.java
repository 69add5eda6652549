package millrace.sinks.iceberg.read;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import millrace.sinks.iceberg.table.LocalFileIO;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The files that hold a table's rows now, for readers of Parquet that know no Iceberg.
 *
 * @param snapshotId 0 while the table has no snapshot
 * @param hasDeletes whether some rows of the files are deleted; a reader that cannot apply deletes must not read them
 */
public record LiveFiles(long snapshotId, List<LiveFile> files, boolean hasDeletes) {
    public LiveFiles {
        files = List.copyOf(files);
    }

    /** A data file; {@code path} is a plain path where the file is on this machine, else its location. */
    public record LiveFile(String path, long rows, long bytes, List<String> deletes) {
        public LiveFile {
            deletes = List.copyOf(deletes);
        }
    }

    public static LiveFiles of(Table table) {
        if (table.currentSnapshot() == null) {
            return new LiveFiles(0, List.of(), false);
        }
        long snapshot = table.currentSnapshot().snapshotId();
        List<LiveFile> files = new ArrayList<>();
        boolean deletes = false;
        try (CloseableIterable<FileScanTask> tasks = table.newScan().useSnapshot(snapshot).planFiles()) {
            for (FileScanTask task : tasks) {
                files.add(new LiveFile(path(task.file().location()), task.file().recordCount(),
                        task.file().fileSizeInBytes(), task.deletes().stream().map(ContentFile::location).toList()));
                deletes |= !task.deletes().isEmpty();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new LiveFiles(snapshot, files, deletes);
    }

    private static String path(String location) {
        return LocalFileIO.isLocal(location) ? LocalFileIO.path(location).toString() : location;
    }
}
