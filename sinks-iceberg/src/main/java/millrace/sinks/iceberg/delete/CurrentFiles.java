package millrace.sinks.iceberg.delete;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.DeleteFileSet;

/** The data files of a table as of one snapshot, each with what is deleted in it. To find them means to read manifests. */
public final class CurrentFiles {
    private final Map<String, DataFile> files;
    private final Map<String, List<DeleteFile>> deletes;
    private long snapshotId;

    private CurrentFiles(long snapshotId, Map<String, DataFile> files, Map<String, List<DeleteFile>> deletes) {
        this.snapshotId = snapshotId;
        this.files = files;
        this.deletes = deletes;
    }

    /** @param snapshotId 0 for a table without a snapshot */
    public static CurrentFiles of(Table table, long snapshotId) {
        CurrentFiles current = new CurrentFiles(snapshotId, new HashMap<>(), new HashMap<>());
        if (snapshotId == 0) {
            return current;
        }
        try (CloseableIterable<FileScanTask> tasks = table.newScan().useSnapshot(snapshotId).planFiles()) {
            for (FileScanTask task : tasks) {
                current.files.put(task.file().location(), task.file().copyWithoutStats());
                if (!task.deletes().isEmpty()) {
                    List<DeleteFile> copies = new ArrayList<>();
                    // With their bounds, which tell whether one is about a single data file.
                    task.deletes().forEach(d -> copies.add(d.copy()));
                    current.deletes.put(task.file().location(), copies);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return current;
    }

    public long snapshotId() {
        return snapshotId;
    }

    public Optional<DataFile> data(String location) {
        return Optional.ofNullable(files.get(location));
    }

    /** What is deleted in a data file. */
    public List<DeleteFile> deletes(String location) {
        return deletes.getOrDefault(location, List.of());
    }

    /** Of them those that name rows by their position. */
    List<DeleteFile> deletesByPosition(String location) {
        return deletes(location).stream().filter(d -> d.content() == FileContent.POSITION_DELETES).toList();
    }

    /** These, moved on to the snapshot that a commit has made; not to be used as they were. */
    public CurrentFiles after(long snapshot, DeleteMerge.Merged merged) {
        snapshotId = snapshot;
        merged.emptied().forEach(f -> {
            files.remove(f.location());
            deletes.remove(f.location());
        });
        merged.added().forEach(f -> files.put(f.location(), f.copyWithoutStats()));
        DeleteFileSet obsolete = DeleteFileSet.of(merged.obsolete());
        merged.deletes().forEach((file, added) -> {
            List<DeleteFile> now = new ArrayList<>(deletes(file));
            now.removeIf(obsolete::contains);
            now.addAll(added);
            deletes.put(file, now);
        });
        return this;
    }
}
