package millrace.statestores.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.utils.ByteUtils;

/** A growing buffer of state bytes. Reused: an instance serves one task. */
public final class StateOutput {
    private ByteBuffer buffer;

    public StateOutput() {
        this(256);
    }

    /** @param bytes that it has room for at first */
    public StateOutput(int bytes) {
        buffer = ByteBuffer.allocate(bytes);
    }

    /** Forgets what was written. */
    public StateOutput reset() {
        buffer.clear();
        return this;
    }

    public StateOutput writeByte(int value) {
        room(1).put((byte) value);
        return this;
    }

    public StateOutput writeBoolean(boolean value) {
        return writeByte(value ? 1 : 0);
    }

    /** Small numbers of either sign take few bytes. */
    public StateOutput writeLong(long value) {
        ByteUtils.writeVarlong(value, room(10));
        return this;
    }

    public StateOutput writeInt(int value) {
        ByteUtils.writeVarint(value, room(5));
        return this;
    }

    /** Always eight bytes, in an order that sorts as the numbers do. */
    public StateOutput writeSortable(long value) {
        room(8).putLong(value ^ Long.MIN_VALUE);
        return this;
    }

    public StateOutput writeDouble(double value) {
        room(8).putDouble(value);
        return this;
    }

    /** A length and the bytes. */
    public StateOutput writeBytes(byte[] value) {
        return writeInt(value.length).writeRaw(value, 0, value.length);
    }

    /** The bytes alone. */
    public StateOutput writeRaw(byte[] value, int from, int length) {
        room(length).put(value, from, length);
        return this;
    }

    public int size() {
        return buffer.position();
    }

    /** What was written, in an array of its own. */
    public byte[] toBytes() {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    /** The array written to, valid up to {@link #size} and until the next write. */
    public byte[] array() {
        return buffer.array();
    }

    private ByteBuffer room(int more) {
        if (buffer.remaining() < more) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(buffer.capacity() * 2, buffer.position() + more));
            buffer.flip();
            larger.put(buffer);
            buffer = larger;
        }
        return buffer;
    }
}
