package millrace.statestores.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random work on an ordered state over RocksDB, beside a map that does the same; commits, restarts and aborts included. */
class OrderedStateTest {
    private static final long SEED = Long.getLong("millrace.seed", 11);
    private static final long[] ORDERS = {Long.MIN_VALUE, Long.MIN_VALUE + 1, -5, -1, 0, 1, 7, Long.MAX_VALUE - 1,
            Long.MAX_VALUE};
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

    @TempDir
    File folder;

    private TaskStores stores;
    private OrderedState<Tally> state;
    private TreeMap<Long, TreeMap<String, Long>> expected = new TreeMap<>();
    private TreeMap<Long, TreeMap<String, Long>> committed = new TreeMap<>();
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
        run(Life.NEVER_COMMITTED, 1000, 2000);
    }

    @Test
    void writtenNowAndThenAndLargerThanTheHeapMayBe() {
        run(Life.COMMITTED_NOW_AND_THEN, 3, 4000);
    }

    @Test
    void restoredAfterEveryOperation() {
        run(Life.RESTORED_AFTER_EVERY_OPERATION, 4, 1500);
    }

    @Test
    void abortedAndRestoredAtRandom() {
        run(Life.RESTORED_AND_ABORTED, 5, 4000);
    }

    @Test
    void aPlaceThatIsEmptiedAndFilledInOneCommitHoldsTheNewValue() {
        start(10);
        KeyBytes key = new KeyBytes(new byte[] {1});
        state.create(5, key, new Tally(1));
        commit();
        state.remove(state.find(5, key));
        assertThat(state.find(5, key)).isNull();
        state.create(5, key, new Tally(2));
        commit();
        open();
        assertThat(state.find(5, key).value().value).isEqualTo(2);
        state.removeUpTo(5, e -> true);
        state.create(5, key, new Tally(3));
        state.remove(state.find(5, key));
        commit();
        open();
        assertThat(state.find(5, key)).isNull();
        assertThat(stored()).isEmpty();
    }

    @Test
    void whatComesAndGoesBetweenTwoCommitsNeverReachesTheStore() {
        start(10);
        state.create(5, new KeyBytes(new byte[] {1}), new Tally(1));
        state.create(6, new KeyBytes(new byte[] {2}), new Tally(2));
        state.removeUpTo(5, e -> true);
        commit();
        assertThat(stored()).hasSize(1);
    }

    @Test
    void aPlaceThatWasOnlyAskedForIsNotCounted() {
        start(10);
        assertThat(state.find(5, new KeyBytes())).isNull();
        assertThat(state.count()).isZero();
        state.create(6, new KeyBytes(), new Tally(1));
        commit();
        state.remove(state.find(6, new KeyBytes()));
        assertThat(state.count()).isZero();
        assertThat(state.first()).isEmpty();
    }

    @Test
    void nothingComesAfterTheLastOrder() {
        start(10);
        state.create(1, new KeyBytes(), new Tally(1));
        state.create(Long.MAX_VALUE, new KeyBytes(), new Tally(2));
        List<Long> seen = new ArrayList<>();
        state.forEach(Long.MAX_VALUE, Long.MAX_VALUE, e -> seen.add(e.order()));
        assertThat(seen).isEmpty();
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
                            expected = copy(committed);
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
        long order = ORDERS[random.nextInt(ORDERS.length)];
        byte[] key = KEYS[random.nextInt(KEYS.length)];
        String name = HexFormat.of().formatHex(key);
        OrderedState.Entry<Tally> entry;
        int operation = random.nextInt(14);
        String what = operation + " at " + order + " " + name;
        switch (operation) {
            case 0, 1, 2, 3, 4, 5 -> {
                long value = random.nextInt(1000);
                entry = find(order, key);
                assertThat(entry == null ? null : (Long) entry.value().value).as("seed %d: %s", SEED, what)
                        .isEqualTo(expected.getOrDefault(order, new TreeMap<>()).get(name));
                if (entry == null) {
                    // A key that points at a buffer which changes afterwards, as operators give it.
                    byte[] buffer = Arrays.copyOf(key, 8);
                    entry = state.create(order, new KeyBytes().pointAt(buffer, key.length), new Tally(0));
                    Arrays.fill(buffer, (byte) 99);
                }
                entry.value().value = value;
                state.changed(entry);
                expected.computeIfAbsent(order, o -> new TreeMap<>()).put(name, value);
            }
            case 6, 7 -> {
                entry = find(order, key);
                if (entry != null) {
                    state.remove(entry);
                    drop(order, name);
                }
            }
            case 8 -> {
                boolean all = random.nextBoolean();
                state.removeUpTo(order, e -> all || e.value().value % 2 == 0);
                expected.headMap(order, true).values()
                        .forEach(keys -> keys.values().removeIf(value -> all || value % 2 == 0));
                expected.values().removeIf(Map::isEmpty);
            }
            case 9, 10 -> {
                long after = ORDERS[random.nextInt(ORDERS.length)];
                var between = after == Long.MIN_VALUE
                        ? expected.headMap(order, true)
                        : after < order ? expected.subMap(after, false, order, true) : Map.of();
                assertThat(contents(after, order)).as("seed %d: between %d and %d", SEED, after, order)
                        .isEqualTo(between);
            }
            case 11 -> assertThat(state.first()).as("seed %d: %s", SEED, what)
                    .isEqualTo(expected.isEmpty() ? OptionalLong.empty() : OptionalLong.of(expected.firstKey()));
            case 12 -> assertThat(state.count()).as("seed %d: %s", SEED, what).isEqualTo(expected.size());
            default -> assertThat(find(order, key) != null).as("seed %d: %s", SEED, what)
                    .isEqualTo(expected.getOrDefault(order, new TreeMap<>()).containsKey(name));
        }
        return what;
    }

    private OrderedState.Entry<Tally> find(long order, byte[] key) {
        return state.find(order, new KeyBytes().pointAt(Arrays.copyOf(key, 8), key.length));
    }

    private void drop(long order, String name) {
        expected.get(order).remove(name);
        expected.values().removeIf(Map::isEmpty);
    }

    /** Also holds that orders come ascending, and each entry once. */
    private TreeMap<Long, TreeMap<String, Long>> contents(long after, long upTo) {
        TreeMap<Long, TreeMap<String, Long>> found = new TreeMap<>();
        List<Long> orders = new ArrayList<>();
        state.forEach(after, upTo, e -> {
            orders.add(e.order());
            Long twice = found.computeIfAbsent(e.order(), o -> new TreeMap<>()).put(HexFormat.of().formatHex(e.key()),
                    e.value().value);
            assertThat(twice).isNull();
        });
        assertThat(orders).as("seed %d", SEED).isSorted();
        return found;
    }

    private static TreeMap<Long, TreeMap<String, Long>> copy(TreeMap<Long, TreeMap<String, Long>> of) {
        TreeMap<Long, TreeMap<String, Long>> copy = new TreeMap<>();
        of.forEach((order, keys) -> copy.put(order, new TreeMap<>(keys)));
        return copy;
    }

    private void start(int heap) {
        mostOnHeap = heap;
        stores.add(declaration().stores());
        open();
    }

    private OrderedStateDeclaration<Tally> declaration() {
        return new OrderedStateDeclaration<>("tallies", CODEC, mostOnHeap);
    }

    /** As each {@code init} does; what was not committed is gone with the object before. */
    private void open() {
        state = OrderedState.open(stores.context(), declaration());
    }

    private void commit() {
        stores.writeBack("tallies");
        committed = copy(expected);
        assertThat(state.onHeap()).as("seed %d", SEED).isBetween(0, mostOnHeap);
    }

    private List<Bytes> stored() {
        return stores.keys("tallies");
    }
}
