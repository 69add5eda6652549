package millrace.topology.time;

import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.statestores.codec.UnknownLayoutException;

/**
 * How far an input has come.
 *
 * @param watermark no row before it that is on time is still to come; microseconds
 * @param horizon no row before it that still counts is to come; microseconds, at most the watermark
 */
public record Progress(long watermark, long horizon) {
    /** Nothing is known. */
    public static final Progress NONE = new Progress(PartitionClock.UNSET, PartitionClock.UNSET);

    /** What holds for both. */
    public Progress min(Progress o) {
        return new Progress(Math.min(watermark, o.watermark), Math.min(horizon, o.horizon));
    }

    /** What holds once both have been said of the same input: time does not go back. */
    public Progress max(Progress o) {
        return new Progress(Math.max(watermark, o.watermark), Math.max(horizon, o.horizon));
    }

    /** Version 1: watermark and horizon. */
    public static final StateCodec<Progress> CODEC = new StateCodec<>() {
        @Override
        public byte[] encode(Progress p) {
            return new StateOutput(17).writeByte(1).writeSortable(p.watermark).writeSortable(p.horizon).toBytes();
        }

        @Override
        public Progress decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("the progress of an input", bytes, 1);
            StateInput in = new StateInput(bytes, 1, bytes.length - 1);
            return new Progress(in.readSortable(), in.readSortable());
        }
    };
}
