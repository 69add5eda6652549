package millrace.sinks.iceberg.file;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Growing bytes in Parquet's encodings. */
final class PageBuffer {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    byte[] bytes;
    int size;

    PageBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    void clear() {
        size = 0;
    }

    void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes,
                    Math.max(Math.addExact(size, more), (int) Math.min(1L << 30, bytes.length * 2L)));
        }
    }

    void putByte(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    void putInt(int value) {
        ensure(4);
        INTS.set(bytes, size, value);
        size += 4;
    }

    void putLong(long value) {
        ensure(8);
        LONGS.set(bytes, size, value);
        size += 8;
    }

    void putBytes(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    /** A length of four bytes and then the bytes: a plain value of a binary column. */
    void putBinary(byte[] source, int offset, int length) {
        ensure(length + 4);
        INTS.set(bytes, size, length);
        System.arraycopy(source, offset, bytes, size + 4, length);
        size += length + 4;
    }

    private void putVarInt(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            putByte(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        putByte(rest);
    }

    /** Levels of a page of the first version: their length, then one run of packed bits. */
    void putLevels(byte[] levels, int count, int most) {
        int start = size;
        putInt(0);
        int[] wide = new int[count];
        for (int i = 0; i < count; i++) {
            wide[i] = levels[i];
        }
        putPacked(wide, count, 32 - Integer.numberOfLeadingZeros(most));
        INTS.set(bytes, start, size - start - 4);
    }

    /** The same where all are equal, as one run. */
    void putSameLevel(int level, int count, int most) {
        int start = size;
        putInt(0);
        putRun(level, count, 32 - Integer.numberOfLeadingZeros(most));
        INTS.set(bytes, start, size - start - 4);
    }

    /** Dictionary ids of a page: their width in bits, then the same choice of runs. */
    void putIds(int[] ids, int count, int dictionarySize) {
        int width = 32 - Integer.numberOfLeadingZeros(Math.max(1, dictionarySize - 1));
        putByte(width);
        if (count == 0) {
            return;
        }
        for (int i = 1; i < count; i++) {
            if (ids[i] != ids[0]) {
                putPacked(ids, count, width);
                return;
            }
        }
        putRun(ids[0], count, width);
    }

    private void putRun(int value, int count, int width) {
        putVarInt(count << 1);
        for (int shift = 0; shift < width; shift += 8) {
            putByte(value >>> shift);
        }
    }

    /** All values in groups of eight, lowest bit first; the last group is filled with zeros. */
    private void putPacked(int[] values, int count, int width) {
        int groups = (count + 7) >>> 3;
        putVarInt(groups << 1 | 1);
        int end = size + groups * width;
        ensure(groups * width + 8);
        byte[] out = bytes;
        int p = size;
        long pending = 0;
        int bits = 0;
        for (int i = 0; i < count; i++) {
            pending |= (long) values[i] << bits;
            bits += width;
            if (bits >= 32) {
                INTS.set(out, p, (int) pending);
                p += 4;
                pending >>>= 32;
                bits -= 32;
            }
        }
        LONGS.set(out, p, pending);
        p += 8;
        if (p < end) {
            Arrays.fill(out, p, end, (byte) 0);
        }
        size = end;
    }
}
