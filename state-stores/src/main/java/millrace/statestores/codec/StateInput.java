package millrace.statestores.codec;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.ByteUtils;

/** Reads what a {@link StateOutput} wrote, in the same order. */
public final class StateInput {
    private final ByteBuffer buffer;

    public StateInput(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    public StateInput(byte[] bytes, int from, int length) {
        buffer = ByteBuffer.wrap(bytes, from, length);
    }

    public int readByte() {
        return buffer.get() & 0xff;
    }

    public boolean readBoolean() {
        return buffer.get() != 0;
    }

    public long readLong() {
        return ByteUtils.readVarlong(buffer);
    }

    public int readInt() {
        return ByteUtils.readVarint(buffer);
    }

    public long readSortable() {
        return buffer.getLong() ^ Long.MIN_VALUE;
    }

    public double readDouble() {
        return buffer.getDouble();
    }

    public byte[] readBytes() {
        return readRaw(readInt());
    }

    public byte[] readRaw(int length) {
        byte[] out = new byte[length];
        buffer.get(out);
        return out;
    }

    /** Passes over so many bytes. */
    public void skip(int length) {
        buffer.position(buffer.position() + length);
    }

    public boolean hasMore() {
        return buffer.hasRemaining();
    }

    public int position() {
        return buffer.position();
    }
}
