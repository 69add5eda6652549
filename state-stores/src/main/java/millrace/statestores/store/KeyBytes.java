package millrace.statestores.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The bytes of a key, as a key of hash maps. One that is {@link #pointAt pointed} at a buffer serves to look up without
 * allocation; what a map keeps is a {@link #copy}.
 */
public final class KeyBytes {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes;
    private int length;
    private int hash;

    public KeyBytes() {
        this(new byte[0]);
    }

    public KeyBytes(byte[] bytes) {
        pointAt(bytes, bytes.length);
    }

    /** Stands for the first bytes of a buffer until that changes. */
    public KeyBytes pointAt(byte[] buffer, int count) {
        bytes = buffer;
        length = count;
        // The usual 31 * h + b gives the few bytes of consecutive numbers the same value again and again.
        long h = count;
        int i = 0;
        for (; i + Long.BYTES <= count; i += Long.BYTES) {
            h = mix(h ^ (long) LONGS.get(buffer, i));
        }
        long rest = 0;
        for (; i < count; i++) {
            rest = rest << 8 | buffer[i] & 0xff;
        }
        h = mix(h ^ rest);
        hash = (int) (h ^ h >>> 32);
        return this;
    }

    private static long mix(long h) {
        long product = h * 0x9E3779B97F4A7C15L;
        return product ^ product >>> 29;
    }

    /** One whose bytes nobody changes. */
    public KeyBytes copy() {
        return new KeyBytes(Arrays.copyOf(bytes, length));
    }

    /** The key's own array; only of a copy. */
    public byte[] bytes() {
        return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
    }

    public int length() {
        return length;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof KeyBytes other && hash == other.hash
                && Arrays.equals(bytes, 0, length, other.bytes, 0, other.length);
    }
}
