package millrace.sinks.iceberg.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;

/** What a held column gives back, and where its rows stand among each other. */
class HeldColumnTest {
    @Test
    void rowsComeBackInAnyOrderWithTheirLevels() {
        HeldColumn lists = new HeldColumn(
                column("optional group l (LIST) { repeated group list { optional int64 element; } }"));
        List<List<String>> rows = List.of(List.of("7@0/3", "8@1/3", "-@1/2"), List.of("-@0/0"), List.of("-@0/1"),
                List.of("9@0/3"));
        rows.forEach(row -> row.forEach(entry -> {
            String[] parts = entry.split("[@/]");
            int repetition = Integer.parseInt(parts[1]);
            int definition = Integer.parseInt(parts[2]);
            if (parts[0].equals("-")) {
                lists.absent(repetition, definition);
            } else {
                lists.number(Long.parseLong(parts[0]), repetition, definition);
            }
        }));
        assertThat(lists.rows()).isEqualTo(4);
        for (int row : new int[] {3, 0, 2, 1, 0}) {
            Told told = new Told();
            lists.copy(row, told);
            assertThat(told.entries).isEqualTo(rows.get(row));
        }
    }

    @Test
    void ranksFollowTheOrderOfTheValues() {
        Random random = new Random(7);
        assertRanks("optional int32 c", random, r -> r.nextInt(3) - 1, (v, to) -> to.number(v, 0, 1));
        assertRanks("optional int64 c", random, Random::nextLong, (v, to) -> to.number(v, 0, 1));
        assertRanks("optional float c", random, r -> (float) r.nextGaussian(),
                (v, to) -> to.number(Float.floatToRawIntBits(v), 0, 1));
        assertRanks("optional double c", random, Random::nextGaussian,
                (v, to) -> to.number(Double.doubleToRawLongBits(v), 0, 1));
        assertRanks("optional binary c (STRING)", random, r -> "https://" + Long.toString(r.nextLong() >>> 40, 36),
                (v, to) -> to.bytes(v.getBytes(StandardCharsets.UTF_8), 0, v.length(), 0, 1));
        assertRanks("optional fixed_len_byte_array(16) c (DECIMAL(38, 0))", random, r -> (long) r.nextInt(),
                (v, to) -> to.wide(v >> 63, v, 0, 1));
    }

    @Test
    void aboutAsManyRowsHaveEachRankHoweverValuesAreDistributed() {
        HeldColumn column = new HeldColumn(column("required double c"));
        Random random = new Random(8);
        for (int i = 0; i < 100_000; i++) {
            column.number(Double.doubleToRawLongBits(Math.exp(20 * random.nextDouble())), 0, 0);
        }
        int[] counts = new int[16];
        for (int rank : column.ranks(4)) {
            counts[rank]++;
        }
        assertThat(counts[0]).isZero();
        assertThat(Arrays.stream(counts, 1, 15)).allMatch(c -> c > 4_000 && c < 10_000);
    }

    private interface Giver<T> {
        void give(T value, LeafColumn to);
    }

    private static <T extends Comparable<T>> void assertRanks(String type, Random random, Function<Random, T> values,
            Giver<T> giver) {
        HeldColumn column = new HeldColumn(column(type));
        List<T> rows = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            T value = random.nextInt(10) == 0 ? null : values.apply(random);
            rows.add(value);
            if (value == null) {
                column.absent(0, 0);
            } else {
                giver.give(value, column);
            }
        }
        int[] ranks = column.ranks(8);
        List<Integer> inOrder = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            assertThat(ranks[i]).isBetween(0, 255);
            assertThat(ranks[i] == 0).isEqualTo(rows.get(i) == null);
            inOrder.add(i);
        }
        inOrder.removeIf(i -> rows.get(i) == null);
        inOrder.sort((a, b) -> rows.get(a).compareTo(rows.get(b)));
        assertThat(inOrder.stream().map(i -> ranks[i])).as(type).isSorted();
        int distinct = new TreeSet<>(inOrder.stream().map(rows::get).toList()).size();
        assertThat(inOrder.stream().map(i -> ranks[i]).distinct().count()).as(type)
                .isGreaterThanOrEqualTo(Math.min(distinct, 200));
    }

    private static ColumnDescriptor column(String field) {
        String end = field.endsWith("}") ? "" : ";";
        return MessageTypeParser.parseMessageType("message m { " + field + end + " }").getColumns().get(0);
    }

    private static final class Told implements LeafColumn {
        private final List<String> entries = new ArrayList<>();

        @Override
        public void absent(int repetition, int definition) {
            entries.add("-@" + repetition + "/" + definition);
        }

        @Override
        public void number(long value, int repetition, int definition) {
            entries.add(value + "@" + repetition + "/" + definition);
        }

        @Override
        public void wide(long high, long low, int repetition, int definition) {
            throw new AssertionError();
        }

        @Override
        public void bytes(byte[] source, int offset, int length, int repetition, int definition) {
            throw new AssertionError();
        }
    }
}
