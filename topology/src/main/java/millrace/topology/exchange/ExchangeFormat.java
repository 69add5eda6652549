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
 * What lies in an exchange's topic. A value begins with a byte: below 16 it is a row and the byte its change, 16 is the
 * progress of an upstream task.
 *
 * <pre>
 * row:      change, event time, event time - watermark, watermark - horizon,
 *           1 + source ordinal (0: computed), [partition, offset, within], the columns as Avro binary
 * progress: 16, task, tasks, watermark, horizon
 * </pre>
 *
 * Reuses buffers: an instance serves one task.
 */
final class ExchangeFormat {
    private static final int PROGRESS = 16;

    private final RowBytes rows;
    private final StateOutput out = new StateOutput();
    private int columnsAt;

    ExchangeFormat(FieldType.Struct row) {
        rows = new RowBytes(row);
    }

    /** The progress that one of the upstream tasks has made. */
    record UpstreamProgress(int task, int tasks, Progress progress) {}

    byte[] row(Element.Row row) {
        Origin origin = row.origin();
        out.reset().writeByte(row.change().ordinal()).writeLong(row.eventTime())
                .writeLong(row.eventTime() - row.watermark()).writeLong(row.watermark() - row.horizon())
                .writeInt(1 + origin.sourceOrdinal());
        if (origin.sourceOrdinal() >= 0) {
            out.writeInt(origin.partition()).writeLong(origin.offset()).writeInt(origin.within());
        }
        int length = rows.write(row.values());
        columnsAt = out.size();
        return out.writeRaw(rows.buffer(), 0, length).toBytes();
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

    Element.Row row(byte[] value) {
        StateInput in = new StateInput(value);
        Change change = Change.of(in.readByte());
        long eventTime = in.readLong();
        long watermark = eventTime - in.readLong();
        long horizon = watermark - in.readLong();
        int source = in.readInt() - 1;
        Origin origin = source < 0
                ? Origin.COMPUTED
                : new Origin.Remote(source, in.readInt(), in.readLong(), in.readInt());
        return new Element.Row(rows.read(value, in.position(), value.length - in.position()), change, eventTime,
                watermark, horizon, origin);
    }
}
