package millrace.topology.operator;

import java.util.Arrays;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.operator.SideOperator.Side;

/** The place of a row that waits for a time: that time, the side it is of, and the id by which that side knows it. */
final class Waiting {
    private static final long SLICE = 1_000_000;
    private static final int HEAD = Long.BYTES + 1;

    private Waiting() {}

    static long sliceOf(long time) {
        return Math.floorDiv(time, SLICE);
    }

    static byte[] id(Side side, long closing, byte[] entry) {
        return new StateOutput(13 + entry.length).writeSortable(closing).writeByte(side.ordinal())
                .writeRaw(entry, 0, entry.length)
                .toBytes();
    }

    static long closing(byte[] id) {
        return new StateInput(id, 0, Long.BYTES).readSortable();
    }

    static byte[] entry(byte[] id) {
        return Arrays.copyOfRange(id, HEAD, id.length);
    }
}
