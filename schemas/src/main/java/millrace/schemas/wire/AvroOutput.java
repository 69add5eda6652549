package millrace.schemas.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing buffer of Avro binary. */
final class AvroOutput {
    private byte[] buffer = new byte[512];
    private int size;

    /** Starts over behind a header that the caller writes. */
    void start(int headerBytes) {
        size = headerBytes;
    }

    byte[] buffer() {
        return buffer;
    }

    int size() {
        return size;
    }

    byte[] copy() {
        return Arrays.copyOf(buffer, size);
    }

    void writeLong(long value) {
        room(10);
        long n = value << 1 ^ value >> 63;
        while ((n & ~0x7fL) != 0) {
            buffer[size++] = (byte) (n & 0x7f | 0x80);
            n >>>= 7;
        }
        buffer[size++] = (byte) n;
    }

    void writeBoolean(boolean value) {
        room(1);
        buffer[size++] = (byte) (value ? 1 : 0);
    }

    void writeFloat(float value) {
        room(4);
        writeLittleEndian(Float.floatToRawIntBits(value));
    }

    void writeDouble(double value) {
        room(8);
        long bits = Double.doubleToRawLongBits(value);
        writeLittleEndian((int) bits);
        writeLittleEndian((int) (bits >>> 32));
    }

    private void writeLittleEndian(int bits) {
        buffer[size++] = (byte) bits;
        buffer[size++] = (byte) (bits >>> 8);
        buffer[size++] = (byte) (bits >>> 16);
        buffer[size++] = (byte) (bits >>> 24);
    }

    void writeBytes(byte[] value) {
        writeLong(value.length);
        writeFixed(value);
    }

    void writeFixed(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, buffer, size, value.length);
        size += value.length;
    }

    void writeText(String value) {
        int length = value.length();
        // Most texts are short ASCII: written without a copy, unless a character turns out to be something else.
        if (length < 64) {
            room(length + 1);
            int p = size + 1;
            int i = 0;
            for (; i < length; i++) {
                char c = value.charAt(i);
                if (c >= 0x80) {
                    break;
                }
                buffer[p++] = (byte) c;
            }
            if (i == length) {
                buffer[size] = (byte) (length << 1);
                size = p;
                return;
            }
        }
        writeBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    private void room(int more) {
        if (size + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + more));
        }
    }
}
