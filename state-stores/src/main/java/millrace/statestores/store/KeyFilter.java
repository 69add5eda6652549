package millrace.statestores.store;

import java.util.Arrays;

/**
 * A set of keys that forgets which they are: it may hold a key that was never added, one in a hundred or fewer, and never
 * lacks one that was. It takes as many as come: a scalable Bloom filter (Almeida, Baquero, Preguiça, Hutchison, 2007)
 * whose layers grow fourfold, of two bytes for each key when the last is full and ten when it is new. An empty one is a
 * small object.
 */
final class KeyFilter {
    private static final int FIRST_CAPACITY = 512;
    private static final int GROWTH = 4;
    private static final int BITS_PER_KEY = 16;
    private static final int PROBES = 5;

    private long[][] layers = {};
    private int left;
    private int size;

    void add(KeyBytes key) {
        if (mayContain(key)) {
            return;
        }
        if (left == 0) {
            left = layers.length == 0
                    ? FIRST_CAPACITY
                    : layers[layers.length - 1].length * Long.SIZE / BITS_PER_KEY
                            * GROWTH;
            layers = Arrays.copyOf(layers, layers.length + 1);
            layers[layers.length - 1] = new long[left * BITS_PER_KEY / Long.SIZE];
        }
        long[] layer = layers[layers.length - 1];
        int probe = start(key);
        int step = step(key);
        for (int i = 0; i < PROBES; i++, probe += step) {
            layer[word(probe, layer)] |= 1L << probe;
        }
        left--;
        size++;
    }

    boolean mayContain(KeyBytes key) {
        int start = start(key);
        int step = step(key);
        for (int i = layers.length - 1; i >= 0; i--) {
            if (mayContain(layers[i], start, step)) {
                return true;
            }
        }
        return false;
    }

    /** How many keys it took; those that it seemed to have are not counted. */
    int size() {
        return size;
    }

    private static boolean mayContain(long[] layer, int start, int step) {
        int probe = start;
        for (int i = 0; i < PROBES; i++, probe += step) {
            if ((layer[word(probe, layer)] & 1L << probe) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Layers are powers of two long. */
    private static int word(int probe, long[] layer) {
        return probe >>> 6 & layer.length - 1;
    }

    private static int start(KeyBytes key) {
        return key.hashCode() * 0x9E3779B1;
    }

    private static int step(KeyBytes key) {
        int h = key.hashCode() ^ key.hashCode() >>> 15;
        h *= 0x85EBCA6B;
        return h ^ h >>> 13 | 1;
    }
}
