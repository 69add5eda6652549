package millrace.topology.flow;

import java.util.Arrays;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.origin.Origin;

/**
 * The place of a row in the total order of all rows, which decides wherever order matters (first, last, ties): event
 * time, then where the row came from, never when it arrived.
 *
 * @param eventTime microseconds
 * @param source ordinal of its source; -1 for a row that was computed from several
 * @param within which of the rows made from one record; for a computed row 0
 * @param row the bytes of a computed row's values; empty for a row of a source
 */
public record RowOrder(long eventTime, int source, int partition, long offset, int within, byte[] row)
        implements
            Comparable<RowOrder> {
    private static final byte[] NONE = {};

    /** Where a row of a source stands. */
    public static RowOrder of(Element.Row row) {
        Origin origin = row.origin();
        return new RowOrder(row.eventTime(), origin.sourceOrdinal(), origin.partition(), origin.offset(),
                origin.within(), NONE);
    }

    /** Where a computed row stands: among rows of one time, by its bytes. */
    public static RowOrder ofComputed(long eventTime, byte[] row) {
        return new RowOrder(eventTime, -1, 0, 0, 0, row);
    }

    @Override
    public int compareTo(RowOrder o) {
        int c = compare(eventTime, source, partition, offset, within, o);
        return c != 0 ? c : Arrays.compareUnsigned(row, o.row);
    }

    /** The same as {@code RowOrder.of(row).compareTo(o)}, without making one. */
    public static int compare(Element.Row row, RowOrder o) {
        Origin origin = row.origin();
        int c = compare(row.eventTime(), origin.sourceOrdinal(), origin.partition(), origin.offset(),
                origin.within(), o);
        return c != 0 ? c : Arrays.compareUnsigned(NONE, o.row);
    }

    private static int compare(long eventTime, int source, int partition, long offset, int within, RowOrder o) {
        if (eventTime != o.eventTime) {
            return Long.compare(eventTime, o.eventTime);
        }
        if (source != o.source) {
            return Integer.compare(source, o.source);
        }
        if (partition != o.partition) {
            return Integer.compare(partition, o.partition);
        }
        return offset != o.offset ? Long.compare(offset, o.offset) : Integer.compare(within, o.within);
    }

    public void write(StateOutput out) {
        out.writeLong(eventTime).writeInt(source).writeInt(partition).writeLong(offset).writeInt(within)
                .writeBytes(row);
    }

    /** In a form whose bytes sort as places do; what stands before it in the buffer must be of one length. */
    public void writeSortable(StateOutput out) {
        out.writeSortable(eventTime).writeSortable(source).writeSortable(partition).writeSortable(offset)
                .writeSortable(within).writeRaw(row, 0, row.length);
    }

    public static RowOrder read(StateInput in) {
        return new RowOrder(in.readLong(), in.readInt(), in.readInt(), in.readLong(), in.readInt(), in.readBytes());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof RowOrder other && compareTo(other) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(eventTime) * 31 + Long.hashCode(offset) + partition + Arrays.hashCode(row);
    }
}
