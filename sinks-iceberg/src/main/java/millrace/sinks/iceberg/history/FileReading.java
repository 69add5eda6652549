package millrace.sinks.iceberg.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.delete.DeletedPositions;
import millrace.sinks.iceberg.read.FileBounds;
import millrace.sinks.iceberg.table.SinkProblem;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.parquet.InternalReader;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.parquet.Parquet;

/** Reads the rows of a file from its beginning, block by block. Not for use by several threads. */
final class FileReading implements AutoCloseable {
    private final Table table;
    private final FileScanTask task;
    private final Schema projection;
    private final FileBounds bounds;
    private final Supplier<RowBlocks> index;
    /** Null as long as nobody needs to know more than the bounds. */
    private RowBlocks blocks;
    private CloseableIterable<StructLike> rows;
    private CloseableIterator<StructLike> next;
    private Optional<PositionDeleteIndex> dead = Optional.empty();
    private int block;
    private long position;

    /**
     * Opens nothing before the file is needed.
     *
     * @param bounds what its manifest says of it
     * @param index looks where in it the records of each partition are
     */
    FileReading(Table table, FileScanTask task, Schema projection, FileBounds bounds, Supplier<RowBlocks> index) {
        this.table = table;
        this.task = task;
        this.projection = projection;
        this.bounds = bounds;
        this.index = index;
    }

    /** Where in a file the records of each partition are, by two columns of it. */
    static RowBlocks blocks(Table table, FileScanTask task, Schema origin) {
        RowBlocks.Builder builder = new RowBlocks.Builder();
        Optional<PositionDeleteIndex> dead = dead(table, task);
        long position = 0;
        try (CloseableIterable<StructLike> rows = open(table, task, origin)) {
            for (StructLike row : rows) {
                if (dead.isPresent() && dead.get().isDeleted(position)) {
                    builder.skip();
                } else {
                    builder.add(row.get(0, Integer.class), row.get(1, Long.class));
                }
                position++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return builder.build();
    }

    private static CloseableIterable<StructLike> open(Table table, FileScanTask task, Schema projection) {
        if (task.file().format() != FileFormat.PARQUET) {
            throw new ProblemException(Problem.of(SinkProblem.RANGE_UNFIT, table.name(), task.file().location()
                    + " is no Parquet file.").withRemedy(SinkProblem.RANGE_UNFIT.remedy()));
        }
        return Parquet.read(table.io().newInputFile(task.file().location())).project(projection).reuseContainers()
                .createReaderFunc(type -> InternalReader.create(projection, type)).build();
    }

    private static Optional<PositionDeleteIndex> dead(Table table, FileScanTask task) {
        DeletedPositions.requireNoOthers(table, task);
        return DeletedPositions.of(table, task);
    }

    /**
     * No offset of a partition that has not been read is less; the largest number there is if there is none. It grows as the
     * file is looked into and read.
     */
    long least(int partition) {
        return blocks == null ? bounds.least(partition) : blocks.leastFrom(block, partition);
    }

    /** Whether somebody has looked into the file. */
    boolean isKnown() {
        return blocks != null;
    }

    /** Looks into it: what its manifest says may be far from what it has of a partition. */
    void look() {
        blocks = index.get();
    }

    boolean isDone() {
        return blocks != null && block >= blocks.blocks();
    }

    /** Gives the live rows of the next block; each is another's once the next one is given. */
    void read(Consumer<StructLike> to) {
        if (next == null) {
            dead = dead(table, task);
            rows = open(table, task, projection);
            next = rows.iterator();
        }
        for (int i = 0; i < RowBlocks.ROWS && next.hasNext(); i++) {
            StructLike row = next.next();
            if (dead.isEmpty() || !dead.get().isDeleted(position)) {
                to.accept(row);
            }
            position++;
        }
        block++;
        if (isDone()) {
            close();
        }
    }

    @Override
    public void close() {
        try {
            if (next != null) {
                next.close();
                rows.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
