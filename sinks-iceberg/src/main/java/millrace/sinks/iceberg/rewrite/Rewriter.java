package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import millrace.sinks.iceberg.moved.MovedRows;
import millrace.sinks.iceberg.moved.RowMove;
import millrace.sinks.iceberg.table.ZOrder;
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

    /** What becomes of files whose rows leave the table: none is read, and none takes their place. */
    public static Rewritten leave(List<FileScanTask> tasks) {
        Map<String, RowMove> gone = new HashMap<>();
        tasks.forEach(t -> gone.put(t.file().location(), new RowMove.Leave(t.file().recordCount())));
        return new Rewritten(List.of(), new MovedRows(List.of(), gone));
    }

    /** How the rows of a table's files are ordered. */
    public static RewritePlan.Order order(Table table) {
        return table.sortOrder().isSorted()
                ? RewritePlan.Order.SORTED
                : ZOrder.of(table).isPresent() ? RewritePlan.Order.Z_CURVE : RewritePlan.Order.NONE;
    }

    /** Of which files nothing is left to do for the order of their rows; of none in tables without one. */
    public static Predicate<DataFile> ordered(Table table) {
        Optional<ZOrder> curve = ZOrder.of(table);
        return file -> isInOrder(table, file) || curve.filter(z -> z.isNamed(file.location())).isPresent();
    }

    /** Whether the rows of a file are in the table's sort order; false for tables without one. */
    static boolean isInOrder(Table table, DataFile file) {
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
     * @param tasks files whose rows may be together in one partition, each with what is deleted in it
     * @param destination where the rows go
     * @param way {@link RewritePlan.Way#COPY} if the files allow it
     * @param name stands in the names of files; unique for all time
     * @throws UncheckedIOException if the storage fails
     */
    public static Rewritten rewrite(Table table, List<FileScanTask> tasks, Destination destination, RewritePlan.Way way,
            String name, Pace pace) {
        try {
            if (way == RewritePlan.Way.COPY) {
                try (ChunkCopy copy = ChunkCopy.open(table, tasks, destination)) {
                    if (copy.isPossible()) {
                        return copy.write(name, pace);
                    }
                }
            }
            Optional<ZOrderRewrite> curve = ZOrderRewrite.open(table, tasks, destination);
            if (curve.isPresent()) {
                try (ZOrderRewrite rewrite = curve.get()) {
                    return rewrite.write(name, pace);
                }
            }
            Optional<ColumnRewrite> columns = ColumnRewrite.open(table, tasks, destination);
            if (columns.isPresent()) {
                try (ColumnRewrite rewrite = columns.get()) {
                    return rewrite.write(name, pace);
                }
            }
            return new RecordRewrite(table, tasks, destination, name, pace).run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
