package millrace.statestores.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random work on sorted rows over RocksDB, beside a map that does the same; commits, restarts and aborts included. */
class SortedRowsTest {
    private static final long SEED = Long.getLong("millrace.seed", 17);
    private static final long[] SLICES = {Long.MIN_VALUE, -5, -1, 0, 1, 7, Long.MAX_VALUE - 1, Long.MAX_VALUE};
    /** Some are the beginning of others, and their places would mix if a place did not say how long its key is. */
    private static final byte[][] KEYS = {{}, {0}, {0, 0}, {1}, {-1}, {-1, -1}, {1, 0, 1}};

    /** A value of its own object, so that a change in place shows. */
    private static final class Tally {
        private long value;

        private Tally(long value) {
            this.value = value;
        }
    }

    private static final StateCodec<Tally> CODEC = new StateCodec<>() {
        @Override
        public byte[] encode(Tally tally) {
            return new StateOutput().writeByte(1).writeLong(tally.value).toBytes();
        }

        @Override
        public Tally decode(byte[] bytes) {
            return new Tally(new StateInput(bytes, 1, bytes.length - 1).readLong());
        }
    };

    /** How a run treats its task. */
    private enum Life {
        NEVER_COMMITTED, COMMITTED_NOW_AND_THEN, RESTORED_AFTER_EVERY_OPERATION, RESTORED_AND_ABORTED
    }

    /** Where a row is; sorts as the state does. */
    private record Where(long slice, String key, String id) implements Comparable<Where> {
        @Override
        public int compareTo(Where o) {
            int order = Long.compare(slice, o.slice);
            order = order != 0 ? order : key.compareTo(o.key);
            // Hexadecimal text sorts as its bytes do, unsigned.
            return order != 0 ? order : id.compareTo(o.id);
        }
    }

    @TempDir
    File folder;

    /** What the state did to the store, since the last {@link #forgetCalls}. */
    private final List<String> calls = new ArrayList<>();
    private TaskStores stores;
    private SortedRows<Tally> state;
    private TreeMap<Where, Long> expected = new TreeMap<>();
    private TreeMap<Where, Long> committed = new TreeMap<>();
    private int mostOnHeap;

    @BeforeEach
    void stores() {
        stores = new TaskStores(folder);
    }

    @AfterEach
    void close() {
        stores.close();
    }

    @Test
    void heldByTheHeapAlone() {
        run(Life.NEVER_COMMITTED, 1000, 3000);
    }

    @Test
    void writtenNowAndThenAndLargerThanTheHeapMayBe() {
        run(Life.COMMITTED_NOW_AND_THEN, 7, 8000);
    }

    @Test
    void everyKeyForgottenAtEveryCommit() {
        run(Life.COMMITTED_NOW_AND_THEN, 0, 4000);
    }

    @Test
    void restoredAfterEveryOperation() {
        run(Life.RESTORED_AFTER_EVERY_OPERATION, 8, 2000);
    }

    @Test
    void abortedAndRestoredAtRandom() {
        run(Life.RESTORED_AND_ABORTED, 20, 8000);
    }

    @Test
    void whatComesAndGoesBetweenTwoCommitsNeverReachesTheStore() {
        start(10);
        forgetCalls();
        state.create(5, key(1), id(1), new Tally(1));
        state.create(6, key(2), id(1), new Tally(2));
        state.remove(state.find(6, key(2), id(1)));
        state.removeUpTo(5, e -> true);
        commit();
        assertThat(calls).isEmpty();
        assertThat(state.slices()).isZero();
    }

    @Test
    void aPlaceThatIsEmptiedAndFilledInOneCommitHoldsTheNewRow() {
        start(10);
        state.create(5, key(1), id(1), new Tally(1));
        commit();
        state.removeUpTo(5, e -> true);
        assertThat(state.find(5, key(1), id(1))).isNull();
        state.create(5, key(1), id(1), new Tally(2));
        commit();
        open();
        assertThat(state.rows(5, key(1))).hasSize(1);
        assertThat(state.find(5, key(1), id(1)).value().value).isEqualTo(2);
    }

    @Test
    void theRowsOfAHotKeyAreWrittenOnceEach() {
        start(1000);
        for (int i = 0; i < 100; i++) {
            state.create(0, key(1), id(i), new Tally(i));
            if (i % 10 == 9) {
                commit();
            }
        }
        forgetCalls();
        state.create(0, key(1), id(100), new Tally(100));
        commit();
        assertThat(calls).containsExactly("put");
    }

    @Test
    void aRowOfAForgottenKeyCostsOneLookAndNotItsOtherRows() {
        start(10);
        for (int i = 0; i < 50; i++) {
            state.create(0, key(1), id(i), new Tally(i));
        }
        commit();
        assertThat(state.onHeap()).isZero();
        forgetCalls();
        assertThat(state.find(0, key(1), id(60))).isNull();
        state.create(0, key(1), id(60), new Tally(60));
        commit();
        assertThat(calls).containsExactly("get", "put");
    }

    @Test
    void nothingIsReadForASliceThatWasNeverStoredOrIsOnTheHeap() {
        start(100);
        state.create(0, key(1), id(1), new Tally(1));
        commit();
        forgetCalls();
        assertThat(state.find(0, key(2), id(1))).isNull();
        assertThat(state.rows(0, key(2))).isEmpty();
        assertThat(state.rows(0, key(1))).hasSize(1);
        assertThat(state.rows(9, key(1))).isEmpty();
        assertThat(state.find(9, key(1), id(1))).isNull();
        assertThat(calls).isEmpty();
    }

    @Test
    void nothingIsReadWhileNothingIsDue() {
        start(0);
        state.create(10, key(1), id(1), new Tally(1));
        commit();
        open();
        forgetCalls();
        state.removeUpTo(9, e -> true);
        state.forEach(Long.MIN_VALUE, 9, e -> {
        });
        state.forEach(10, Long.MAX_VALUE, e -> {
        });
        assertThat(calls).isEmpty();
    }

    @Test
    void whatIsRemovedFromTheStoreIsNotBroughtOntoTheHeap() {
        start(0);
        for (int i = 0; i < 50; i++) {
            state.create(i % 2, key(i), id(i), new Tally(i));
        }
        commit();
        state.removeUpTo(0, e -> e.value().value < 40);
        assertThat(state.onHeap()).isZero();
        List<Long> left = new ArrayList<>();
        state.forEach(Long.MIN_VALUE, 0, e -> left.add(e.value().value));
        assertThat(left).containsExactlyInAnyOrder(40L, 42L, 44L, 46L, 48L);
        state.removeUpTo(1, e -> true);
        assertThat(state.slices()).isZero();
    }

    @Test
    void theKeysUsedLongestAgoAreForgotten() {
        start(8);
        for (int i = 0; i < 4; i++) {
            state.create(0, key(i), id(1), new Tally(i));
        }
        commit();
        state.rows(0, key(0));
        state.create(0, key(4), id(1), new Tally(4));
        commit();
        forgetCalls();
        assertThat(state.rows(0, key(0))).hasSize(1);
        assertThat(state.rows(0, key(4))).hasSize(1);
        assertThat(calls).isEmpty();
        assertThat(state.rows(0, key(1))).hasSize(1);
        assertThat(calls).containsExactly("prefixScan");
    }

    @Test
    void aKeyThatNeverCameIsNotLookedForThoughOthersAreForgotten() {
        start(10);
        for (int i = 0; i < 50; i++) {
            state.create(0, key(i), id(1), new Tally(i));
        }
        commit();
        forgetCalls();
        assertThat(state.find(0, key(60), id(1))).isNull();
        assertThat(state.rows(0, key(60))).isEmpty();
        state.create(0, key(60), id(1), new Tally(60));
        assertThat(state.rows(0, key(60))).hasSize(1);
        assertThat(calls).isEmpty();
        assertThat(state.rows(0, key(7))).hasSize(1);
        assertThat(calls).containsExactly("prefixScan");
    }

    @Test
    void tooManyForgottenKeysAreNotKnownAnyMore() {
        start(1);
        for (int i = 0; i < 100; i++) {
            state.create(i / 50, key(i), id(1), new Tally(i));
        }
        commit();
        forgetCalls();
        assertThat(state.find(0, key(-1), id(1))).isNull();
        assertThat(calls).containsExactly("get");
    }

    private void run(Life life, int heap, int operations) {
        Random random = new Random(SEED);
        start(heap);
        for (int step = 0; step < operations; step++) {
            String done = operate(random);
            switch (life) {
                case NEVER_COMMITTED -> {}
                case COMMITTED_NOW_AND_THEN -> {
                    if (random.nextInt(5) == 0) {
                        commit();
                    }
                }
                case RESTORED_AFTER_EVERY_OPERATION -> {
                    commit();
                    open();
                }
                case RESTORED_AND_ABORTED -> {
                    switch (random.nextInt(12)) {
                        case 0, 1 -> commit();
                        case 2 -> {
                            commit();
                            open();
                        }
                        case 3 -> {
                            expected = new TreeMap<>(committed);
                            open();
                        }
                        default -> {}
                    }
                }
            }
            if (step % 20 == 0) {
                assertThat(contents(Long.MIN_VALUE, Long.MAX_VALUE)).as("%s, seed %d, step %d: %s", life, SEED, step,
                        done).isEqualTo(expected);
            }
        }
        commit();
        open();
        assertThat(contents(Long.MIN_VALUE, Long.MAX_VALUE)).as("%s, seed %d", life, SEED).isEqualTo(expected);
    }

    private String operate(Random random) {
        long slice = SLICES[random.nextInt(SLICES.length)];
        byte[] key = KEYS[random.nextInt(KEYS.length)];
        byte[] id = KEYS[random.nextInt(KEYS.length)];
        Where where = new Where(slice, hex(key), hex(id));
        int operation = random.nextInt(16);
        String what = operation + " at " + where;
        switch (operation) {
            case 0, 1, 2, 3, 4, 5, 6 -> {
                long value = random.nextInt(1000);
                SortedRows.Entry<Tally> entry = find(slice, key, id, what);
                if (entry == null) {
                    // A key that points at a buffer which changes afterwards, as operators give it.
                    byte[] buffer = Arrays.copyOf(key, 8);
                    entry = state.create(slice, new KeyBytes().pointAt(buffer, key.length), id.clone(), new Tally(0));
                    Arrays.fill(buffer, (byte) 99);
                }
                entry.value().value = value;
                state.changed(entry);
                expected.put(where, value);
            }
            case 7, 8 -> {
                SortedRows.Entry<Tally> entry = find(slice, key, id, what);
                if (entry != null) {
                    state.remove(entry);
                    expected.remove(where);
                }
            }
            case 9 -> {
                boolean all = random.nextBoolean();
                state.removeUpTo(slice, e -> all || e.value().value % 2 == 0);
                expected.entrySet().removeIf(e -> e.getKey().slice <= slice && (all || e.getValue() % 2 == 0));
            }
            case 10, 11 -> {
                long after = SLICES[random.nextInt(SLICES.length)];
                TreeMap<Where, Long> between = new TreeMap<>(expected);
                between.keySet().removeIf(w -> w.slice > slice || w.slice <= after && after != Long.MIN_VALUE);
                assertThat(contents(after, slice)).as("seed %d: between %d and %d", SEED, after, slice)
                        .isEqualTo(between);
            }
            case 12 -> {
                TreeSet<String> gone = new TreeSet<>();
                // Removes the row it is given and its neighbours, and adds one elsewhere.
                state.forEach(slice == Long.MIN_VALUE ? slice : slice - 1, slice, e -> {
                    assertThat(gone).as("seed %d: %s", SEED, what).doesNotContain(hex(e.key()));
                    if (e.value().value % 3 == 0) {
                        gone.add(hex(e.key()));
                        KeyBytes of = new KeyBytes(e.key());
                        while (!state.rows(e.slice(), of).isEmpty()) {
                            SortedRows.Entry<Tally> first = state.rows(e.slice(), of).get(0);
                            state.remove(first);
                            expected.remove(new Where(first.slice(), hex(first.key()), hex(first.id())));
                        }
                    }
                });
            }
            default -> {
                TreeMap<Where, Long> found = new TreeMap<>();
                List<String> ids = new ArrayList<>();
                for (SortedRows.Entry<Tally> e : state.rows(slice, new KeyBytes().pointAt(Arrays.copyOf(key, 8),
                        key.length))) {
                    ids.add(hex(e.id()));
                    found.put(new Where(e.slice(), hex(e.key()), hex(e.id())), e.value().value);
                }
                assertThat(ids).as("seed %d: %s", SEED, what).isSorted().doesNotHaveDuplicates();
                TreeMap<Where, Long> ofKey = new TreeMap<>(expected);
                ofKey.keySet().removeIf(w -> w.slice != slice || !w.key.equals(where.key));
                assertThat(found).as("seed %d: %s", SEED, what).isEqualTo(ofKey);
            }
        }
        return what;
    }

    private SortedRows.Entry<Tally> find(long slice, byte[] key, byte[] id, String what) {
        var entry = state.find(slice, new KeyBytes().pointAt(Arrays.copyOf(key, 8), key.length), id);
        assertThat(entry == null ? null : (Long) entry.value().value).as("seed %d: %s", SEED, what)
                .isEqualTo(expected.get(new Where(slice, hex(key), hex(id))));
        return entry;
    }

    /** Also holds that slices come ascending, and in a slice each key once with its ids ascending. */
    private TreeMap<Where, Long> contents(long after, long upTo) {
        TreeMap<Where, Long> found = new TreeMap<>();
        List<Long> slices = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        Where[] before = new Where[1];
        state.forEach(after, upTo, e -> {
            Where where = new Where(e.slice(), hex(e.key()), hex(e.id()));
            assertThat(found.put(where, e.value().value)).isNull();
            slices.add(e.slice());
            if (before[0] != null && before[0].slice == where.slice && before[0].key.equals(where.key)) {
                assertThat(where.id).as("seed %d", SEED).isGreaterThan(before[0].id);
            } else {
                keys.add(where.slice + " " + where.key);
            }
            before[0] = where;
        });
        assertThat(slices).as("seed %d", SEED).isSorted();
        assertThat(keys).as("seed %d", SEED).doesNotHaveDuplicates();
        return found;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static KeyBytes key(int of) {
        return new KeyBytes(id(of));
    }

    private static byte[] id(int of) {
        return new byte[] {(byte) of};
    }

    private void start(int heap) {
        mostOnHeap = heap;
        stores.add(declaration().stores(), store -> store instanceof KeyValueStore<?, ?> ? watched(store) : store);
        open();
    }

    private StateStore watched(StateStore store) {
        return (StateStore) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {KeyValueStore.class},
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("name")) {
                        calls.add(method.getName());
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void forgetCalls() {
        calls.clear();
    }

    private SortedRowsDeclaration<Tally> declaration() {
        return new SortedRowsDeclaration<>("rows", CODEC, mostOnHeap);
    }

    /** As each {@code init} does; what was not committed is gone with the object before. */
    private void open() {
        state = SortedRows.open(stores.context(), declaration());
    }

    private void commit() {
        stores.writeBack("rows");
        committed = new TreeMap<>(expected);
        assertThat(state.onHeap()).as("seed %d", SEED).isBetween(0, mostOnHeap);
    }
}
