package millrace.topology.exchange;

import millrace.statestores.codec.StateOutput;

/**
 * Rows on their way to one partition, which go as one record: a record costs a producer, a broker and a consumer more than
 * a row in it. Not large, so that what a poll brings stays little.
 */
final class RowPack {
    /** Bytes from which on a pack goes, with the row that has made it so large. */
    static final int FULL = 4 << 10;

    /** A buffer that a large row has made larger than this is not kept. */
    private static final int LARGE = 64 << 10;

    private StateOutput out = new StateOutput();
    private long timestamp;

    /** Adds a row as {@link ExchangeFormat#write} has written it. */
    void add(StateOutput row, long rowTimestamp) {
        if (isEmpty()) {
            out.writeByte(ExchangeFormat.ROWS);
            timestamp = 0;
        }
        out.writeLong(rowTimestamp - timestamp).writeRaw(row.array(), 0, row.size());
        timestamp = rowTimestamp;
    }

    boolean isEmpty() {
        return out.size() == 0;
    }

    boolean isFull() {
        return out.size() >= FULL;
    }

    /** Whether it is not full either with so many bytes more; a large row goes alone. */
    boolean hasRoomFor(int bytes) {
        return out.size() + bytes <= FULL;
    }

    /** Of the last row. */
    long timestamp() {
        return timestamp;
    }

    /** The record's value; the pack is empty after that. */
    byte[] take() {
        byte[] value = out.toBytes();
        if (value.length > LARGE) {
            out = new StateOutput();
        } else {
            out.reset();
        }
        return value;
    }
}
