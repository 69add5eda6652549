package millrace.sinks.iceberg.file;

import java.util.Arrays;

/** Distinct numbers in the order they came, found by open addressing. */
final class NumberDictionary {
    private static final int SMALLEST = 256;

    private long[] entries = new long[SMALLEST / 2];
    private int[] table = new int[SMALLEST];
    private int size;

    int size() {
        return size;
    }

    long entry(int id) {
        return entries[id];
    }

    int idOf(long value) {
        int mask = table.length - 1;
        int at = slot(value) & mask;
        for (int id = table[at]; id != 0; id = table[at]) {
            if (entries[id - 1] == value) {
                return id - 1;
            }
            at = at + 1 & mask;
        }
        if (size == entries.length) {
            grow();
            return idOf(value);
        }
        entries[size] = value;
        table[at] = ++size;
        return size - 1;
    }

    private void grow() {
        entries = Arrays.copyOf(entries, entries.length * 2);
        table = new int[entries.length * 2];
        int mask = table.length - 1;
        for (int id = 0; id < size; id++) {
            int at = slot(entries[id]) & mask;
            while (table[at] != 0) {
                at = at + 1 & mask;
            }
            table[at] = id + 1;
        }
    }

    private static int slot(long value) {
        // Moments and amounts differ in their middle bits; two rounds carry those to the lowest.
        long mixed = (value ^ value >>> 32) * 0x9E3779B97F4A7C15L;
        return (int) ((mixed ^ mixed >>> 29) * 0xbf58476d1ce4e5b9L >>> 32);
    }

    void clear() {
        size = 0;
        if (table.length > 1 << 14) {
            entries = new long[SMALLEST / 2];
            table = new int[SMALLEST];
        } else {
            Arrays.fill(table, 0);
        }
    }
}
