package millrace.statestores.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Many stores of one process, with more data than the budget. */
@ResourceLock(StateMemoryTest.MEMORY)
class StateMemoryTest {
    /** What is in use is a figure of the whole process. */
    static final String MEMORY = "millrace.state.memory";
    private static final long BUDGET = 16 << 20;
    private static final int STORES = 40;
    private static final int ROWS = 2_000;
    private static final int ROW = 1 << 10;

    @TempDir
    File folder;

    private final List<KeyValueStore<Bytes, byte[]>> stores = new ArrayList<>();

    @AfterEach
    void close() {
        stores.forEach(StateStore::close);
    }

    @Test
    void manyStoresStayWithinTheBudget() {
        long others = StateMemory.used();
        open();
        fill();
        // Blocks that are being read are held beside the budget for a moment.
        assertThat(StateMemory.used() - others).as("of %d MiB of data", (long) STORES * ROWS * ROW >> 20).isPositive()
                .isLessThan(BUDGET + (BUDGET >> 3));
        assertThat(everythingIsThere(stores)).isTrue();
        assertThat(StateMemory.used() - others).isLessThan(BUDGET + (BUDGET >> 3));
    }

    @Test
    void aStoreThatClosesLeavesTheOthersTheirMemory() {
        open();
        fill();
        List<KeyValueStore<Bytes, byte[]>> half = stores.subList(0, STORES / 2);
        half.forEach(StateStore::close);
        half.clear();
        assertThat(everythingIsThere(stores)).isTrue();
        fill();
        assertThat(everythingIsThere(stores)).isTrue();
    }

    private void open() {
        Properties settings = new Properties();
        settings.put("rocksdb.config.setter", StateMemory.class.getName());
        settings.put(StateMemory.BUDGET, Long.toString(BUDGET));
        var context = new MockProcessorContext<>(settings, new TaskId(0, 0), folder);
        for (int i = 0; i < STORES; i++) {
            KeyValueStore<Bytes, byte[]> store = Stores.persistentKeyValueStore("store-" + i).get();
            store.init(context.getStateStoreContext(), store);
            stores.add(store);
        }
    }

    private void fill() {
        byte[] value = new byte[ROW];
        for (int row = 0; row < ROWS; row++) {
            new Random(row).nextBytes(value);
            for (var store : stores) {
                store.put(key(row), value);
            }
        }
    }

    private static boolean everythingIsThere(List<KeyValueStore<Bytes, byte[]>> stores) {
        byte[] value = new byte[ROW];
        for (int row = 0; row < ROWS; row++) {
            new Random(row).nextBytes(value);
            for (var store : stores) {
                if (!Arrays.equals(store.get(key(row)), value)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static Bytes key(int row) {
        return Bytes.wrap(ByteBuffer.allocate(Integer.BYTES).putInt(row).array());
    }
}
