package millrace.statestores.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.commit.PreCommitHook;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Values by an order (such as the end of a window) and a key. What is in use lives on the heap; what changed is written
 * to a logged RocksDB store before each commit, and what is beyond the budget is forgotten afterwards and read again
 * when it is asked for. So a change costs no store access, and the heap is bounded whatever the number of keys.
 *
 * <p>
 * A value that was created and removed between two commits never reaches the store.
 *
 * <p>
 * Opened anew in each {@code init} of its processor, as {@link KeyedState} says. One task owns it.
 */
public final class OrderedState<V> {
    /** A place in the store: the order, so that places sort by it, a mark, and the key. */
    private static final int PREFIX = Long.BYTES + 1;
    private static final byte MARK = 1;

    private final StateCodec<V> codec;
    private final KeyValueStore<Bytes, byte[]> store;
    private final int mostOnHeap;
    /** One for each order that may have entries, on the heap or in the store. */
    private final NavigableMap<Long, Bucket<V>> buckets = new TreeMap<>();
    private final List<Entry<V>> changed = new ArrayList<>();
    private final Set<Bytes> removed = new HashSet<>();
    private Bucket<V> last;
    private long lastOrder;
    private int onHeap;

    /** A value with its place. The value changes in place; {@link OrderedState#changed} must be told. */
    public static final class Entry<V> {
        private final long order;
        private final KeyBytes key;
        private final V value;
        private boolean isChanged;
        private boolean isStored;
        private boolean isRemoved;

        private Entry(long order, KeyBytes key, V value) {
            this.order = order;
            this.key = key;
            this.value = value;
        }

        public long order() {
            return order;
        }

        public byte[] key() {
            return key.bytes();
        }

        public V value() {
            return value;
        }
    }

    private static final class Bucket<V> {
        private final Map<KeyBytes, Entry<V>> entries = new HashMap<>();
        /** Whether everything of this order that the store holds is here too. */
        private boolean whole;
    }

    private OrderedState(StateCodec<V> codec, KeyValueStore<Bytes, byte[]> store, int mostOnHeap) {
        this.codec = codec;
        this.store = store;
        this.mostOnHeap = mostOnHeap;
    }

    public static <V> OrderedState<V> open(ProcessorContext<?, ?> context, OrderedStateDeclaration<V> declaration) {
        OrderedState<V> state = new OrderedState<>(declaration.values(), context.getStateStore(declaration.name()),
                declaration.mostOnHeap());
        state.findOrders();
        PreCommitHook.register(context, declaration.hook(), state::writeBack);
        return state;
    }

    /** The entry at a place, or null. */
    public Entry<V> find(long order, KeyBytes key) {
        Bucket<V> bucket = known(order);
        if (bucket == null) {
            return null;
        }
        Entry<V> entry = bucket.entries.get(key);
        if (entry == null && !bucket.whole) {
            Bytes place = place(order, key.bytes());
            byte[] bytes = removed.contains(place) ? null : store.get(place);
            entry = bytes == null ? null : keep(bucket, stored(order, key.copy(), bytes));
        }
        return entry;
    }

    /** A new entry at a place where {@link #find} found none; it counts as changed. */
    public Entry<V> create(long order, KeyBytes key, V value) {
        Bucket<V> bucket = known(order);
        if (bucket == null) {
            bucket = add(order);
            bucket.whole = true;
        }
        Entry<V> entry = keep(bucket, new Entry<>(order, key.copy(), value));
        changed(entry);
        return entry;
    }

    /** Says that the value of an entry has changed. */
    public void changed(Entry<V> entry) {
        if (!entry.isChanged) {
            entry.isChanged = true;
            changed.add(entry);
        }
    }

    public void remove(Entry<V> entry) {
        Bucket<V> bucket = known(entry.order);
        bucket.entries.remove(entry.key);
        onHeap--;
        forget(entry);
        dropIfEmpty(entry.order, bucket);
    }

    /**
     * Gives every entry whose order is in {@code (after, upTo]}, the smallest orders first. Nothing is before
     * {@link Long#MIN_VALUE}, so after that means from the first on, itself among them.
     */
    public void forEach(long after, long upTo, Consumer<Entry<V>> action) {
        if (after == Long.MAX_VALUE) {
            return;
        }
        for (long order : orders(after == Long.MIN_VALUE ? after : after + 1, upTo)) {
            new ArrayList<>(whole(order).entries.values()).forEach(action);
        }
    }

    /** Removes every entry whose order is at most {@code upTo} and which the condition holds for. */
    public void removeUpTo(long upTo, Predicate<Entry<V>> condition) {
        for (long order : orders(Long.MIN_VALUE, upTo)) {
            Bucket<V> bucket = whole(order);
            for (Iterator<Entry<V>> all = bucket.entries.values().iterator(); all.hasNext();) {
                Entry<V> entry = all.next();
                if (condition.test(entry)) {
                    all.remove();
                    onHeap--;
                    forget(entry);
                }
            }
            dropIfEmpty(order, bucket);
        }
    }

    /** The smallest order that has an entry. */
    public OptionalLong first() {
        return orders(Long.MIN_VALUE, Long.MAX_VALUE).stream().mapToLong(Long::longValue).filter(this::hasEntries)
                .findFirst();
    }

    /** How many orders have entries, such as open windows. */
    public int count() {
        return (int) orders(Long.MIN_VALUE, Long.MAX_VALUE).stream().filter(this::hasEntries).count();
    }

    /** How many entries are on the heap. */
    public int onHeap() {
        return onHeap;
    }

    private void forget(Entry<V> entry) {
        entry.isRemoved = true;
        if (entry.isStored) {
            removed.add(place(entry.order, entry.key.bytes()));
        }
    }

    private Entry<V> keep(Bucket<V> bucket, Entry<V> entry) {
        bucket.entries.put(entry.key, entry);
        onHeap++;
        return entry;
    }

    private Entry<V> stored(long order, KeyBytes key, byte[] bytes) {
        Entry<V> entry = new Entry<>(order, key, codec.decode(bytes));
        entry.isStored = true;
        return entry;
    }

    private Bucket<V> known(long order) {
        Bucket<V> recent = last;
        if (recent != null && lastOrder == order) {
            return recent;
        }
        Bucket<V> bucket = buckets.get(order);
        if (bucket != null) {
            last = bucket;
            lastOrder = order;
        }
        return bucket;
    }

    private Bucket<V> add(long order) {
        Bucket<V> bucket = new Bucket<>();
        buckets.put(order, bucket);
        return bucket;
    }

    private void dropIfEmpty(long order, Bucket<V> bucket) {
        if (bucket.whole && bucket.entries.isEmpty()) {
            buckets.remove(order);
            last = null;
        }
    }

    /** Without taking anything onto the heap. */
    private boolean hasEntries(long order) {
        Bucket<V> bucket = buckets.get(order);
        if (bucket.whole || !bucket.entries.isEmpty()) {
            return !bucket.entries.isEmpty();
        }
        try (KeyValueIterator<Bytes, byte[]> all = range(order, order)) {
            while (all.hasNext()) {
                if (!removed.contains(all.next().key)) {
                    return true;
                }
            }
        }
        return false;
    }

    private Bucket<V> whole(long order) {
        Bucket<V> bucket = known(order);
        if (!bucket.whole) {
            try (KeyValueIterator<Bytes, byte[]> all = range(order, order)) {
                while (all.hasNext()) {
                    var next = all.next();
                    byte[] place = next.key.get();
                    KeyBytes key = new KeyBytes(Arrays.copyOfRange(place, PREFIX, place.length));
                    if (!bucket.entries.containsKey(key) && !removed.contains(next.key)) {
                        keep(bucket, stored(order, key, next.value));
                    }
                }
            }
            bucket.whole = true;
        }
        return bucket;
    }

    /** Orders that may have entries, ascending; a copy, since actions may change them. */
    private List<Long> orders(long from, long upTo) {
        if (buckets.isEmpty() || from > upTo || buckets.firstKey() > upTo) {
            return List.of();
        }
        return new ArrayList<>(buckets.subMap(from, true, upTo, true).keySet());
    }

    /**
     * Finds which orders the store holds, with one look for each. Later it is not asked any more: a look passes over
     * everything that was deleted before, and there may be a watermark for every few rows.
     */
    private void findOrders() {
        long next = Long.MIN_VALUE;
        while (true) {
            try (KeyValueIterator<Bytes, byte[]> some = range(next, Long.MAX_VALUE)) {
                if (!some.hasNext()) {
                    return;
                }
                next = ByteBuffer.wrap(some.peekNextKey().get()).getLong() ^ Long.MIN_VALUE;
            }
            add(next);
            if (next == Long.MAX_VALUE) {
                return;
            }
            next++;
        }
    }

    private KeyValueIterator<Bytes, byte[]> range(long from, long upTo) {
        return store.range(bound(from), upTo == Long.MAX_VALUE ? null : bound(upTo + 1));
    }

    /** Below every place of this order, since those go on with a mark; above every place of the orders before. */
    private static Bytes bound(long order) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(order ^ Long.MIN_VALUE).array());
    }

    private static Bytes place(long order, byte[] key) {
        return Bytes.wrap(ByteBuffer.allocate(PREFIX + key.length).putLong(order ^ Long.MIN_VALUE).put(MARK).put(key)
                .array());
    }

    private void writeBack() {
        // First what went: the same place may have a new value. By a put, since a delete reads what it deletes.
        removed.forEach(place -> store.put(place, null));
        removed.clear();
        for (Entry<V> entry : changed) {
            entry.isChanged = false;
            if (!entry.isRemoved) {
                store.put(place(entry.order, entry.key.bytes()), codec.encode(entry.value));
                entry.isStored = true;
            }
        }
        changed.clear();
        if (onHeap > mostOnHeap) {
            forgetSome();
        }
    }

    /** Everything is in the store now: forgets what orders hold, the oldest first, down to half of the budget. */
    private void forgetSome() {
        for (Iterator<Bucket<V>> all = buckets.values().iterator(); all.hasNext() && onHeap > mostOnHeap / 2;) {
            Bucket<V> bucket = all.next();
            if (!bucket.entries.isEmpty()) {
                onHeap -= bucket.entries.size();
                bucket.entries.clear();
                bucket.whole = false;
            }
        }
    }
}
