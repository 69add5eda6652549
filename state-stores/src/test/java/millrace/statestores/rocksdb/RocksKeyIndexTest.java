package millrace.statestores.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import millrace.statestores.index.KeyIndex;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Where keys are is found again, as of the last change that was said to be whole. */
@ResourceLock(StateMemoryTest.MEMORY)
class RocksKeyIndexTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_129L);

    @TempDir
    Path folder;
    private KeyIndex index;

    @BeforeEach
    void open() {
        index = RocksKeyIndex.open(folder.resolve("index"), Map.of());
    }

    @AfterEach
    void close() {
        index.close();
    }

    private void reopen() {
        close();
        open();
    }

    @Test
    void aChangeIsThereAfterARestartWithItsTag() {
        int first = index.fileOf("s3://w/a.parquet");
        int second = index.fileOf("s3://w/b.parquet");
        assertThat(index.fileOf("s3://w/a.parquet")).isEqualTo(first).isNotEqualTo(second);
        apply("one", key(1, 7), KeyIndex.place(first, 0), key(1, 8), KeyIndex.place(second, 0xffff_ffffL));
        apply("two", key(1, 7), KeyIndex.NOWHERE, key(2, 7), KeyIndex.place(second, 5));
        reopen();
        assertThat(index.tag()).contains("two");
        assertThat(index.find(List.of(key(1, 7), key(1, 8), key(2, 7)))).containsExactly(KeyIndex.NOWHERE,
                KeyIndex.place(second, 0xffff_ffffL), KeyIndex.place(second, 5));
        assertThat(index.locationOf(KeyIndex.file(KeyIndex.place(second, 5)))).contains("s3://w/b.parquet");
        assertThat(KeyIndex.position(KeyIndex.place(second, 0xffff_ffffL))).isEqualTo(0xffff_ffffL);
        assertThat(index.fileOf("s3://w/c.parquet")).isNotIn(first, second);
    }

    @Test
    void anIndexThatIsHalfBuiltHasNoTag() {
        apply("whole", key(0, 1), 1);
        load(key(0, 2), 2);
        assertThat(index.tag()).isEmpty();
        reopen();
        assertThat(index.tag()).isEmpty();
        index.clear();
        load(key(0, 3), 3);
        index.apply(index.changes(), "built");
        reopen();
        assertThat(index.tag()).contains("built");
        assertThat(index.find(List.of(key(0, 1), key(0, 2), key(0, 3)))).containsExactly(-1, -1, 3);
    }

    @Test
    void aShardIsForgottenAlone() {
        apply("all", key(0, 1), 1, key(1, 1), 2, key(2, 1), 3, key(255, 1), 4, key(256, 1), 5);
        index.forget(1);
        index.forget(255);
        assertThat(index.tag()).isEmpty();
        index.apply(index.changes(), "rest");
        assertThat(index.find(List.of(key(0, 1), key(1, 1), key(2, 1), key(255, 1), key(256, 1)))).containsExactly(1,
                -1, 3, -1, 5);
    }

    @Test
    void numbersOfFilesThatAreGoneAreForgotten() {
        int a = index.fileOf("a");
        int b = index.fileOf("b");
        int c = index.fileOf("c");
        index.keepFiles(Set.of("a"));
        reopen();
        assertThat(index.locationOf(a)).contains("a");
        assertThat(index.locationOf(b)).isEmpty();
        assertThat(index.locationOf(c)).isEmpty();
        assertThat(index.fileOf("d")).as("a place in a forgotten file never means one in another").isNotIn(a, b, c);
    }

    @Test
    void manyRandomChangesAreThoseOfAMap() {
        Random random = new Random(SEED);
        Map<Long, Long> expected = new TreeMap<>();
        for (int round = 0; round < 30; round++) {
            KeyIndex.Changes changes = index.changes();
            for (int i = 0; i < 2_000; i++) {
                long key = random.nextInt(20_000);
                if (random.nextInt(4) == 0) {
                    changes.put(key(3, key), KeyIndex.NOWHERE);
                    expected.remove(key);
                } else {
                    long place = KeyIndex.place(random.nextInt(1_000), random.nextInt(Integer.MAX_VALUE));
                    changes.put(key(3, key), place);
                    expected.put(key, place);
                }
            }
            index.apply(changes, "round " + round);
            if (random.nextInt(5) == 0) {
                reopen();
            }
            List<byte[]> keys = new ArrayList<>();
            LongStream.range(0, 20_000).forEach(k -> keys.add(key(3, k)));
            long[] found = index.find(keys);
            for (int k = 0; k < found.length; k++) {
                assertThat(found[k]).as("key %d in round %d, seed %d", k, round, SEED)
                        .isEqualTo(expected.getOrDefault((long) k, KeyIndex.NOWHERE));
            }
        }
    }

    private void apply(String tag, Object... keysAndPlaces) {
        index.apply(changes(keysAndPlaces), tag);
    }

    private void load(Object... keysAndPlaces) {
        index.load(changes(keysAndPlaces));
    }

    private KeyIndex.Changes changes(Object... keysAndPlaces) {
        KeyIndex.Changes changes = index.changes();
        for (int i = 0; i < keysAndPlaces.length; i += 2) {
            changes.put((byte[]) keysAndPlaces[i], ((Number) keysAndPlaces[i + 1]).longValue());
        }
        return changes;
    }

    private static byte[] key(int shard, long key) {
        return ByteBuffer.allocate(KeyIndex.SHARD_BYTES + Long.BYTES).putShort((short) shard).putLong(key).array();
    }
}
