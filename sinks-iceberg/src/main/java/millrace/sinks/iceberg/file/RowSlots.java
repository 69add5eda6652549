package millrace.sinks.iceberg.file;

import java.util.Arrays;
import org.apache.kafka.common.header.Headers;

/**
 * One decoded record: a slot for each top-level column of the table, then one for each nested column that partitioning
 * or order asks for. A slot is a number, two halves of a wide number, a range of bytes, the two parts of a variant, or where a nested value
 * starts.
 */
final class RowSlots {
    final boolean[] absent;
    final long[] number;
    final long[] high;
    /** The bytes that a slot's range points into. */
    final byte[][] source;
    /** Reads the record's columns with parts; null if the record could not be read. */
    RowReader reader;
    Headers headers;
    /** About how many bytes the record is. */
    int size;

    RowSlots(int slots) {
        absent = new boolean[slots];
        number = new long[slots];
        high = new long[slots];
        source = new byte[slots][];
    }

    void clear() {
        Arrays.fill(absent, true);
        reader = null;
    }

    void setNumber(int slot, long value) {
        absent[slot] = false;
        number[slot] = value;
    }

    void setWide(int slot, long highHalf, long lowHalf) {
        absent[slot] = false;
        high[slot] = highHalf;
        number[slot] = lowHalf;
    }

    void setBytes(int slot, byte[] bytes, int offset, int length) {
        absent[slot] = false;
        source[slot] = bytes;
        number[slot] = (long) offset << 32 | length;
    }

    /** The encoded names of a variant, and from {@code split} on its value. */
    void setVariant(int slot, byte[] bytes, int split) {
        setBytes(slot, bytes, 0, bytes.length);
        high[slot] = split;
    }

    int offset(int slot) {
        return (int) (number[slot] >>> 32);
    }

    int length(int slot) {
        return (int) number[slot];
    }
}
