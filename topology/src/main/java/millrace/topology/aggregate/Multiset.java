package millrace.topology.aggregate;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;

/**
 * How often each value was added. A count is negative where a value was taken back in one part of a group and added in
 * another; merging the parts makes it right.
 */
final class Multiset {
    private final ValueLayout layout;
    private final Map<Object, Tally> tallies;
    private final boolean sorted;

    private Multiset(ValueLayout layout, Map<Object, Tally> tallies, boolean sorted) {
        this.layout = layout;
        this.tallies = tallies;
        this.sorted = sorted;
    }

    /** Fast to add to; its values come in no order. */
    static Multiset hashed(ValueLayout layout) {
        return new Multiset(layout, new HashMap<>(), false);
    }

    /** Its values come in their order. */
    static Multiset sorted(ValueLayout layout) {
        return new Multiset(layout, new TreeMap<>(layout::compare), true);
    }

    /**
     * Counts a value.
     *
     * @param value canonical
     * @param times negative takes it back
     * @return how often it is there now
     */
    long add(Object value, long times) {
        Object key = sorted ? value : layout.key(value);
        Tally tally = tallies.get(key);
        if (tally == null) {
            tallies.put(key, new Tally(value, times));
            return times;
        }
        tally.count += times;
        if (tally.count == 0) {
            tallies.remove(key);
        }
        return tally.count;
    }

    /** Every value that was not taken back as often as it was added. */
    Collection<Tally> tallies() {
        return tallies.values();
    }

    /** The first value that is there, null if none is. */
    Object first() {
        for (Tally tally : tallies.values()) {
            if (tally.count > 0) {
                return tally.value;
            }
        }
        return null;
    }

    /** The last value that is there in a sorted multiset, null if none is. */
    Object last() {
        for (Tally tally : ((TreeMap<Object, Tally>) tallies).descendingMap().values()) {
            if (tally.count > 0) {
                return tally.value;
            }
        }
        return null;
    }

    void merge(Multiset other) {
        other.tallies.values().forEach(t -> add(t.value, t.count));
    }

    void write(StateOutput out) {
        out.writeInt(tallies.size());
        for (Tally tally : tallies.values()) {
            layout.write(tally.value, out);
            out.writeLong(tally.count);
        }
    }

    /** Into an empty one. */
    Multiset read(StateInput in) {
        for (int n = in.readInt(); n > 0; n--) {
            Object value = layout.read(in);
            add(value, in.readLong());
        }
        return this;
    }

    static final class Tally {
        private final Object value;
        private long count;

        private Tally(Object value, long count) {
            this.value = value;
            this.count = count;
        }

        Object value() {
            return value;
        }

        long count() {
            return count;
        }
    }
}
