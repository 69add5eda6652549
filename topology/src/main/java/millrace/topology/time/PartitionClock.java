package millrace.topology.time;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import millrace.schemas.time.TaskWatermark;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.UnknownLayoutException;
import org.apache.kafka.common.Uuid;

/**
 * The clock of one source partition: the largest event time so far, in the order of offsets. It only goes forward. One
 * task owns it.
 */
public final class PartitionClock {
    /** Before any record: no event time is known. */
    public static final long UNSET = Long.MIN_VALUE;

    private final Uuid topicId;
    private long clock;
    private long nextOffset;

    public PartitionClock(Uuid topicId) {
        this(topicId, UNSET, 0);
    }

    /** Of a partition that is read from an offset on, before which its clock was this one; absent at its beginning. */
    public static PartitionClock startingAt(Uuid topicId, long offset, OptionalLong clock) {
        return new PartitionClock(topicId, clock.orElse(UNSET), offset);
    }

    PartitionClock(Uuid topicId, long clock, long nextOffset) {
        this.topicId = topicId;
        this.clock = clock;
        this.nextOffset = nextOffset;
    }

    /** Of the topic whose records moved this clock. */
    public Uuid topicId() {
        return topicId;
    }

    /** The largest event time so far, {@link #UNSET} or {@link TaskWatermark#END}. */
    public long value() {
        return clock;
    }

    /** Behind the last record that was seen, taken or refused. */
    public long nextOffset() {
        return nextOffset;
    }

    public void seen(long offset) {
        nextOffset = offset + 1;
    }

    /** Moves to a row's event time if that is later, and gives the clock that the row meets. */
    public long advance(long eventTime) {
        if (eventTime > clock) {
            clock = eventTime;
        }
        return clock;
    }

    /** Goes on from where the watermark is at least this one. */
    public void floor(long watermark, long disorder) {
        if (clock != TaskWatermark.END) {
            clock = Math.max(clock, watermark + disorder);
        }
    }

    /** Nothing that counts comes any more. */
    public void end() {
        clock = TaskWatermark.END;
    }

    /** The clock less a bound: {@link #UNSET} before the first row, {@link TaskWatermark#END} after the last. */
    public long minus(long micros) {
        if (clock == UNSET || clock == TaskWatermark.END) {
            return clock;
        }
        long less = clock - micros;
        return less > clock ? UNSET + 1 : less;
    }

    /** Version 1: topic id (16 bytes), clock (8), next offset (8). */
    public static final StateCodec<PartitionClock> CODEC = new StateCodec<>() {
        @Override
        public byte[] encode(PartitionClock c) {
            return ByteBuffer.allocate(33).put((byte) 1).putLong(c.topicId.getMostSignificantBits())
                    .putLong(c.topicId.getLeastSignificantBits()).putLong(c.clock).putLong(c.nextOffset).array();
        }

        @Override
        public PartitionClock decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("a partition's clock", bytes, 1);
            ByteBuffer in = ByteBuffer.wrap(bytes, 1, 32);
            return new PartitionClock(new Uuid(in.getLong(), in.getLong()), in.getLong(), in.getLong());
        }
    };
}
