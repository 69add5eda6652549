package millrace.sinks.iceberg.read;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.table.RangeFilter;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
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
        Expression filter = RangeFilter.of(new RowRange(column, micros(from), micros(to)));
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

    private static OptionalLong micros(Optional<Instant> time) {
        return time.map(t -> OptionalLong.of(ChronoUnit.MICROS.between(Instant.EPOCH, t)))
                .orElse(OptionalLong.empty());
    }
}
