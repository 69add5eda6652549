package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.sinks.iceberg.file.ColumnBatch;
import millrace.sinks.iceberg.file.ColumnFile;
import millrace.sinks.iceberg.file.ColumnFiles;
import millrace.sinks.iceberg.file.LeafColumn;
import millrace.sinks.iceberg.moved.RowMove;
import millrace.sinks.iceberg.rewrite.Rewriter.Rewritten;
import millrace.sinks.iceberg.table.IcebergTables;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;

/**
 * Reads the live rows of files and writes them anew without ever putting one together: first it is known which row follows
 * which, then each column is copied in that order, some rows at a time.
 *
 * <pre>
 *   sort columns of all files -> turns: 0 0 2 1 2 ...     (one file behind the other if the table has no order)
 *   column by column:            pages of file 0, 1, 2 -> values in that order -> pages
 * </pre>
 */
final class ColumnRewrite implements AutoCloseable {
    private final Table table;
    private final Destination destination;
    private final OpenColumns open;
    private final ColumnFiles files;
    private final List<ColumnSource> sources;
    private final long targetBytes;
    private final ColumnBatch batch;

    private final int[] taken;
    private final int[] runSource = new int[ColumnBatch.MOST_ROWS];
    private final int[] runRows = new int[ColumnBatch.MOST_ROWS];
    private int runs;

    private ColumnRewrite(Table table, Destination destination, OpenColumns open) {
        this.table = table;
        this.destination = destination;
        this.open = open;
        files = open.target();
        sources = open.sources();
        batch = new ColumnBatch(files.pageBytes());
        targetBytes = IcebergTables.targetFileSize(table);
        taken = new int[sources.size()];
    }

    /** Empty if rows must be put together for it: see {@link RecordRewrite}. */
    static Optional<ColumnRewrite> open(Table table, List<FileScanTask> tasks, Destination destination)
            throws IOException {
        boolean inOrder = table.sortOrder().isUnsorted()
                || tasks.stream().allMatch(t -> Rewriter.isInOrder(table, t.file()));
        return inOrder
                ? OpenColumns.open(table, tasks, destination).map(o -> new ColumnRewrite(table, destination, o))
                : Optional.empty();
    }

    Rewritten write(String name, Pace pace) throws IOException {
        NewFiles target = new NewFiles(table, destination, table.sortOrder(), name);
        boolean done = false;
        try {
            Map<String, RowMove> moves = table.sortOrder().isUnsorted()
                    ? inTheirOrder(target, pace)
                    : merged(target, pace);
            done = true;
            return target.rewritten(moves);
        } finally {
            if (!done) {
                target.discard();
            }
        }
    }

    private Map<String, RowMove> inTheirOrder(NewFiles target, Pace pace) throws IOException {
        write(new RowOrder.Sequential(sources), target, pace);
        Map<String, RowMove> moves = new LinkedHashMap<>();
        long base = 0;
        for (ColumnSource source : sources) {
            moves.put(source.file().location(),
                    new RowMove.Rank(source.file().recordCount(), base, source.dead().stream().toArray()));
            base += source.liveRows();
        }
        return moves;
    }

    private Map<String, RowMove> merged(NewFiles target, Pace pace) throws IOException {
        int[] turns = RowOrder.merged(table, sources);
        write(new RowOrder.Turns(turns), target, pace);
        List<int[]> places = sources.stream().map(s -> {
            int[] gone = new int[Math.toIntExact(s.file().recordCount())];
            Arrays.fill(gone, (int) RowMove.GONE);
            return gone;
        }).toList();
        int[] next = new int[sources.size()];
        for (int row = 0; row < turns.length; row++) {
            int source = turns[row];
            int position = sources.get(source).dead().nextClearBit(next[source]);
            places.get(source)[position] = row;
            next[source] = position + 1;
        }
        Map<String, RowMove> moves = new LinkedHashMap<>();
        for (int i = 0; i < sources.size(); i++) {
            moves.put(sources.get(i).file().location(), new RowMove.Permutation(places.get(i)));
        }
        return moves;
    }

    private void write(RowOrder order, NewFiles target, Pace pace) throws IOException {
        ColumnFile file = null;
        LeafColumn[] columns = {};
        try {
            for (int rows = batch(order); rows > 0; rows = batch(order)) {
                if (file == null) {
                    file = files.open(target.next());
                    columns = file.columns();
                }
                pace.read(copy(columns));
                batch.adapt(file.added(rows));
                if (file.length() >= targetBytes) {
                    target.finish(file.close());
                    file = null;
                }
            }
            if (order.source() >= 0) {
                throw new IllegalStateException("not all rows were found that should be there");
            }
            if (file != null) {
                target.finish(file.close());
                file = null;
            }
        } finally {
            if (file != null) {
                file.abort();
            }
        }
    }

    /** Notes which rows come next, no more than are ready in their files; returns how many. */
    private int batch(RowOrder order) throws IOException {
        Arrays.fill(taken, 0);
        runs = 0;
        int rows = 0;
        while (rows < batch.rows()) {
            int source = order.source();
            int ready = source < 0 ? 0 : sources.get(source).ready() - taken[source];
            if (ready == 0) {
                break;
            }
            int run = order.take(Math.min(ready, batch.rows() - rows));
            runSource[runs] = source;
            runRows[runs++] = run;
            taken[source] += run;
            rows += run;
        }
        return rows;
    }

    /** Copies the rows that are noted; returns what they took in their files. */
    private long copy(LeafColumn[] columns) throws IOException {
        for (int column = 0; column < columns.length; column++) {
            for (int run = 0; run < runs; run++) {
                sources.get(runSource[run]).copy(column, runRows[run], columns[column]);
            }
        }
        long bytes = 0;
        for (int i = 0; i < taken.length; i++) {
            if (taken[i] > 0) {
                bytes += sources.get(i).done(taken[i]);
            }
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        open.close();
    }
}
