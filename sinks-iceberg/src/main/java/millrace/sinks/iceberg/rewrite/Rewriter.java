package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import millrace.sinks.iceberg.moved.MovedRows;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;

/** Writes the rows of some files of a table into others, which are part of no snapshot yet. */
public final class Rewriter {
    private Rewriter() {}

    /**
     * What was written.
     *
     * @param files none if no row was alive
     */
    public record Rewritten(List<DataFile> files, MovedRows moved) {}

    /** Whether the rows of a file are in the table's order; false for tables without one. */
    public static boolean isInOrder(Table table, DataFile file) {
        return table.sortOrder().isSorted() && file.sortOrderId() != null
                && file.sortOrderId() == table.sortOrder().orderId();
    }

    /** Whether it is a Parquet file in which no row is deleted by its values: what is copied without looking at rows. */
    static boolean isCopied(FileScanTask task) {
        return task.file().format() == FileFormat.PARQUET
                && task.deletes().stream().noneMatch(d -> d.equalityFieldIds() != null);
    }

    /**
     * Rewrites. Files that were begun are deleted when it fails.
     *
     * @param tasks files of one partition, each with what is deleted in it
     * @param tier {@link RewritePlan.Tier#COPY} if the files allow it
     * @param name stands in the names of files; unique for all time
     * @throws UncheckedIOException if the storage fails
     */
    public static Rewritten rewrite(Table table, List<FileScanTask> tasks, RewritePlan.Tier tier, String name,
            Pace pace) {
        try {
            if (tier == RewritePlan.Tier.COPY) {
                try (ChunkCopy copy = ChunkCopy.open(table, tasks)) {
                    if (copy.isPossible()) {
                        return copy.write(name, pace);
                    }
                }
            }
            Optional<ColumnRewrite> columns = ColumnRewrite.open(table, tasks);
            if (columns.isPresent()) {
                try (ColumnRewrite rewrite = columns.get()) {
                    return rewrite.write(name, pace);
                }
            }
            return new RecordRewrite(table, tasks, name, pace).run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
