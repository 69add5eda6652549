package millrace.sinks.iceberg.read;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.StrictMetricsEvaluator;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The files of a table that may hold rows of a stretch of time.
 *
 * @param files of them
 * @param partly how many of them may hold other rows too
 * @param rows in them, dead ones and those of other times included
 */
public record RangeFiles(long files, long partly, long rows, long bytes) {
    /**
     * @param column of type timestamp
     * @param from inclusive; absent for the beginning of time, as {@code to}, exclusive, for its end
     */
    static RangeFiles of(Table table, String column, Optional<Instant> from, Optional<Instant> to) {
        Expression filter = Expressions.alwaysTrue();
        if (from.isPresent()) {
            filter = Expressions.and(filter, Expressions.greaterThanOrEqual(column, micros(from.get())));
        }
        if (to.isPresent()) {
            filter = Expressions.and(filter, Expressions.lessThan(column, micros(to.get())));
        }
        StrictMetricsEvaluator whole = new StrictMetricsEvaluator(table.schema(), filter);
        long files = 0;
        long partly = 0;
        long rows = 0;
        long bytes = 0;
        try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(filter).includeColumnStats().planFiles()) {
            for (FileScanTask task : tasks) {
                files++;
                partly += whole.eval(task.file()) ? 0 : 1;
                rows += task.file().recordCount();
                bytes += task.file().fileSizeInBytes();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RangeFiles(files, partly, rows, bytes);
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }
}
