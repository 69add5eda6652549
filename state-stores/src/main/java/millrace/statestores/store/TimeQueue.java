package millrace.statestores.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.statestores.codec.UnknownLayoutException;
import millrace.statestores.commit.PreCommitHook;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Values, each of a moment, that wait until time has passed them. What was added since the last commit goes to the logged
 * store in packs of many values, those of near moments together, and a pack goes when time has passed the last of them: a
 * value costs a few bytes of two records instead of two records.
 *
 * <p>
 * That a value was removed before its time is not written. After a restart it is there again, and says so
 * ({@link Item#isRemembered}): whoever takes such a one must be able to tell whether it still counts.
 *
 * <p>
 * Opened anew in each {@code init} of its processor, as {@link KeyedState} says. One task owns it. The heap holds so many
 * values, those of the earliest moments; the others are read from the store when time comes near.
 */
public final class TimeQueue<V> {
    /** A quarter of a second. */
    private static final long SLICE = 250_000;
    /** Bytes from which on a pack is written, with the value that has made it so large. */
    private static final int FULL = 8 << 10;
    private static final int VERSION = 1;
    private static final int PACK = 2 * Long.BYTES;

    private final StateCodec<V> codec;
    private final KeyValueStore<Bytes, byte[]> store;
    private final int mostOnHeap;
    private final NavigableMap<Long, Map<KeyBytes, Item<V>>> slices = new TreeMap<>();
    private int onHeap;
    /** Of this slice and those behind it some values are in the store only. */
    private long unknownFrom = Long.MAX_VALUE;
    /** Values that are not in the store yet. */
    private List<Item<V>> fresh = new ArrayList<>();
    private final NavigableSet<Pack> packs = new TreeSet<>();
    private final List<Pack> passed = new ArrayList<>();
    private long nextPack;
    private long time;

    /** @param last the latest moment in it */
    private record Pack(long last, long number) implements Comparable<Pack> {
        @Override
        public int compareTo(Pack other) {
            int order = Long.compare(last, other.last);
            return order == 0 ? Long.compare(number, other.number) : order;
        }

        Bytes place() {
            return Bytes.wrap(ByteBuffer.allocate(PACK).putLong(last ^ Long.MIN_VALUE).putLong(number).array());
        }

        static Pack of(Bytes place) {
            ByteBuffer in = ByteBuffer.wrap(place.get());
            return new Pack(in.getLong() ^ Long.MIN_VALUE, in.getLong());
        }
    }

    /** A value with its moment. */
    public static final class Item<V> {
        private final long moment;
        private final KeyBytes name;
        private final V value;
        private final boolean isRemembered;
        private boolean isGone;

        private Item(long moment, KeyBytes name, V value, boolean isRemembered) {
            this.moment = moment;
            this.name = name;
            this.value = value;
            this.isRemembered = isRemembered;
        }

        public KeyBytes name() {
            return name;
        }

        public V value() {
            return value;
        }

        /** Whether it was read from the store, and so may have been removed since it was added. */
        public boolean isRemembered() {
            return isRemembered;
        }
    }

    private TimeQueue(StateCodec<V> codec, KeyValueStore<Bytes, byte[]> store, int mostOnHeap, long time) {
        this.codec = codec;
        this.store = store;
        this.mostOnHeap = mostOnHeap;
        this.time = time;
    }

    /** @param time how far time had come at the last commit: what is before it was taken */
    public static <V> TimeQueue<V> open(ProcessorContext<?, ?> context, TimeQueueDeclaration<V> declaration,
            long time) {
        TimeQueue<V> queue = new TimeQueue<>(declaration.values(), context.getStateStore(declaration.name()),
                declaration.mostOnHeap(), time);
        queue.read(null, Long.MIN_VALUE);
        PreCommitHook.register(context, declaration.hook(), queue::writeBack);
        return queue;
    }

    /**
     * Adds a value of a moment that time has not passed.
     *
     * @param name of this moment and this value alone, however often they are added; kept as it is
     */
    public void add(long moment, KeyBytes name, V value) {
        Item<V> item = new Item<>(moment, name, value, false);
        fresh.add(item);
        put(item);
    }

    /** Removes the value of a name, if it is there and was not only in the store. */
    public void remove(long moment, KeyBytes name) {
        Map<KeyBytes, Item<V>> slice = slices.get(slice(moment));
        Item<V> item = slice == null ? null : slice.remove(name);
        if (item != null) {
            item.isGone = true;
            onHeap--;
        }
    }

    /**
     * Lets time come to a moment: takes the values before it, roughly in their order. The action does not come back to this
     * queue.
     */
    public void passUpTo(long moment, Consumer<Item<V>> action) {
        passUpTo(moment, Long.MAX_VALUE, action);
    }

    /**
     * The same for so many values at most; what is left is taken when it is called again.
     *
     * @return whether all were taken
     */
    public boolean passUpTo(long moment, long most, Consumer<Item<V>> action) {
        long last = slice(moment);
        long taken = take(moment, last, most, action);
        while (last >= unknownFrom && taken < most) {
            long from = unknownFrom;
            unknownFrom = Long.MAX_VALUE;
            writeFresh();
            read(new Pack(from * SLICE, 0).place(), from);
            taken += take(moment, last, most - taken, action);
        }
        if (taken == most) {
            return false;
        }
        time = Math.max(time, moment);
        while (!packs.isEmpty() && packs.first().last < time) {
            passed.add(packs.pollFirst());
        }
        return true;
    }

    /** @return how many */
    private long take(long before, long last, long most, Consumer<Item<V>> action) {
        long taken = 0;
        while (!slices.isEmpty() && slices.firstKey() <= last) {
            Map.Entry<Long, Map<KeyBytes, Item<V>>> first = slices.firstEntry();
            for (Iterator<Item<V>> items = first.getValue().values().iterator(); items.hasNext() && taken < most;) {
                Item<V> item = items.next();
                if (item.moment < before) {
                    items.remove();
                    item.isGone = true;
                    onHeap--;
                    taken++;
                    action.accept(item);
                }
            }
            if (!first.getValue().isEmpty()) {
                return taken; // The slice of the moment itself, or enough.
            }
            slices.remove(first.getKey());
        }
        return taken;
    }

    /** How many values are on the heap. */
    public int onHeap() {
        return onHeap;
    }

    private static long slice(long moment) {
        return Math.floorDiv(moment, SLICE);
    }

    private void put(Item<V> item) {
        long slice = slice(item.moment);
        if (slice >= unknownFrom) {
            return;
        }
        if (slices.computeIfAbsent(slice, s -> new HashMap<>()).put(item.name, item) == null) {
            onHeap++;
        }
        while (onHeap > mostOnHeap && slices.size() > 1) {
            Map.Entry<Long, Map<KeyBytes, Item<V>>> latest = slices.pollLastEntry();
            onHeap -= latest.getValue().size();
            unknownFrom = latest.getKey();
        }
    }

    /** Learns what the store holds of a slice and those behind it. */
    private void read(Bytes from, long slice) {
        try (KeyValueIterator<Bytes, byte[]> all = store.range(from, null)) {
            while (all.hasNext()) {
                var next = all.next();
                Pack pack = Pack.of(next.key);
                if (packs.add(pack)) {
                    nextPack = Math.max(nextPack, pack.number + 1);
                }
                UnknownLayoutException.requireVersion("a pack of a queue", next.value, VERSION);
                StateInput in = new StateInput(next.value, 1, next.value.length - 1);
                while (in.hasMore()) {
                    long moment = in.readSortable();
                    KeyBytes name = new KeyBytes(in.readBytes());
                    byte[] value = in.readBytes();
                    if (moment >= time && slice(moment) >= slice && slice(moment) < unknownFrom
                            && !isKnown(moment, name)) {
                        put(new Item<>(moment, name, codec.decode(value), true));
                    }
                }
            }
        }
    }

    private boolean isKnown(long moment, KeyBytes name) {
        Map<KeyBytes, Item<V>> slice = slices.get(slice(moment));
        return slice != null && slice.containsKey(name);
    }

    private void writeBack() {
        passed.forEach(pack -> store.put(pack.place(), null));
        passed.clear();
        writeFresh();
    }

    private void writeFresh() {
        List<Item<V>> written = fresh;
        fresh = new ArrayList<>();
        written.removeIf(item -> item.isGone);
        written.sort(Comparator.comparingLong(item -> item.moment));
        StateOutput out = new StateOutput(FULL + FULL / 4).writeByte(VERSION);
        for (int i = 0; i < written.size(); i++) {
            Item<V> item = written.get(i);
            byte[] name = item.name.bytes();
            out.writeSortable(item.moment).writeBytes(name).writeBytes(codec.encode(item.value));
            if (out.size() >= FULL || i == written.size() - 1) {
                Pack pack = new Pack(item.moment, nextPack++);
                store.put(pack.place(), out.toBytes());
                packs.add(pack);
                out.reset().writeByte(VERSION);
            }
        }
    }
}
