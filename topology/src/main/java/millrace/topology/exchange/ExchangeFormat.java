package millrace.topology.exchange;

import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.origin.Origin;
import millrace.topology.time.Progress;

/**
 * What lies in an exchange's topic. A value begins with a byte: 16 is the progress of an upstream task, 17 are rows that
 * follow one another. Below 16 it is the change of a row that is alone, as an older engine wrote it: its columns have no
 * length, and the record has its timestamp.
 *
 * <pre>
 * progress: 16, task, tasks, watermark, horizon
 * rows:     17, and of each: timestamp - that of the row before it (0),
 *           change, event time, event time - watermark, watermark - horizon,
 *           1 + source ordinal (0: computed), [partition, offset, within], the length of the columns, the columns as
 *           Avro binary
 * </pre>
 *
 * Reuses buffers: an instance serves one task.
 */
final class ExchangeFormat {
    private static final int PROGRESS = 16;
    static final int ROWS = 17;

    private final RowBytes rows;
    private final StateOutput out = new StateOutput();
    private int columnsAt;

    ExchangeFormat(FieldType.Struct row) {
        rows = new RowBytes(row);
    }

    /** The progress that one of the upstream tasks has made. */
    record UpstreamProgress(int task, int tasks, Progress progress) {}

    /** Takes rows, each with the timestamp of the record that has led to it. */
    interface RowTaker {
        void take(Element.Row row, long timestamp);
    }

    /** Writes a row into {@link #written}, where it stays until the next call of this object. */
    void write(Element.Row row) {
        Origin origin = row.origin();
        out.reset().writeByte(row.change().ordinal()).writeLong(row.eventTime())
                .writeLong(row.eventTime() - row.watermark()).writeLong(row.watermark() - row.horizon())
                .writeInt(1 + origin.sourceOrdinal());
        if (origin.sourceOrdinal() >= 0) {
            out.writeInt(origin.partition()).writeLong(origin.offset()).writeInt(origin.within());
        }
        int length = rows.write(row.values());
        out.writeInt(length);
        columnsAt = out.size();
        out.writeRaw(rows.buffer(), 0, length);
    }

    /** The row that was written last. */
    StateOutput written() {
        return out;
    }

    /** Where the columns begin in the row that was written last; what is before them tells when and how it came. */
    int columnsAt() {
        return columnsAt;
    }

    byte[] progress(int task, int tasks, Progress progress) {
        return out.reset().writeByte(PROGRESS).writeInt(task).writeInt(tasks).writeSortable(progress.watermark())
                .writeSortable(progress.horizon()).toBytes();
    }

    static boolean isProgress(byte[] value) {
        return value[0] == PROGRESS;
    }

    static UpstreamProgress progress(byte[] value) {
        StateInput in = new StateInput(value, 1, value.length - 1);
        return new UpstreamProgress(in.readInt(), in.readInt(), new Progress(in.readSortable(), in.readSortable()));
    }

    /**
     * Gives the rows of a value in their order.
     *
     * @param recordTimestamp of the record that has the value
     * @throws IllegalStateException if it is none that an exchange holds
     */
    void forEachRow(byte[] value, long recordTimestamp, RowTaker taker) {
        if (value[0] >= 0 && value[0] < PROGRESS) {
            taker.take(row(value, new StateInput(value), true), recordTimestamp);
            return;
        }
        if (value[0] != ROWS) {
            throw new IllegalStateException("an exchange holds a value that begins with " + value[0] + ", expected "
                    + PROGRESS + " or " + ROWS + ": another version of the engine has written it");
        }
        StateInput in = new StateInput(value, 1, value.length - 1);
        long timestamp = 0;
        while (in.hasMore()) {
            timestamp += in.readLong();
            taker.take(row(value, in, false), timestamp);
        }
    }

    private Element.Row row(byte[] value, StateInput in, boolean isAlone) {
        Change change = Change.of(in.readByte());
        long eventTime = in.readLong();
        long watermark = eventTime - in.readLong();
        long horizon = watermark - in.readLong();
        int source = in.readInt() - 1;
        Origin origin = source < 0
                ? Origin.COMPUTED
                : new Origin.Remote(source, in.readInt(), in.readLong(), in.readInt());
        int length = isAlone ? value.length - in.position() : in.readInt();
        int columns = in.position();
        in.skip(length);
        return new Element.Row(rows.read(value, columns, length), change, eventTime, watermark, horizon, origin);
    }
}
