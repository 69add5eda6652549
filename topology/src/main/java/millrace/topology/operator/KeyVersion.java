package millrace.topology.operator;

import java.util.Arrays;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.statestores.codec.UnknownLayoutException;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.origin.Origin;

/**
 * What the newest record of a key says: its row, or that there is none. In one partition newer is what is behind. Of two
 * partitions it is what had met the later watermark, and of one watermark what is of the higher partition; that is one order
 * of all records, since watermarks do not go back in a partition.
 */
final class KeyVersion {
    private static final byte[] NONE = {};

    private boolean isDelete;
    private long eventTime;
    private long watermark;
    private long horizon;
    private Origin origin;
    private byte[] columns;

    private KeyVersion() {}

    static KeyVersion of(Element.Row row, RowBytes bytes) {
        KeyVersion version = new KeyVersion();
        version.become(row, bytes);
        return version;
    }

    void become(Element.Row row, RowBytes bytes) {
        isDelete = row.retracts();
        eventTime = row.eventTime();
        watermark = row.watermark();
        horizon = row.horizon();
        origin = row.origin();
        int length = isDelete ? 0 : bytes.write(row.values()); // which may take another buffer
        columns = isDelete ? NONE : Arrays.copyOf(bytes.buffer(), length);
    }

    boolean isOlderThan(Element.Row row) {
        if (origin.partition() == row.origin().partition()) {
            return origin.offset() < row.origin().offset();
        }
        return watermark == row.watermark()
                ? origin.partition() < row.origin().partition()
                : watermark < row.watermark();
    }

    boolean isDeletedBefore(long time) {
        return isDelete && watermark < time;
    }

    /** The row, as an insert with the clock that it had met; null if there is none. */
    Element.Row row(RowBytes bytes) {
        return isDelete
                ? null
                : new Element.Row(bytes.read(columns), Change.INSERT, eventTime, watermark, horizon, origin);
    }

    /**
     * Version 1: 1 for a delete, else 0; watermark (8 bytes), its distance from event time and horizon; 1 + source ordinal,
     * partition, offset, which of the record's rows; the columns as Avro binary.
     */
    static final StateCodec<KeyVersion> CODEC = new StateCodec<>() {
        @Override
        public byte[] encode(KeyVersion v) {
            return new StateOutput(48 + v.columns.length).writeByte(1).writeBoolean(v.isDelete)
                    .writeSortable(v.watermark).writeLong(v.eventTime - v.watermark).writeLong(v.watermark - v.horizon)
                    .writeInt(1 + v.origin.sourceOrdinal()).writeInt(v.origin.partition())
                    .writeLong(v.origin.offset()).writeInt(v.origin.within())
                    .writeRaw(v.columns, 0, v.columns.length).toBytes();
        }

        @Override
        public KeyVersion decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("a version of a key", bytes, 1);
            StateInput in = new StateInput(bytes, 1, bytes.length - 1);
            KeyVersion v = new KeyVersion();
            v.isDelete = in.readBoolean();
            v.watermark = in.readSortable();
            v.eventTime = v.watermark + in.readLong();
            v.horizon = v.watermark - in.readLong();
            int source = in.readInt() - 1;
            int partition = in.readInt();
            long offset = in.readLong();
            int within = in.readInt();
            v.origin = source < 0 ? Origin.COMPUTED : new Origin.Remote(source, partition, offset, within);
            v.columns = Arrays.copyOfRange(bytes, in.position(), bytes.length);
            return v;
        }
    };
}
