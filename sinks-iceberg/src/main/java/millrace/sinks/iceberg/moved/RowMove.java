package millrace.sinks.iceberg.moved;

import java.util.Arrays;

/**
 * Where a rewrite has put the rows of one data file: the position of each among all rows that the rewrite has written, its
 * files one behind the other.
 */
public sealed interface RowMove {
    /** Of a row that no file has any more: it was dead when its file was rewritten, or has left the table with it. */
    long GONE = -1;

    /** How many rows the file had, dead ones included. */
    long rows();

    /** @param position in the file, from 0 and below {@link #rows} */
    long to(long position);

    /** The same behind so many rows of others. */
    RowMove behind(long others);

    /** All rows in their order, dead ones too. */
    record Shift(long rows, long base) implements RowMove {
        @Override
        public long to(long position) {
            return base + position;
        }

        @Override
        public RowMove behind(long others) {
            return new Shift(rows, base + others);
        }
    }

    /** No row is anywhere any more. */
    record Leave(long rows) implements RowMove {
        @Override
        public long to(long position) {
            return GONE;
        }

        @Override
        public RowMove behind(long others) {
            return this;
        }
    }

    /**
     * Live rows in their order.
     *
     * @param dead positions in the file, ascending
     */
    record Rank(long rows, long base, int[] dead) implements RowMove {
        @Override
        public long to(long position) {
            int found = Arrays.binarySearch(dead, Math.toIntExact(position));
            // Where it is not, the search says how many are before it.
            return found >= 0 ? GONE : base + position + (found + 1);
        }

        @Override
        public RowMove behind(long others) {
            return new Rank(rows, base + others, dead);
        }
    }

    /**
     * Live rows in another order.
     *
     * @param places one for each row of the file, {@link #GONE} for the dead
     */
    record Permutation(int[] places) implements RowMove {
        @Override
        public long rows() {
            return places.length;
        }

        @Override
        public long to(long position) {
            return places[Math.toIntExact(position)];
        }

        /** @throws ArithmeticException if there are more than two thousand million rows before the last */
        @Override
        public RowMove behind(long others) {
            return new Permutation(
                    Arrays.stream(places).map(p -> p == GONE ? p : Math.toIntExact(p + others)).toArray());
        }
    }
}
