package millrace.topology.operator;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.origin.Origin;
import millrace.topology.plan.SortColumn;

/**
 * Rows as ids that sort: by columns, then by the total order of rows. An id holds the whole row. Rows that are the same
 * in everything are numbered.
 *
 * <pre>
 * the columns of the order | event time, source, partition, offset, within | row | which of the same | length of the first part
 * </pre>
 *
 * Reuses buffers: an instance serves one task.
 */
final class RowIds {
    private static final int PLACE = 2 * Long.BYTES + 3 * Integer.BYTES;
    private static final int TAIL = 2 * Integer.BYTES;

    private final SortedBytes[] order;
    /** Whether rows that the columns do not tell apart run from the latest to the first. */
    private final boolean backwards;
    private final RowBytes rows;
    private final StateOutput out = new StateOutput();

    /** By columns; without any from the latest row to the first. */
    RowIds(FieldType.Struct row, List<SortColumn> order) {
        this(row, order, order.isEmpty() || isDescendingTime(row, order.get(order.size() - 1)));
    }

    /** By the total order alone, from the first row to the latest. */
    static RowIds inTotalOrder(FieldType.Struct row) {
        return new RowIds(row, List.of(), false);
    }

    private static boolean isDescendingTime(FieldType.Struct row, SortColumn last) {
        return last.direction() == SortColumn.Direction.DESCENDING
                && row.fields().get(last.column()).type() instanceof FieldType.Timestamp;
    }

    private RowIds(FieldType.Struct row, List<SortColumn> order, boolean backwards) {
        this.backwards = backwards;
        this.order = order.stream().map(o -> new SortedBytes(row.fields().get(o.column()).type(), o))
                .toArray(SortedBytes[]::new);
        rows = new RowBytes(row);
    }

    /** Writes the id of the first of its kind into {@link #buffer}, and returns how many bytes it is. */
    int write(Element.Row row) {
        out.reset();
        for (SortedBytes by : order) {
            by.write(row.values()[by.column()], out);
        }
        int length = out.size();
        Origin origin = row.origin();
        out.writeSortable(row.eventTime());
        fixed(origin.sourceOrdinal());
        fixed(origin.partition());
        out.writeSortable(origin.offset());
        fixed(origin.within());
        int bytes = rows.write(row.values());
        out.writeRaw(rows.buffer(), 0, bytes);
        if (backwards) {
            SortedBytes.invert(out.array(), length, out.size());
        }
        fixed(0);
        fixed(length);
        return out.size();
    }

    private void fixed(int value) {
        int sortable = value ^ Integer.MIN_VALUE;
        out.writeByte(sortable >>> 24).writeByte(sortable >>> 16).writeByte(sortable >>> 8).writeByte(sortable);
    }

    byte[] buffer() {
        return out.array();
    }

    /** What was written, in an array of its own. */
    byte[] copy() {
        return out.toBytes();
    }

    /** The id of the next row that is the same in everything. */
    static byte[] next(byte[] id) {
        byte[] next = id.clone();
        ByteBuffer bytes = ByteBuffer.wrap(next);
        bytes.putInt(id.length - TAIL, bytes.getInt(id.length - TAIL) + 1);
        return next;
    }

    /** Whether the columns of the order do not tell two ids apart. */
    static boolean isSamePlace(byte[] one, byte[] other) {
        int length = ByteBuffer.wrap(one).getInt(one.length - Integer.BYTES) ^ Integer.MIN_VALUE;
        return length <= other.length && Arrays.equals(one, 0, length, other, 0, length);
    }

    /** The event time of an id that no column comes before. */
    static long time(byte[] id) {
        return ByteBuffer.wrap(id).getLong() ^ Long.MIN_VALUE;
    }

    /** Whether the rows of two ids that no column comes before are the same, whenever they came. */
    static boolean isSameRow(byte[] one, byte[] other) {
        return Arrays.equals(one, PLACE, one.length - TAIL, other, PLACE, other.length - TAIL);
    }

    /** The row of an id, as an insert with the clock that it had met. */
    Element.Row row(byte[] id, long watermark, long horizon) {
        int length = ByteBuffer.wrap(id).getInt(id.length - Integer.BYTES) ^ Integer.MIN_VALUE;
        byte[] of = id;
        if (backwards) {
            of = id.clone();
            SortedBytes.invert(of, length, of.length - TAIL);
        }
        ByteBuffer bytes = ByteBuffer.wrap(of, length, of.length - length);
        long time = bytes.getLong() ^ Long.MIN_VALUE;
        int source = bytes.getInt() ^ Integer.MIN_VALUE;
        int partition = bytes.getInt() ^ Integer.MIN_VALUE;
        long offset = bytes.getLong() ^ Long.MIN_VALUE;
        int within = bytes.getInt() ^ Integer.MIN_VALUE;
        int from = length + PLACE;
        return new Element.Row(rows.read(of, from, of.length - TAIL - from), Change.INSERT, time, watermark, horizon,
                source < 0 ? Origin.COMPUTED : new Origin.Remote(source, partition, offset, within));
    }

    /** Whether the id in the buffer comes before another. */
    boolean isBefore(byte[] other, int length) {
        return Arrays.compareUnsigned(out.array(), 0, length, other, 0, other.length) < 0;
    }
}
