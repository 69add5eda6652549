package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import millrace.sinks.iceberg.file.HeldColumn;
import millrace.sinks.iceberg.file.WholeColumnsFile;
import millrace.sinks.iceberg.moved.RowMove;
import millrace.sinks.iceberg.rewrite.Rewriter.Rewritten;
import millrace.sinks.iceberg.table.ZOrder;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.parquet.column.ColumnDescriptor;

/**
 * Puts the live rows of files along a {@link ZOrder}, so that rows that are alike in its columns share row groups and
 * pages, whose bounds let readers pass over them. One column at a time is in memory:
 *
 * <pre>
 *   columns of the order -> ranks -> places on the curve, sorted -> which row comes where
 *   each column:            values of all files -> in that order -> pages
 * </pre>
 *
 * Places go by ranks among the rows, not by values: the curve splits the rows where they are, however they are
 * distributed.
 */
final class ZOrderRewrite implements AutoCloseable {
    /** Of the values of one column, which are in memory together. */
    private static final long MOST_PAGE_BYTES = 192L << 20;
    /** The same in numbers, since a row may have many. */
    private static final long MOST_VALUES = 16_000_000;
    /** Row groups that readers can choose from, if those are large enough then. */
    private static final int GROUPS = 16;
    private static final long LEAST_GROUP_BYTES = 1 << 20;

    private final Table table;
    private final Destination destination;
    private final OpenColumns open;
    private final List<ColumnSource> sources;
    private final int[] curve;
    private final List<ColumnDescriptor> columns;
    private final int rows;

    private ZOrderRewrite(Table table, Destination destination, ZOrder order, OpenColumns open) {
        this.table = table;
        this.destination = destination;
        this.open = open;
        sources = open.sources();
        columns = open.columns();
        curve = order.columns().stream().mapToInt(this::column).toArray();
        rows = sources.stream().mapToInt(ColumnSource::liveRows).sum();
    }

    /** Empty if the table has no such order, or the files cannot be put in it: they are rewritten in theirs then. */
    static Optional<ZOrderRewrite> open(Table table, List<FileScanTask> tasks, Destination destination)
            throws IOException {
        Optional<ZOrder> order = ZOrder.of(table);
        long rows = tasks.stream().mapToLong(t -> t.file().recordCount()).sum();
        long bytes = tasks.stream().mapToLong(t -> t.file().fileSizeInBytes()).sum();
        if (order.isEmpty() || rows > RewriteRules.MOST_CURVED_ROWS || bytes > RewriteRules.MOST_CURVED) {
            return Optional.empty();
        }
        Optional<OpenColumns> open = OpenColumns.open(table, tasks, destination);
        if (open.isPresent() && !fitsInMemory(open.get())) {
            open.get().close();
            return Optional.empty();
        }
        return open.map(o -> new ZOrderRewrite(table, destination, order.get(), o));
    }

    private static boolean fitsInMemory(OpenColumns open) {
        return IntStream.range(0, open.columns().size()).allMatch(c -> fitsInMemory(open.sources(), c));
    }

    private static boolean fitsInMemory(List<ColumnSource> sources, int column) {
        return sources.stream().mapToLong(s -> s.pageBytes(column)).sum() <= MOST_PAGE_BYTES
                && sources.stream().mapToLong(s -> s.values(column)).sum() <= MOST_VALUES;
    }

    private int column(int id) {
        return IntStream.range(0, columns.size())
                .filter(c -> columns.get(c).getPrimitiveType().getId() != null
                        && columns.get(c).getPrimitiveType().getId().intValue() == id)
                .findFirst().orElseThrow();
    }

    Rewritten write(String name, Pace pace) throws IOException {
        NewFiles target = new NewFiles(table, destination, table.sortOrder(), name);
        if (rows == 0) {
            return target.rewritten(moves(new int[0]));
        }
        int[] order = order(pace);
        boolean done = false;
        WholeColumnsFile file = open.target().open(target.next(), rows, rowsOfGroup());
        try {
            for (int c = 0; c < columns.size(); c++) {
                HeldColumn column = hold(c, pace);
                file.write((first, count, to) -> {
                    for (int row = first; row < first + count; row++) {
                        column.copy(order[row], to);
                    }
                });
            }
            target.finish(file.close());
            done = true;
            return target.rewritten(moves(order));
        } finally {
            if (!done) {
                file.abort();
                target.discard();
            }
        }
    }

    /** Which live row comes where, those of all files counted through. */
    private int[] order(Pace pace) throws IOException {
        int bits = (Integer.SIZE - 1) / curve.length;
        int[] places = new int[rows];
        for (int c = 0; c < curve.length; c++) {
            int[] ranks = hold(curve[c], pace).ranks(bits);
            for (int row = 0; row < rows; row++) {
                places[row] |= spread(ranks[row], bits, c);
            }
        }
        // Rows in one place stay in the order of their files.
        long[] sorted = new long[rows];
        for (int row = 0; row < rows; row++) {
            sorted[row] = (long) places[row] << Integer.SIZE | row;
        }
        Arrays.sort(sorted);
        for (int row = 0; row < rows; row++) {
            places[row] = (int) sorted[row];
        }
        return places;
    }

    /** The bits of one column's rank where those of all take turns, the highest first. */
    private int spread(int rank, int bits, int column) {
        int place = 0;
        for (int bit = 0; bit < bits; bit++) {
            place |= (rank >>> bit & 1) << bit * curve.length + (curve.length - 1 - column);
        }
        return place;
    }

    private HeldColumn hold(int column, Pace pace) throws IOException {
        HeldColumn held = new HeldColumn(columns.get(column));
        for (ColumnSource source : sources) {
            pace.read(source.copyAll(column, held));
        }
        if (held.rows() != rows) {
            throw new IllegalStateException(columns.get(column) + " has " + held.rows() + " rows, expected " + rows);
        }
        return held;
    }

    private int rowsOfGroup() {
        double bytes = Math.max(1, sources.stream().mapToDouble(
                s -> (double) s.file().fileSizeInBytes() * s.liveRows() / Math.max(1, s.file().recordCount())).sum());
        double group = Math.min(open.target().rowGroupBytes(), Math.max(LEAST_GROUP_BYTES, bytes / GROUPS));
        return (int) Math.max(1, Math.min(rows, rows * (group / bytes)));
    }

    private Map<String, RowMove> moves(int[] order) {
        int[] placeOf = new int[rows];
        for (int place = 0; place < rows; place++) {
            placeOf[order[place]] = place;
        }
        Map<String, RowMove> moves = new LinkedHashMap<>();
        int row = 0;
        for (ColumnSource source : sources) {
            int[] places = new int[Math.toIntExact(source.file().recordCount())];
            for (int position = 0; position < places.length; position++) {
                places[position] = source.dead().get(position) ? (int) RowMove.GONE : placeOf[row++];
            }
            moves.put(source.file().location(), new RowMove.Permutation(places));
        }
        return moves;
    }

    @Override
    public void close() throws IOException {
        open.close();
    }
}
