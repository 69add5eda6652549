package millrace.sinks.iceberg.keyed;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import millrace.statestores.index.KeyIndex;

/**
 * Where the rows of some keys are once a proposal is committed.
 *
 * @param names of the keys, ascending as unsigned bytes
 * @param places one for each; {@link KeyIndex#NOWHERE} of a key that has no row any more
 */
record StagedPlaces(List<byte[]> names, long[] places) {
    static final StagedPlaces NONE = new StagedPlaces(List.of(), new long[0]);

    /**
     * Puts those of its places over others that are for the same keys.
     *
     * @param sorted names of the others' keys, ascending too
     */
    void lieOver(List<byte[]> sorted, long[] others) {
        int at = 0;
        for (int i = 0; i < others.length && at < places.length; i++) {
            byte[] name = sorted.get(i);
            at = firstFrom(at, name);
            if (at < places.length && Arrays.equals(names.get(at), name)) {
                others[i] = places[at];
            }
        }
    }

    /** The first key from a number on that is not before a name; steps grow, so that near and far ones are found fast. */
    private int firstFrom(int from, byte[] name) {
        int low = from;
        int step = 1;
        while (low + step <= places.length && isBefore(low + step - 1, name)) {
            low += step;
            step *= 2;
        }
        int high = Math.min(places.length, low + step - 1);
        while (low < high) {
            int middle = low + high >>> 1;
            if (isBefore(middle, name)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean isBefore(int key, byte[] name) {
        return Arrays.compareUnsigned(names.get(key), name) < 0;
    }

    /** Rows have moved. */
    void follow(LongUnaryOperator to) {
        Arrays.setAll(places, i -> to.applyAsLong(places[i]));
    }

    void forEach(KeyIndex.Visitor visitor) {
        for (int i = 0; i < places.length; i++) {
            visitor.key(names.get(i), places[i]);
        }
    }
}
