package millrace.statestores.store;

import java.util.Arrays;

/**
 * The bytes of a key, as a key of hash maps. One that is {@link #pointAt pointed} at a buffer serves to look up without
 * allocation; what a map keeps is a {@link #copy}.
 */
public final class KeyBytes {
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
        int h = 1;
        for (int i = 0; i < count; i++) {
            h = 31 * h + buffer[i];
        }
        // Hash tables look at the low bits; short keys differ in few.
        hash = h * 0x9E3779B1;
        hash ^= hash >>> 15;
        return this;
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
