package millrace.sinks.iceberg.publish;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.delete.DeadRows;
import millrace.sinks.iceberg.delete.DeletedPositions;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.table.RangeFilter;
import millrace.sinks.iceberg.table.SinkProblem;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.StrictMetricsEvaluator;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;

/**
 * The rows of a stretch of time in one snapshot of a table, by file and position. Files that have rows of the stretch alone
 * are not read; of others one column is.
 */
final class RangeRows {
    private final Table table;
    private final RowRange range;
    private final StrictMetricsEvaluator whole;
    private final List<FileScanTask> tasks = new ArrayList<>();

    RangeRows(Table table, long snapshotId, RowRange range) {
        this.table = table;
        this.range = range;
        Expression filter = RangeFilter.of(range);
        whole = new StrictMetricsEvaluator(table.schema(), filter);
        try (CloseableIterable<FileScanTask> planned = table.newScan().useSnapshot(snapshotId).filter(filter)
                .includeColumnStats().planFiles()) {
            planned.forEach(tasks::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those that are live. */
    DeadRows live() {
        DeadRows rows = new DeadRows();
        for (FileScanTask task : tasks) {
            String file = task.file().location();
            Optional<PositionDeleteIndex> dead = DeletedPositions.of(table, task);
            LongConsumer add = p -> {
                if (dead.isEmpty() || !dead.get().isDeleted(p)) {
                    rows.add(file, p);
                }
            };
            if (whole.eval(task.file()) && dead.isEmpty()) {
                rows.add(file, 0, task.file().recordCount());
            } else if (whole.eval(task.file())) {
                LongStream.range(0, task.file().recordCount()).forEach(add);
            } else {
                positions(task.file(), range::has, add);
            }
        }
        return rows;
    }

    /** What to put into a table for them. */
    record Taken(List<DataFile> files, DeadRows unseen) {
        /** That are to be seen. */
        long rows() {
            return files.stream().mapToLong(DataFile::recordCount).sum() - unseen.count();
        }
    }

    /**
     * Their files, and which rows of those are not to be seen: dead ones, and those of other times.
     *
     * @param copies names the copies, if files are copied; unique for all time
     */
    Taken take(RangeSource.Files how, String copies) {
        List<DataFile> files = new ArrayList<>();
        DeadRows unseen = new DeadRows();
        for (FileScanTask task : tasks) {
            DeletedPositions.requireNoOthers(table, task);
            DataFile file = switch (how) {
                case AS_THEY_ARE -> task.file();
                case AS_COPIES -> copy(task.file(), copies + "-" + files.size());
            };
            files.add(file);
            DeletedPositions.of(table, task).ifPresent(dead -> dead.forEach(p -> unseen.add(file.location(), p)));
            if (!whole.eval(task.file())) {
                positions(task.file(), value -> !range.has(value), p -> unseen.add(file.location(), p));
            }
        }
        return new Taken(files, unseen);
    }

    private DataFile copy(DataFile file, String name) {
        PartitionSpec spec = table.specs().get(file.specId());
        StructLike partition = file.partition();
        OutputFileFactory names = OutputFileFactory.builderFor(table, 0, 0).operationId(name).format(file.format())
                .build();
        OutputFile copy = (spec.isUnpartitioned() ? names.newOutputFile() : names.newOutputFile(spec, partition))
                .encryptingOutputFile();
        try (InputStream in = table.io().newInputFile(file.location()).newStream();
                OutputStream out = copy.createOrOverwrite()) {
            in.transferTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return DataFiles.builder(spec).copy(file).withPath(copy.location()).build();
    }

    /** Of the rows whose time is as asked; of a row without a time it never is. */
    private void positions(DataFile file, LongPredicate which, LongConsumer to) {
        if (file.format() != FileFormat.PARQUET) {
            throw unfit(file.location() + " is no Parquet file, and has rows of other times too.");
        }
        Schema column = table.schema().select(range.column());
        long position = 0;
        try (CloseableIterable<Record> rows = Parquet.read(table.io().newInputFile(file.location())).project(column)
                .reuseContainers().createReaderFunc(type -> GenericParquetReaders.buildReader(column, type)).build()) {
            for (Record row : rows) {
                Object time = row.get(0);
                if (time != null && which.test(micros(time))) {
                    to.accept(position);
                }
                position++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long micros(Object time) {
        if (time instanceof Long number) {
            return number;
        }
        OffsetDateTime at = time instanceof LocalDateTime local
                ? local.atOffset(ZoneOffset.UTC)
                : (OffsetDateTime) time;
        return ChronoUnit.MICROS.between(OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC), at);
    }

    private ProblemException unfit(String message) {
        return new ProblemException(Problem.of(SinkProblem.RANGE_UNFIT, table.name(), message)
                .withRemedy(SinkProblem.RANGE_UNFIT.remedy()));
    }
}
