package millrace.topology.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.kit.OperatorKit.Folded;
import millrace.topology.kit.OperatorKit.Manner;
import millrace.topology.kit.TaskLife.Out;
import millrace.topology.operator.NewestOperator;
import millrace.topology.operator.NewestPlan;
import millrace.topology.origin.Origin;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A changelog of three partitions, whose keys move between them now and then, in every interleaving and manner. */
class NewestRowsTest {
    private static final long SEED = Long.getLong("millrace.seed", 47);
    private static final int ROUNDS = Integer.getInteger("millrace.rounds", 20);
    private static final int PARTITIONS = 3;
    private static final long SECOND = 1_000_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long DISORDER = 3 * SECOND;
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.required("id", new FieldType.Int64()), Field.optional("name", new FieldType.Text())));

    @TempDir
    File folder;

    private int lives;

    @Test
    void theNewestRecordOfAKeySaysWhatItsRowIs() {
        for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
            List<List<Element>> data = data(new Random(seed));
            Map<String, Integer> expected = newest(data);
            for (Manner manner : Manner.values()) {
                Random random = new Random(seed * 31 + manner.ordinal());
                try (TaskLife life = life()) {
                    List<List<Record<Object, Object>>> inputs = data.stream()
                            .map(p -> p.stream().map(OperatorKit::given).toList()).toList();
                    List<Out> out = OperatorKit.run(life, OperatorKit.interleave(inputs, random), manner, random);
                    assertThat(Folded.of(out).rows().getOrDefault("rows", Map.of())).as("%s, seed %d", manner, seed)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void aDeleteIsForgottenOnceTimeHasPassedItEverywhereAndARowNever() {
        try (TaskLife life = life()) {
            give(life, row(0, 0, 1, "a", 0));
            give(life, row(0, 1, 2, "b", MINUTE));
            give(life, delete(0, 2, 1, 2 * MINUTE));
            give(life, delete(1, 0, 3, 2 * MINUTE));
            life.commit();
            assertThat(life.size("x.newest")).as("a row and two deletes").isEqualTo(3);
            give(life, new Element.Watermark(0, 60 * MINUTE, 0));
            give(life, new Element.Watermark(1, 60 * MINUTE, 0));
            life.commit();
            assertThat(life.size("x.newest")).as("one partition is not there yet").isEqualTo(3);
            give(life, new Element.Watermark(2, 60 * MINUTE, 0));
            life.commit();
            assertThat(life.size("x.newest")).as("the row").isEqualTo(1);
            assertThat(life.size("x.deletes")).isZero();
            assertThat(give(life, row(2, 5, 1, "again", 61 * MINUTE))).containsExactly("INSERT [1, again]");
        }
    }

    @Test
    void aKeyThatCameAgainIsNotForgottenWithItsDelete() {
        try (TaskLife life = life()) {
            give(life, delete(0, 0, 1, 0));
            give(life, row(0, 1, 1, "a", MINUTE));
            for (int p = 0; p < PARTITIONS; p++) {
                give(life, new Element.Watermark(p, 60 * MINUTE, 0));
            }
            life.commit();
            life.restore();
            assertThat(give(life, delete(1, 0, 1, 61 * MINUTE))).containsExactly("DELETE [1, a]");
        }
    }

    @Test
    void anOlderRecordOfAnotherPartitionChangesNothing() {
        try (TaskLife life = life()) {
            assertThat(give(life, row(1, 0, 1, "new", 2 * MINUTE))).containsExactly("INSERT [1, new]");
            assertThat(give(life, row(0, 9, 1, "old", MINUTE))).isEmpty();
            assertThat(give(life, delete(0, 10, 1, MINUTE))).isEmpty();
            assertThat(give(life, row(0, 11, 1, "newer", 3 * MINUTE))).containsExactly("UPDATE_BEFORE [1, new]",
                    "UPDATE_AFTER [1, newer]");
            assertThat(give(life, row(0, 12, 1, "last", 3 * MINUTE))).as("behind it in its partition")
                    .containsExactly("UPDATE_BEFORE [1, newer]", "UPDATE_AFTER [1, last]");
        }
    }

    @Test
    void manyDeletesAreForgottenInSteps() {
        try (TaskLife life = life()) {
            for (int i = 0; i < 50_000; i++) {
                give(life, delete(0, i, i, 0));
            }
            life.commit();
            for (int p = 0; p < PARTITIONS; p++) {
                give(life, new Element.Watermark(p, 24 * 60 * MINUTE, 0));
            }
            life.commit();
            assertThat(life.size("x.newest")).as("after one step").isEqualTo(30_000);
            for (int step = 1; step < 4; step++) {
                give(life, new Element.Watermark(0, 24 * 60 * MINUTE + step, 0));
            }
            life.commit();
            assertThat(life.size("x.newest")).isZero();
            assertThat(life.size("x.deletes")).isZero();
        }
    }

    @Test
    void aRowMayBeLargerThanAnyBefore() {
        for (int size : new int[] {10, 600, 1_500, 70_000}) {
            try (TaskLife life = life()) {
                String name = "x".repeat(size);
                give(life, row(0, 0, 1, name, 0));
                life.commit();
                life.restore();
                assertThat(give(life, delete(0, 1, 1, 0))).containsExactly("DELETE [1, " + name + "]");
            }
        }
    }

    @Test
    void inOnePartitionTheLastIsTheNewestAlsoIfAContractAllowsMoreDisorderSince() {
        try (TaskLife life = life()) {
            give(life, row(0, 0, 1, "a", 2 * MINUTE));
            assertThat(give(life, row(0, 1, 1, "b", MINUTE))).containsExactly("UPDATE_BEFORE [1, a]",
                    "UPDATE_AFTER [1, b]");
        }
    }

    private TaskLife life() {
        ProcessorSupplier<?, ?, ?, ?> operator = NewestOperator.supplier(
                new NewestPlan("x", ROW, List.of(0), partition -> PARTITIONS), List.of("rows"));
        return new TaskLife(0, new File(folder, "life" + lives++), 1_000, List.of(operator));
    }

    private static List<String> give(TaskLife life, Element element) {
        return life.process(OperatorKit.given(element), 0, 0).stream().map(o -> o.record().value())
                .filter(Element.Row.class::isInstance).map(Element.Row.class::cast)
                .map(r -> r.change() + " " + Arrays.toString(r.values())).toList();
    }

    private static List<List<Element>> data(Random random) {
        List<List<Element>> partitions = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            List<Element> elements = new ArrayList<>();
            long clock = Long.MIN_VALUE;
            for (int i = 0; i < 60; i++) {
                long time = i * MINUTE - random.nextInt(random.nextInt(5) == 0 ? 1_000 : 4) * SECOND;
                clock = Math.max(clock, time);
                long id = random.nextInt(8) == 0 ? random.nextInt(9) : random.nextInt(3) * PARTITIONS + p;
                elements.add(random.nextInt(4) == 0
                        ? delete(p, i, id, clock)
                        : row(p, i, id, random.nextInt(6) == 0 ? null : "n" + random.nextInt(4), clock));
                if (random.nextInt(4) == 0) {
                    elements.add(new Element.Watermark(p, clock - DISORDER, clock - DISORDER));
                }
            }
            elements.add(new Element.Watermark(p, TaskWatermark.END, TaskWatermark.END));
            partitions.add(elements);
        }
        return partitions;
    }

    private static Element.Row row(int partition, long offset, long id, String name, long clock) {
        return new Element.Row(new Object[] {id, name}, Change.INSERT, clock, clock - DISORDER, clock - DISORDER,
                new Origin.Remote(0, partition, offset, 0));
    }

    private static Element.Row delete(int partition, long offset, long id, long clock) {
        return new Element.Row(new Object[] {id, null}, Change.DELETE, clock, clock - DISORDER, clock - DISORDER,
                new Origin.Remote(0, partition, offset, 0));
    }

    private static Map<String, Integer> newest(List<List<Element>> data) {
        Comparator<Element.Row> order = Comparator.comparing(Element.Row::watermark)
                .thenComparing(r -> r.origin().partition()).thenComparing(r -> r.origin().offset());
        Map<Object, Element.Row> newest = new HashMap<>();
        data.forEach(p -> p.forEach(e -> {
            if (e instanceof Element.Row row) {
                newest.merge(row.values()[0], row, (a, b) -> order.compare(a, b) > 0 ? a : b);
            }
        }));
        Map<String, Integer> expected = new TreeMap<>();
        newest.values().stream().filter(r -> !r.retracts())
                .forEach(r -> expected.put(Arrays.toString(r.values()) + " at " + r.eventTime(), 1));
        return expected;
    }
}
