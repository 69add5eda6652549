package millrace.sinks.iceberg.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Held records against a map of them. */
class NewestRecordsTest {
    private record Held(byte[] name, byte[] order, int partition, long offset, byte[] value) {
        byte[] sortedBy() {
            return order == null ? name : order;
        }
    }

    @Test
    void theNewestOfEachNameIsHeldWhateverItsLength() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            NewestRecords records = new NewestRecords();
            Map<String, Held> map = new HashMap<>();
            int names = 1 + random.nextInt(3_000);
            for (int i = random.nextInt(10_000); i >= 0; i--) {
                byte[] name = bytes(new Random(random.nextInt(names)), 12);
                Held held = new Held(name, random.nextInt(3) == 0 ? bytes(random, 20) : null, random.nextInt(4), i,
                        random.nextInt(5) == 0 ? null : bytes(random, random.nextInt(500) == 0 ? 3 << 19 : 40));
                records.put(held.name(), held.order(), held.partition(), held.offset(), held.value());
                map.put(Arrays.toString(name), held);
            }
            assertThat(records.size()).as("seed %d", seed).isEqualTo(map.size());
            assertHeld(seed, records, map);
            assertOrder(seed, records, map, records.byName(), Held::name);
            assertOrder(seed, records, map, records.inOrder(), Held::sortedBy);
        }
    }

    @Test
    void aRecordOfTheSameLengthTakesNoMoreRoom() {
        NewestRecords records = new NewestRecords();
        assertThat(records.bytes()).isZero();
        records.put(new byte[4], null, 0, 0, new byte[100]);
        long one = records.bytes();
        assertThat(one).isLessThan(200);
        for (int i = 1; i < 1_000; i++) {
            records.put(new byte[4], null, 0, i, new byte[100 - i % 2]);
        }
        assertThat(records.bytes()).isEqualTo(one);
        assertThat(records.offset(0)).isEqualTo(999);
        for (int length = 100; length < 1_100; length++) {
            records.put(new byte[4], null, 0, length, new byte[length]);
        }
        assertThat(records.bytes()).as("of a record that grows").isLessThan(20_000);
        records.clear();
        assertThat(records.bytes()).isZero();
        assertThat(records.byName()).isEmpty();
    }

    @Test
    void roomThatGrowingRecordsHaveLostIsWonBack() {
        NewestRecords records = new NewestRecords();
        Map<String, Held> map = new HashMap<>();
        Random random = new Random(5);
        for (int round = 0; round < 40; round++) {
            for (int i = 0; i < 2_000; i++) {
                byte[] name = bytes(new Random(i), 12);
                byte[] value = new byte[50 + 20 * round];
                random.nextBytes(value);
                Held held = new Held(name, null, 0, round, value);
                records.put(name, null, 0, round, value);
                map.put(Arrays.toString(name), held);
            }
            assertThat(records.bytes()).isLessThan(2_000L * 2 * (100 + 20 * round) + (1 << 20));
        }
        assertHeld(5, records, map);
    }

    private static void assertHeld(long seed, NewestRecords records, Map<String, Held> map) {
        for (int record = 0; record < records.size(); record++) {
            Held held = map.get(Arrays.toString(records.name(record)));
            assertThat(records.partition(record)).as("seed %d", seed).isEqualTo(held.partition());
            assertThat(records.offset(record)).isEqualTo(held.offset());
            assertThat(records.isDelete(record)).isEqualTo(held.value() == null);
            if (held.value() != null) {
                assertThat(Arrays.equals(records.value(record), held.value())).isTrue();
            }
        }
    }

    private static void assertOrder(long seed, NewestRecords records, Map<String, Held> map, Integer[] found,
            java.util.function.Function<Held, byte[]> key) {
        Set<Integer> all = new HashSet<>(List.of(found));
        assertThat(all).as("seed %d", seed).hasSize(records.size());
        List<byte[]> keys = new ArrayList<>();
        for (Integer record : found) {
            keys.add(key.apply(map.get(Arrays.toString(records.name(record)))));
        }
        assertThat(keys).as("seed %d", seed).isSortedAccordingTo((Comparator<byte[]>) Arrays::compareUnsigned);
    }

    private static byte[] bytes(Random random, int most) {
        byte[] bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return bytes;
    }
}
