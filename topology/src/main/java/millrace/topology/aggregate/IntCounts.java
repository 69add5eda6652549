package millrace.topology.aggregate;

import java.util.Arrays;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;

/** A count for each of some ints; a hash table without objects. The smallest int is none of them. */
final class IntCounts {
    private static final int FREE = Integer.MIN_VALUE;

    private int[] keys;
    private long[] counts;
    private int used;

    IntCounts() {
        allocate(8);
    }

    private void allocate(int capacity) {
        keys = new int[capacity];
        Arrays.fill(keys, FREE);
        counts = new long[capacity];
        used = 0;
    }

    /** @param times negative takes it back, also before it was added */
    void add(int key, long times) {
        int mask = keys.length - 1;
        // Neighbours stay neighbours: a group's values are near each other.
        int i = key & mask;
        while (keys[i] != key) {
            if (keys[i] == FREE) {
                if (used * 2 >= keys.length) {
                    grow();
                    add(key, times);
                    return;
                }
                keys[i] = key;
                used++;
                break;
            }
            i = i + 1 & mask;
        }
        counts[i] += times;
    }

    private void grow() {
        int[] oldKeys = keys;
        long[] oldCounts = counts;
        allocate(keys.length * 2);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE && oldCounts[i] != 0) {
                add(oldKeys[i], oldCounts[i]);
            }
        }
    }

    void merge(IntCounts other) {
        for (int i = 0; i < other.keys.length; i++) {
            if (other.keys[i] != FREE) {
                add(other.keys[i], other.counts[i]);
            }
        }
    }

    long count(int key) {
        int mask = keys.length - 1;
        for (int i = key & mask; keys[i] != FREE; i = i + 1 & mask) {
            if (keys[i] == key) {
                return counts[i];
            }
        }
        return 0;
    }

    /** The ints whose count is not zero, sorted. */
    int[] keys() {
        int[] out = new int[used];
        int n = 0;
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] != FREE && counts[i] != 0) {
                out[n++] = keys[i];
            }
        }
        out = Arrays.copyOf(out, n);
        Arrays.sort(out);
        return out;
    }

    void write(StateOutput out) {
        int[] sorted = keys();
        out.writeInt(sorted.length);
        int before = 0;
        for (int key : sorted) {
            out.writeInt(key - before).writeLong(count(key));
            before = key;
        }
    }

    static IntCounts read(StateInput in) {
        IntCounts read = new IntCounts();
        int key = 0;
        for (int n = in.readInt(); n > 0; n--) {
            key += in.readInt();
            read.add(key, in.readLong());
        }
        return read;
    }
}
