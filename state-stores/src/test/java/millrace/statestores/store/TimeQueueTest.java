package millrace.statestores.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import millrace.statestores.codec.StateCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random work on a queue over RocksDB, beside a map that does the same; commits, restarts and aborts included. */
class TimeQueueTest {
    private static final long SEED = Long.getLong("millrace.seed", 17);
    private static final StateCodec<Long> CODEC = new StateCodec<>() {
        @Override
        public byte[] encode(Long value) {
            return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
        }

        @Override
        public Long decode(byte[] bytes) {
            return ByteBuffer.wrap(bytes).getLong();
        }
    };

    /** What waits, with a value of its own. */
    private record Waiting(int number, long moment) {
        KeyBytes name() {
            return new KeyBytes(ByteBuffer.allocate(12).putInt(number).putLong(moment).array());
        }

        static Waiting of(KeyBytes name) {
            ByteBuffer in = ByteBuffer.wrap(name.bytes());
            return new Waiting(in.getInt(), in.getLong());
        }

        long value() {
            return 31 * moment + number;
        }
    }

    @TempDir
    File folder;

    private final Set<Waiting> expected = new LinkedHashSet<>();
    private Set<Waiting> committed = Set.of();
    private TaskStores stores;
    private TimeQueue<Long> queue;
    private int mostOnHeap;
    private long time;
    private long committedTime;

    @BeforeEach
    void stores() {
        stores = new TaskStores(folder);
    }

    @AfterEach
    void close() {
        stores.close();
    }

    @Test
    void onTheHeap() {
        run(100_000, new int[] {1, 0, 0});
    }

    @Test
    void moreThanTheHeapMayHold() {
        run(50, new int[] {1, 0, 0});
    }

    @Test
    void restoredAndAborted() {
        run(100_000, new int[] {4, 2, 2});
    }

    @Test
    void restoredAndAbortedWithMoreThanTheHeapMayHold() {
        run(30, new int[] {4, 2, 2});
    }

    @Test
    void manyValuesLieInFewRecordsAndGoWithThem() {
        start(100_000);
        for (int i = 0; i < 5_000; i++) {
            add(new Waiting(i, i * 1_000L));
        }
        commit();
        assertThat(stored()).isBetween(2, 40);
        queue.passUpTo(2_500_000, item -> {});
        commit();
        assertThat(stored()).isBetween(1, 20);
        queue.passUpTo(Long.MAX_VALUE, item -> {});
        commit();
        assertThat(stored()).isZero();
    }

    @Test
    void whatComesAndGoesBetweenTwoCommitsNeverReachesTheStore() {
        start(100_000);
        add(new Waiting(1, 5));
        add(new Waiting(2, 6));
        queue.remove(5, new Waiting(1, 5).name());
        queue.passUpTo(7, item -> {});
        commit();
        assertThat(stored()).isZero();
    }

    /** @param of twelve steps, how many end in a commit, in a commit and a restart, and in an abort */
    private void run(int heap, int[] of) {
        Random random = new Random(SEED);
        start(heap);
        for (int step = 0; step < 3_000; step++) {
            operate(random, step);
            int fate = random.nextInt(12);
            if (fate < of[0]) {
                commit();
            } else if (fate < of[0] + of[1]) {
                commit();
                open();
            } else if (fate < of[0] + of[1] + of[2]) {
                expected.clear();
                expected.addAll(committed);
                time = committedTime;
                open();
            }
            if (heap < 1_000) {
                // The slice of one moment is never divided.
                assertThat(queue.onHeap()).as("seed %d", SEED).isLessThan(heap + 100);
            }
        }
        take(Long.MAX_VALUE, -1);
        assertThat(expected).as("seed %d", SEED).isEmpty();
        commit();
        assertThat(stored()).as("seed %d", SEED).isZero();
    }

    private void operate(Random random, int step) {
        switch (random.nextInt(8)) {
            case 0 -> take(time + random.nextInt(400_000), step);
            case 1 -> expected.stream().skip(expected.isEmpty() ? 0 : random.nextInt(expected.size())).findFirst()
                    .ifPresent(one -> {
                        queue.remove(one.moment(), one.name());
                        expected.remove(one);
                    });
            default -> {
                // Some come again, once they are gone.
                Waiting one = new Waiting(random.nextInt(4), (time / 5_000 + random.nextInt(1_000)) * 5_000);
                if (one.moment() >= time && expected.add(one)) {
                    add(one);
                }
            }
        }
    }

    private void add(Waiting one) {
        queue.add(one.moment(), one.name(), one.value());
    }

    private void take(long before, int step) {
        time = before;
        Set<Waiting> due = new HashSet<>(expected);
        due.removeIf(w -> w.moment() >= before);
        boolean all = false;
        for (int rounds = 0; !all; rounds++) {
            all = queue.passUpTo(before, 1 + rounds * 3L, item -> {
                Waiting one = Waiting.of(item.name());
                assertThat(item.value()).isEqualTo(one.value());
                // What is remembered may have been removed since.
                assertThat(due.remove(one) || item.isRemembered()).as("seed %d, step %d: %s", SEED, step, one).isTrue();
            });
        }
        assertThat(due).as("seed %d, step %d", SEED, step).isEmpty();
        expected.removeIf(w -> w.moment() < before);
    }

    private void start(int heap) {
        mostOnHeap = heap;
        stores.add(declaration().stores());
        open();
    }

    private TimeQueueDeclaration<Long> declaration() {
        return new TimeQueueDeclaration<>("waiting", CODEC, mostOnHeap);
    }

    private void open() {
        queue = TimeQueue.open(stores.context(), declaration(), time);
    }

    private void commit() {
        stores.writeBack("waiting");
        committed = Set.copyOf(expected);
        committedTime = time;
    }

    private int stored() {
        return stores.keys("waiting").size();
    }
}
