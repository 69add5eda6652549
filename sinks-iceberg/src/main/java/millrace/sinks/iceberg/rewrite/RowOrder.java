package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrderComparators;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.parquet.InternalReader;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.TypeUtil;

/**
 * From which file each row comes that a rewrite writes. Every file keeps the order of its live rows, so that this says it
 * all.
 */
interface RowOrder {
    /** Number of the file that the next row is of; -1 if there is none. */
    int source();

    /** Takes as many of the next rows as are of that file, at most so many; returns how many. */
    int take(int most);

    /**
     * The {@link Turns} such that the table's order holds, as it does in every file; rows that are equal in it are in the
     * files' order.
     */
    static int[] merged(Table table, List<ColumnSource> sources) throws IOException {
        Schema keys = TypeUtil.select(table.schema(),
                table.sortOrder().fields().stream().map(SortField::sourceId).collect(Collectors.toSet()));
        Comparator<StructLike> order = SortOrderComparators.forSchema(keys, table.sortOrder());
        int[] turns = new int[sources.stream().mapToInt(ColumnSource::liveRows).sum()];
        List<Keys> open = new ArrayList<>();
        try {
            PriorityQueue<Keys> next = new PriorityQueue<>(
                    Comparator.comparing(Keys::row, order).thenComparingInt(Keys::source));
            for (ColumnSource source : sources) {
                Keys of = new Keys(table, keys, source, open.size());
                open.add(of);
                if (of.next()) {
                    next.add(of);
                }
            }
            for (int row = 0; row < turns.length; row++) {
                Keys least = next.poll();
                turns[row] = least.source();
                if (least.next()) {
                    next.add(least);
                }
            }
            return turns;
        } finally {
            for (Keys keysOfOne : open) {
                keysOfOne.close();
            }
        }
    }

    /** One file behind the other. */
    final class Sequential implements RowOrder {
        private final int[] left;
        private int source;

        Sequential(List<ColumnSource> sources) {
            left = sources.stream().mapToInt(ColumnSource::liveRows).toArray();
        }

        @Override
        public int source() {
            while (source < left.length && left[source] == 0) {
                source++;
            }
            return source < left.length ? source : -1;
        }

        @Override
        public int take(int most) {
            int taken = Math.min(most, left[source()]);
            left[source] -= taken;
            return taken;
        }
    }

    /** Files take turns. */
    final class Turns implements RowOrder {
        private final int[] sources;
        private int at;

        Turns(int[] sources) {
            this.sources = sources;
        }

        @Override
        public int source() {
            return at < sources.length ? sources[at] : -1;
        }

        @Override
        public int take(int most) {
            int from = at;
            int end = (int) Math.min(sources.length, (long) from + most);
            int source = sources[from];
            while (at < end && sources[at] == source) {
                at++;
            }
            return at - from;
        }
    }

    /** What a file's live rows are ordered by. */
    final class Keys implements AutoCloseable {
        private final CloseableIterator<StructLike> all;
        private final BitSet dead;
        private final int source;
        private StructLike row;
        private int read;

        private Keys(Table table, Schema keys, ColumnSource of, int source) {
            this.source = source;
            dead = of.dead();
            all = Parquet.read(table.io().newInputFile(of.file())).project(keys).reuseContainers()
                    .createReaderFunc(type -> InternalReader.create(keys, type)).<StructLike>build().iterator();
        }

        private boolean next() {
            while (all.hasNext()) {
                row = all.next();
                if (!dead.get(read++)) {
                    return true;
                }
            }
            return false;
        }

        private StructLike row() {
            return row;
        }

        private int source() {
            return source;
        }

        @Override
        public void close() throws IOException {
            all.close();
        }
    }
}
