package millrace.statestores.store;

import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.RandomAccess;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.commit.PreCommitHook;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Many rows for each key, sorted by an id, and cut into slices: stretches of time that the caller numbers, so that old
 * rows go together. What is in use lives on the heap; what changed is written to a logged RocksDB store before each
 * commit, row by row, and what is beyond the budget is forgotten afterwards, keys that are not used any more first. So a
 * row costs no store access and never rewrites the other rows of its key, and the heap is bounded whatever their number.
 *
 * <p>
 * A row that was created and removed between two commits never reaches the store. A slice that was never stored, a key
 * all of whose rows are on the heap, and all but few of the keys that a slice never had, are not looked for in the store.
 *
 * <p>
 * Opened anew in each {@code init} of its processor, as {@link KeyedState} says. One task owns it. Entries and lists are
 * not to be kept over a commit, since what is forgotten comes back as other objects. Each slice that holds rows costs a
 * small object on the heap, so slices are for the caller to choose wide enough: thousands, not millions.
 */
public final class SortedRows<V> {
    /** Forgotten keys that are known, for each row that may be on the heap: a fraction of the room that it takes. */
    private static final int KNOWN_PER_ROW = 16;
    /** Keys that are gone may stay in the queue until there are more of them than others, but not for so few. */
    private static final int FEW = 1_000;

    private final StateCodec<V> codec;
    private final KeyValueStore<Bytes, byte[]> store;
    private final int mostOnHeap;
    /** Every slice that may hold rows, on the heap or in the store. */
    private final NavigableMap<Slice<V>, Slice<V>> slices = new TreeMap<>();
    private final Slice<V> probe = new Slice<>();
    private final List<Entry<V>> changed = new ArrayList<>();
    private final Set<Bytes> removed = new HashSet<>();
    /**
     * The keys on the heap in the order in which they came, and some that are not there any more. Who is used is not moved
     * here but marked: a reference written into an old object makes the garbage collector look at its neighbours too.
     */
    private Deque<Rows<V>> queue = new ArrayDeque<>();
    private int keysOnHeap;
    private Slice<V> last;
    private int onHeap;

    /** A row with its place. The value changes in place; {@link SortedRows#changed} must be told. */
    public static final class Entry<V> {
        private final Rows<V> rows;
        private final byte[] id;
        private final V value;
        private boolean isChanged;
        private boolean isStored;
        private boolean isRemoved;

        private Entry(Rows<V> rows, byte[] id, V value) {
            this.rows = rows;
            this.id = id;
            this.value = value;
        }

        public long slice() {
            return rows.slice.number;
        }

        public byte[] key() {
            return rows.key.bytes();
        }

        public byte[] id() {
            return id;
        }

        public V value() {
            return value;
        }
    }

    private static final class Slice<V> implements Comparable<Slice<V>> {
        private final Map<KeyBytes, Rows<V>> keys = new HashMap<>();
        private long number;
        /** Whether everything of this slice that the store holds is here too. */
        private boolean whole;
        /**
         * At least every key that has rows in the store of which some are not here; null if that is not known. A key
         * that comes once, as of an event, would be looked for in vain otherwise.
         */
        private KeyFilter forgotten;

        /** Whether everything of a key that the store holds is here, if the key has no rows here that say so. */
        private boolean isWhole(KeyBytes key) {
            return whole || forgotten != null && !forgotten.mayContain(key);
        }

        private int knownKeys() {
            return forgotten == null ? 0 : forgotten.size();
        }

        @Override
        public int compareTo(Slice<V> other) {
            return Long.compare(number, other.number);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Slice<?> other && number == other.number;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }

    /** The rows of a key that are on the heap, sorted by id; read-only for whoever has it as a list. */
    private static final class Rows<V> extends AbstractList<Entry<V>> implements RandomAccess {
        private static final Entry<?>[] NONE = {};

        private final Slice<V> slice;
        private final KeyBytes key;
        private Entry<V>[] sorted = none();
        private int size;
        /** Whether everything of this key that the store holds is here too. */
        private boolean whole;
        /** Since it was last considered for being forgotten. */
        private boolean isUsed;
        private boolean isOnHeap;

        private Rows(Slice<V> slice, KeyBytes key) {
            this.slice = slice;
            this.key = key;
        }

        @SuppressWarnings("unchecked")
        private static <V> Entry<V>[] none() {
            return (Entry<V>[]) NONE;
        }

        @Override
        public Entry<V> get(int index) {
            if (index >= size) {
                throw new IndexOutOfBoundsException(index + " of " + size);
            }
            return sorted[index];
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public boolean equals(Object o) {
            return this == o;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        /** Where an id is, or -1 - where it would be. */
        private int place(byte[] id) {
            int low = 0;
            int high = size - 1;
            // Ids mostly grow: looks at the end first.
            int middle = high;
            while (low <= high) {
                int order = Arrays.compareUnsigned(sorted[middle].id, id);
                if (order == 0) {
                    return middle;
                }
                if (order < 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
                middle = (low + high) >>> 1;
            }
            return -1 - low;
        }

        private void insert(int at, Entry<V> entry) {
            if (size == sorted.length) {
                sorted = Arrays.copyOf(sorted, size == 0 ? 1 : size < 8 ? size * 2 : size + (size >> 1));
            }
            System.arraycopy(sorted, at, sorted, at + 1, size - at);
            sorted[at] = entry;
            size++;
        }

        /** The queue may hold it a while longer, and is not to hold its rows. */
        private void leave() {
            isOnHeap = false;
            sorted = none();
            size = 0;
        }

        private void delete(int at) {
            System.arraycopy(sorted, at + 1, sorted, at, --size - at);
            sorted[size] = null;
        }
    }

    private SortedRows(StateCodec<V> codec, KeyValueStore<Bytes, byte[]> store, int mostOnHeap) {
        this.codec = codec;
        this.store = store;
        this.mostOnHeap = mostOnHeap;
        findSlices();
    }

    public static <V> SortedRows<V> open(ProcessorContext<?, ?> context, SortedRowsDeclaration<V> declaration) {
        SortedRows<V> state = new SortedRows<>(declaration.values(), context.getStateStore(declaration.name()),
                declaration.mostOnHeap());
        PreCommitHook.register(context, declaration.hook(), state::writeBack);
        return state;
    }

    /**
     * All rows of a key in a slice, sorted by id as unsigned bytes; empty if there are none. A view that is good until the
     * next change.
     */
    public List<Entry<V>> rows(long slice, KeyBytes key) {
        Slice<V> in = slice(slice);
        if (in == null) {
            return List.of();
        }
        Rows<V> rows = in.keys.get(key);
        if (rows == null) {
            if (in.isWhole(key)) {
                return List.of();
            }
            rows = keep(new Rows<>(in, key.copy()));
        } else {
            rows.isUsed = true;
        }
        if (!rows.whole) {
            complete(rows);
        }
        return rows;
    }

    /** Where an id stands in rows that {@link #rows} gave; -1 less where it would be if it is not among them. */
    public static <V> int indexOf(List<Entry<V>> rows, byte[] id) {
        return rows instanceof Rows<V> sorted ? sorted.place(id) : -1;
    }

    /** The number of the last slice that may hold rows; {@link Long#MIN_VALUE} if none does. */
    public long lastSlice() {
        return slices.isEmpty() ? Long.MIN_VALUE : slices.lastKey().number;
    }

    /** The row at a place, or null. */
    public Entry<V> find(long slice, KeyBytes key, byte[] id) {
        Slice<V> in = slice(slice);
        if (in == null) {
            return null;
        }
        Rows<V> rows = in.keys.get(key);
        if (rows == null) {
            return in.isWhole(key) ? null : stored(in, key, null, id);
        }
        rows.isUsed = true;
        int at = rows.place(id);
        return at >= 0 ? rows.sorted[at] : rows.whole ? null : stored(in, key, rows, id);
    }

    /** A new row at a place where {@link #find} found none; it counts as changed. The id is kept as it is. */
    public Entry<V> create(long slice, KeyBytes key, byte[] id, V value) {
        Slice<V> in = slice(slice);
        if (in == null) {
            in = add(slice);
            in.whole = true;
            in.forgotten = new KeyFilter();
        }
        Rows<V> rows = in.keys.get(key);
        if (rows == null) {
            rows = keep(new Rows<>(in, key.copy()));
            rows.whole = in.isWhole(key);
        } else {
            rows.isUsed = true;
        }
        Entry<V> entry = put(rows, new Entry<>(rows, id, value));
        changed(entry);
        return entry;
    }

    /** Says that the value of a row has changed. */
    public void changed(Entry<V> entry) {
        if (!entry.isChanged) {
            entry.isChanged = true;
            changed.add(entry);
        }
    }

    public void remove(Entry<V> entry) {
        Rows<V> rows = entry.rows;
        rows.delete(rows.place(entry.id));
        onHeap--;
        forget(entry);
        dropIfEmpty(rows);
    }

    /**
     * Gives every row whose slice is in {@code (after, upTo]}: the smallest slices first, and in a slice the rows of a key
     * one after another, sorted by id. Nothing is before {@link Long#MIN_VALUE}, so after that means from the first on,
     * itself among them. The action may change the state; rows that it removes are not given any more.
     */
    public void forEach(long after, long upTo, Consumer<Entry<V>> action) {
        if (after == Long.MAX_VALUE) {
            return;
        }
        for (Slice<V> slice : between(after == Long.MIN_VALUE ? after : after + 1, upTo)) {
            complete(slice);
            List<Entry<V>> all = new ArrayList<>();
            slice.keys.values().forEach(all::addAll);
            for (Entry<V> entry : all) {
                if (!entry.isRemoved) {
                    action.accept(entry);
                }
            }
        }
    }

    /**
     * Removes every row whose slice is at most {@code upTo} and which the condition holds for. What is only in the store
     * is not brought onto the heap for it.
     */
    public void removeUpTo(long upTo, Predicate<Entry<V>> condition) {
        for (Slice<V> slice : between(Long.MIN_VALUE, upTo)) {
            boolean some = removeStored(slice, condition);
            for (Iterator<Rows<V>> all = slice.keys.values().iterator(); all.hasNext();) {
                Rows<V> rows = all.next();
                removeFrom(rows, condition);
                if (rows.size == 0) {
                    all.remove();
                    left(rows);
                }
            }
            if (!some && slice.keys.isEmpty()) {
                drop(slice);
            }
        }
    }

    /** How many rows and keys are on the heap. */
    public int onHeap() {
        return onHeap;
    }

    /** How many slices there are to look through. */
    public int slices() {
        return slices.size();
    }

    /** The slice of a number, or null if it holds nothing. */
    private Slice<V> slice(long number) {
        Slice<V> recent = last;
        if (recent != null && recent.number == number) {
            return recent;
        }
        probe.number = number;
        Slice<V> slice = slices.get(probe);
        if (slice != null) {
            last = slice;
        }
        return slice;
    }

    private Slice<V> add(long number) {
        Slice<V> slice = new Slice<>();
        slice.number = number;
        slices.put(slice, slice);
        return slice;
    }

    private void drop(Slice<V> slice) {
        slices.remove(slice);
        last = null;
    }

    private void dropIfEmpty(Rows<V> rows) {
        Slice<V> slice = rows.slice;
        // A whole key without rows spares the next look into the store, unless the slice knows by itself.
        if (rows.size == 0 && slice.isWhole(rows.key)) {
            slice.keys.remove(rows.key);
            left(rows);
            if (slice.whole && slice.keys.isEmpty()) {
                drop(slice);
            }
        }
    }

    /** A copy, since actions may change slices. */
    private List<Slice<V>> between(long from, long upTo) {
        if (slices.isEmpty() || from > upTo || slices.firstKey().number > upTo) {
            return List.of();
        }
        Slice<V> first = new Slice<>();
        first.number = from;
        Slice<V> end = new Slice<>();
        end.number = upTo;
        return new ArrayList<>(slices.subMap(first, true, end, true).values());
    }

    private Rows<V> keep(Rows<V> rows) {
        rows.slice.keys.put(rows.key, rows);
        rows.isOnHeap = true;
        queue.add(rows);
        keysOnHeap++;
        onHeap++;
        return rows;
    }

    /** A key without rows, which its slice has given up. */
    private void left(Rows<V> rows) {
        rows.leave();
        keysOnHeap--;
        onHeap--;
        if (queue.size() > 2 * keysOnHeap + FEW) {
            queue = queue.stream().filter(r -> r.isOnHeap).collect(Collectors.toCollection(ArrayDeque::new));
        }
    }

    private Entry<V> put(Rows<V> rows, Entry<V> entry) {
        rows.insert(-1 - rows.place(entry.id), entry);
        onHeap++;
        return entry;
    }

    private void forget(Entry<V> entry) {
        entry.isRemoved = true;
        if (entry.isStored) {
            removed.add(Place.bytes(entry.rows.slice.number, entry.rows.key.bytes(), entry.id));
        }
    }

    private void removeFrom(Rows<V> rows, Predicate<Entry<V>> condition) {
        int kept = 0;
        for (int i = 0; i < rows.size; i++) {
            Entry<V> entry = rows.sorted[i];
            if (condition.test(entry)) {
                forget(entry);
            } else {
                rows.sorted[kept++] = entry;
            }
        }
        onHeap -= rows.size - kept;
        Arrays.fill(rows.sorted, kept, rows.size, null);
        rows.size = kept;
    }

    /** Of the rows that are only in the store; returns whether some of them stay. */
    private boolean removeStored(Slice<V> slice, Predicate<Entry<V>> condition) {
        if (slice.whole) {
            return false;
        }
        boolean some = false;
        Rows<V> rows = null;
        try (KeyValueIterator<Bytes, byte[]> all = range(slice.number)) {
            while (all.hasNext()) {
                var next = all.next();
                Place place = Place.read(next.key.get());
                if (rows == null || !Arrays.equals(rows.key.bytes(), place.key())) {
                    Rows<V> known = slice.keys.get(new KeyBytes(place.key()));
                    rows = known == null ? new Rows<>(slice, new KeyBytes(place.key())) : known;
                }
                if (!rows.whole && rows.place(place.id()) < 0 && !removed.contains(next.key)) {
                    if (condition.test(new Entry<>(rows, place.id(), codec.decode(next.value)))) {
                        removed.add(next.key);
                    } else {
                        some = true;
                    }
                }
            }
        }
        return some;
    }

    /** The row of a key that may be in the store only; null if it is not there either. */
    private Entry<V> stored(Slice<V> slice, KeyBytes key, Rows<V> known, byte[] id) {
        Bytes place = Place.bytes(slice.number, key.bytes(), id);
        byte[] bytes = removed.contains(place) ? null : store.get(place);
        if (bytes == null) {
            return null;
        }
        Rows<V> rows = known == null ? keep(new Rows<>(slice, key.copy())) : known;
        return put(rows, stored(rows, id.clone(), bytes));
    }

    private Entry<V> stored(Rows<V> rows, byte[] id, byte[] bytes) {
        Entry<V> entry = new Entry<>(rows, id, codec.decode(bytes));
        entry.isStored = true;
        return entry;
    }

    private void complete(Rows<V> rows) {
        byte[] prefix = Place.bytes(rows.slice.number, rows.key.bytes(), new byte[0]).get();
        try (KeyValueIterator<Bytes, byte[]> all = store.prefixScan(Bytes.wrap(prefix), (topic, p) -> p.get())) {
            merge(rows, all);
        }
    }

    private void complete(Slice<V> slice) {
        if (slice.whole) {
            return;
        }
        try (KeyValueIterator<Bytes, byte[]> all = range(slice.number)) {
            while (all.hasNext()) {
                KeyBytes key = new KeyBytes(Place.read(all.peekNextKey().get()).key());
                Rows<V> known = slice.keys.get(key);
                merge(known == null ? keep(new Rows<>(slice, key)) : known, all);
            }
        }
        for (Iterator<Rows<V>> all = slice.keys.values().iterator(); all.hasNext();) {
            Rows<V> rows = all.next();
            rows.whole = true;
            if (rows.size == 0) {
                all.remove();
                left(rows);
            }
        }
        slice.whole = true;
        slice.forgotten = new KeyFilter();
        if (slice.keys.isEmpty()) {
            drop(slice);
        }
    }

    /** Takes the stored rows of one key, with which the iterator goes on, between those that are on the heap. */
    private void merge(Rows<V> rows, KeyValueIterator<Bytes, byte[]> stored) {
        boolean passOver = rows.whole;
        Rows<V> merged = new Rows<>(rows.slice, rows.key);
        int next = 0;
        while (stored.hasNext()) {
            Bytes bytes = stored.peekNextKey();
            Place place = Place.read(bytes.get());
            if (!Arrays.equals(place.key(), rows.key.bytes())) {
                break;
            }
            byte[] value = stored.next().value;
            if (passOver) {
                continue;
            }
            int order = -1;
            while (next < rows.size && (order = Arrays.compareUnsigned(rows.sorted[next].id, place.id())) < 0) {
                merged.insert(merged.size, rows.sorted[next++]);
            }
            boolean isOnHeap = next < rows.size && order == 0;
            if (!isOnHeap && !removed.contains(bytes)) {
                merged.insert(merged.size, stored(rows, place.id(), value));
            }
        }
        if (!passOver) {
            while (next < rows.size) {
                merged.insert(merged.size, rows.sorted[next++]);
            }
            onHeap += merged.size - rows.size;
            rows.sorted = merged.sorted;
            rows.size = merged.size;
            rows.whole = true;
        }
    }

    /** Finds which slices the store holds, with one look for each. */
    private void findSlices() {
        long next = Long.MIN_VALUE;
        while (true) {
            try (KeyValueIterator<Bytes, byte[]> some = store.range(Place.bound(next), null)) {
                if (!some.hasNext()) {
                    return;
                }
                next = Place.slice(some.peekNextKey().get());
            }
            add(next);
            if (next == Long.MAX_VALUE) {
                return;
            }
            next++;
        }
    }

    private KeyValueIterator<Bytes, byte[]> range(long slice) {
        return store.range(Place.bound(slice), slice == Long.MAX_VALUE ? null : Place.bound(slice + 1));
    }

    private void writeBack() {
        // First what went: the same place may have a new row. By a put, since a delete reads what it deletes.
        removed.forEach(place -> store.put(place, null));
        removed.clear();
        for (Entry<V> entry : changed) {
            entry.isChanged = false;
            if (!entry.isRemoved) {
                store.put(Place.bytes(entry.rows.slice.number, entry.rows.key.bytes(), entry.id),
                        codec.encode(entry.value));
                entry.isStored = true;
            }
        }
        changed.clear();
        if (onHeap > mostOnHeap) {
            forgetSome();
        }
    }

    /**
     * Everything is in the store now: forgets the keys that came first, down to half of the budget. One that was used
     * since it came, or since it was spared the last time, is spared (as the algorithm called Clock or Second Chance does).
     */
    private void forgetSome() {
        while (onHeap > mostOnHeap / 2 && !queue.isEmpty()) {
            Rows<V> rows = queue.poll();
            if (!rows.isOnHeap) {
                continue;
            }
            if (rows.isUsed) {
                rows.isUsed = false;
                queue.add(rows);
                continue;
            }
            keysOnHeap--;
            onHeap -= 1 + rows.size;
            rows.slice.keys.remove(rows.key);
            rows.slice.whole = false;
            if (rows.size > 0 && rows.slice.forgotten != null) {
                rows.slice.forgotten.add(rows.key);
            }
            rows.leave();
        }
        knowFewer();
    }

    /** Old slices are asked least, so theirs are the keys that are not known any more. */
    private void knowFewer() {
        long known = 0;
        for (Slice<V> slice : slices.values()) {
            known += slice.knownKeys();
        }
        for (Slice<V> slice : slices.values()) {
            if (known <= (long) mostOnHeap * KNOWN_PER_ROW) {
                return;
            }
            known -= slice.knownKeys();
            slice.forgotten = null;
        }
    }
}
