package millrace.sinks.iceberg.file;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Distinct byte strings in the order they came, laid out as a dictionary page and found by open addressing. */
final class BytesDictionary {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int SMALLEST = 256;

    /** Each entry as a plain value: its length in four bytes, then its bytes. */
    private final PageBuffer entries = new PageBuffer(1 << 10);
    private int[] starts = new int[SMALLEST / 2 + 1];
    private int[] hashes = new int[SMALLEST / 2];
    private int[] table = new int[SMALLEST];
    private int size;

    int size() {
        return size;
    }

    PageBuffer bytes() {
        return entries;
    }

    void putEntry(int id, PageBuffer target) {
        target.putBytes(entries.bytes, starts[id], starts[id + 1] - starts[id]);
    }

    /** Gives an entry to a column. */
    void give(int id, LeafColumn to, int repetition, int definition) {
        int start = starts[id] + 4;
        to.bytes(entries.bytes, start, starts[id + 1] - start, repetition, definition);
    }

    /** As unsigned bytes. */
    int compare(int id, int other) {
        return id == other
                ? 0
                : Arrays.compareUnsigned(entries.bytes, starts[id] + 4, starts[id + 1], entries.bytes,
                        starts[other] + 4, starts[other + 1]);
    }

    int idOf(byte[] source, int offset, int length) {
        int hash = hash(source, offset, length);
        int mask = table.length - 1;
        int at = hash & mask;
        for (int id = table[at]; id != 0; id = table[at]) {
            if (hashes[id - 1] == hash && Arrays.equals(entries.bytes, starts[id - 1] + 4, starts[id], source, offset,
                    offset + length)) {
                return id - 1;
            }
            at = at + 1 & mask;
        }
        if (size == hashes.length) {
            grow();
            return idOf(source, offset, length);
        }
        hashes[size] = hash;
        entries.putBinary(source, offset, length);
        table[at] = ++size;
        starts[size] = entries.size;
        return size - 1;
    }

    private void grow() {
        hashes = Arrays.copyOf(hashes, size * 2);
        starts = Arrays.copyOf(starts, size * 2 + 1);
        table = new int[size * 4];
        int mask = table.length - 1;
        for (int id = 0; id < size; id++) {
            int at = hashes[id] & mask;
            while (table[at] != 0) {
                at = at + 1 & mask;
            }
            table[at] = id + 1;
        }
    }

    static int hash(byte[] source, int offset, int length) {
        long hash = length * 0x9E3779B97F4A7C15L;
        int p = offset;
        int end = offset + length;
        for (; p + 8 <= end; p += 8) {
            hash = (hash ^ (long) LONGS.get(source, p)) * 0xff51afd7ed558ccdL;
            hash ^= hash >>> 29;
        }
        if (p < end) {
            long tail = 0;
            if (length >= 8) {
                tail = (long) LONGS.get(source, end - 8);
            } else {
                for (; p < end; p++) {
                    tail = tail << 8 | source[p] & 0xff;
                }
            }
            hash = (hash ^ tail) * 0xc4ceb9fe1a85ec53L;
        }
        return (int) (hash ^ hash >>> 32);
    }

    void clear() {
        size = 0;
        entries.clear();
        if (table.length > 1 << 14) {
            table = new int[SMALLEST];
            hashes = new int[SMALLEST / 2];
            starts = new int[SMALLEST / 2 + 1];
        } else {
            Arrays.fill(table, 0);
        }
    }
}
