package millrace.topology.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.kit.OperatorKit;
import millrace.topology.kit.OperatorKit.Folded;
import millrace.topology.kit.OperatorKit.Manner;
import millrace.topology.kit.TaskLife;
import millrace.topology.kit.TaskLife.Out;
import millrace.topology.origin.Origin;
import millrace.topology.plan.PlanNode.Exchange.Nulls;
import millrace.topology.plan.PlanNode.Exchange.Salting;
import millrace.topology.plan.PlanNode.Exchange.Salting.Role;
import millrace.topology.route.RoutedKey;
import millrace.topology.route.RoutedPartitioner;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far time has come, on its way through an exchange. */
class ExchangeTest {
    private static final long SEED = Long.getLong("millrace.seed", 17);
    private static final long END = TaskWatermark.END;
    private static final FieldType.Struct ROW = new FieldType.Struct(
            List.of(Field.optional("k", new FieldType.Text()), Field.required("v", new FieldType.Int64())));
    /** Of two exchanges below: the first has four partitions, the second two. */
    private static final int FIRST = 1_000_000;
    private static final int SECOND = 1_000_001;
    private static final ExchangePlan PLAN = new ExchangePlan("m.at.0", 1_000_002, ROW, List.of(0),
            Nulls.TOGETHER, Salting.NONE, InputChanges.APPEND_ONLY, Map.of(FIRST, 4, SECOND, 2), 8);

    @TempDir
    File folder;

    private int lives;

    @Test
    void aTaskTellsItsProgressWhenAllOfItsInputsHave() {
        try (TaskLife writer = writer(1)) {
            assertThat(told(writer, FIRST, 10, 5)).isEmpty();
            assertThat(told(writer, SECOND, 3, 1)).containsExactly("1 of 4: 3 1");
            assertThat(told(writer, FIRST, 20, 5)).isEmpty();
            assertThat(told(writer, SECOND, 4, 4)).containsExactly("1 of 4: 4 4");
        }
    }

    @Test
    void aTaskBeyondTheSmallerInputDoesNotWaitForIt() {
        try (TaskLife writer = writer(3)) {
            assertThat(told(writer, FIRST, 10, 5)).containsExactly("3 of 4: 10 5");
        }
    }

    @Test
    void whereOneOfTwoInputsHasEndedTheOtherDecides() {
        try (TaskLife writer = writer(0)) {
            assertThat(told(writer, FIRST, END, END)).isEmpty();
            assertThat(told(writer, SECOND, 7, 6)).containsExactly("0 of 4: 7 6");
            writer.commit();
            writer.restore();
            assertThat(told(writer, SECOND, 8, 6)).as("the ended one has not spoken again yet").isEmpty();
            assertThat(told(writer, FIRST, END, END)).containsExactly("0 of 4: 8 6");
            assertThat(told(writer, SECOND, END, END)).containsExactly("0 of 4: " + END + " " + END);
        }
    }

    @Test
    void equalKeysGoToOnePartitionAndProgressToAll() {
        RoutedPartitioner partitioner = new RoutedPartitioner();
        try (TaskLife one = writer(0); TaskLife other = writer(1)) {
            Set<Integer> used = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                Element.Row row = row("k" + i, i);
                int to = partition(partitioner, one.process(OperatorKit.given(row), 0, 0).get(0));
                assertThat(partition(partitioner, other.process(OperatorKit.given(row("k" + i, 99 - i)), 0, 0).get(0)))
                        .isEqualTo(to);
                used.add(to);
            }
            assertThat(used).hasSize(8);
            one.process(OperatorKit.given(new Element.Watermark(FIRST, 1, 1)), 0, 0);
            Out progress = one.process(OperatorKit.given(new Element.Watermark(SECOND, 1, 1)), 0, 0).get(0);
            assertThat(partitioner.partitions("x", (RoutedKey) progress.record().key(), null, 8).orElseThrow())
                    .hasSize(8);
        }
    }

    @Test
    void rowsWaitUntilTheyAreManyOrProgressComesOrAllWereTaken() {
        ExchangePlan narrow = new ExchangePlan("m.at.0", 1_000_002, ROW, List.of(0), Nulls.TOGETHER, Salting.NONE,
                InputChanges.APPEND_ONLY,
                Map.of(FIRST, 4, SECOND, 2), 1);
        ExchangeWriter writer = (ExchangeWriter) ExchangeWriter.supplier(narrow, "sink").get();
        MockProcessorContext<Object, Object> context = new MockProcessorContext<>(new Properties(), new TaskId(0, 3),
                folder);
        writer.init(context);
        writer.take(row("k", 1), 11);
        writer.take(row("k", 2), 12);
        assertThat(sent(context)).as("they wait").isEmpty();
        writer.take(new Element.Watermark(FIRST, 10, 5), 13);
        assertThat(sent(context)).containsExactly("k1 11, k2 12", "progress");
        writer.take(row("k", 3), 14);
        writer.delivered();
        assertThat(sent(context)).containsExactly("k3 14");
        writer.delivered();
        assertThat(sent(context)).as("nothing waits").isEmpty();
        String half = "x".repeat(RowPack.FULL / 2);
        writer.take(row(half, 4), 15);
        assertThat(sent(context)).as("there is room").isEmpty();
        writer.take(row(half, 5), 16);
        assertThat(sent(context)).as("there is none for another").containsExactly(half + "4 15");
        String large = "x".repeat(RowPack.FULL);
        writer.take(row(large, 6), 17);
        assertThat(sent(context)).as("it goes at once, behind those before it").containsExactly(half + "5 16",
                large + "6 17");
        writer.take(row("k", 7), 18);
        writer.init(context);
        writer.delivered();
        assertThat(sent(context)).as("a revived task has forgotten what was not committed").isEmpty();
    }

    private static List<String> sent(MockProcessorContext<Object, Object> context) {
        List<String> sent = new ArrayList<>();
        for (var forwarded : context.forwarded()) {
            byte[] value = (byte[]) forwarded.record().value();
            List<String> rows = new ArrayList<>();
            if (!ExchangeFormat.isProgress(value)) {
                new ExchangeFormat(ROW).forEachRow(value, 0, (row, timestamp) -> rows
                        .add(row.values()[0].toString() + row.values()[1] + " " + timestamp));
            }
            sent.add(rows.isEmpty() ? "progress" : String.join(", ", rows));
        }
        context.resetForwards();
        return sent;
    }

    @Test
    void numbersThatAreTheSameGoToOnePartitionWhateverTheirBytes() {
        RoutedPartitioner partitioner = new RoutedPartitioner();
        ExchangePlan plan = new ExchangePlan("m.at.0", 1_000_002,
                new FieldType.Struct(List.of(Field.optional("x", new FieldType.Float64()))), List.of(0),
                Map.of(FIRST, 4));
        try (TaskLife writer = new TaskLife(0, new File(folder, "life" + lives++), 0,
                List.of(ExchangeWriter.supplier(plan, "sink")))) {
            Set<Integer> used = new HashSet<>();
            for (double one : new double[] {Double.NaN, Double.longBitsToDouble(0x7ff8000000000001L)}) {
                used.add(partition(partitioner, writer.process(OperatorKit.given(new Element.Row(new Object[] {one},
                        Change.INSERT, 0, 0, 0, Origin.COMPUTED)), 0, 0).get(0)));
            }
            assertThat(used).hasSize(1);
        }
    }

    @Test
    void aHotKeyIsSharedByAsManyTasksAsTheSaltSaysAndMeetsTheOtherSideInEach() {
        RoutedPartitioner partitioner = new RoutedPartitioner();
        for (int pieces : new int[] {2, 3, 100}) {
            try (TaskLife left = writer(salted(Role.SPREADS, pieces));
                    TaskLife right = writer(salted(Role.COPIES, pieces))) {
                for (int k = 0; k < 20; k++) {
                    List<Integer> copies = right.process(OperatorKit.given(row("k" + k, 0)), 0, 0).stream()
                            .map(out -> partition(partitioner, out)).toList();
                    Set<Integer> spread = new HashSet<>();
                    for (int i = 0; i < 200; i++) {
                        Element.Row row = row("k" + k, i);
                        int to = partition(partitioner, left.process(OperatorKit.given(row), 0, 0).get(0));
                        Element.Row takenBack = new Element.Row(row.values(), Change.DELETE, 77, 5, 5, Origin.COMPUTED);
                        assertThat(partition(partitioner, left.process(OperatorKit.given(takenBack), 0, 0).get(0)))
                                .isEqualTo(to);
                        spread.add(to);
                    }
                    assertThat(copies).doesNotHaveDuplicates().hasSize(Math.min(pieces, 8));
                    assertThat(spread).containsExactlyInAnyOrderElementsOf(copies);
                }
            }
        }
    }

    private TaskLife writer(Salting salting) {
        ExchangePlan plan = new ExchangePlan("m.at.0", 1_000_002, ROW, List.of(0), Nulls.DROPPED, salting,
                InputChanges.APPEND_ONLY,
                Map.of(FIRST, 4), 8);
        return new TaskLife(0, new File(folder, "life" + lives++), 0, List.of(ExchangeWriter.supplier(plan, "sink")));
    }

    private static Salting salted(Role role, int pieces) {
        return new Salting(role, pieces);
    }

    @Test
    void aReaderTellsWhatAllUpstreamTasksHaveReached() {
        try (TaskLife reader = reader()) {
            assertThat(read(reader, 0, 10, 5)).isEmpty();
            assertThat(read(reader, 1, 9, 9)).isEmpty();
            assertThat(read(reader, 2, 20, 1)).isEmpty();
            assertThat(read(reader, 3, END, END)).containsExactly("9 1");
            assertThat(read(reader, 1, 9, 9)).isEmpty();
            assertThat(read(reader, 1, 11, 9)).containsExactly("10 1");
        }
    }

    @Test
    void afterARestartProgressIsToldAgainOnceAndGoesOnFromThere() {
        try (TaskLife reader = reader()) {
            for (int task = 0; task < 4; task++) {
                read(reader, task, 10 + task, 5);
            }
            reader.commit();
            read(reader, 0, 50, 5);
            reader.abort();
            assertThat(watermarks(reader.passTime(1))).as("what was aborted is not told").containsExactly("10 5");
            assertThat(watermarks(reader.passTime(1))).isEmpty();
            assertThat(read(reader, 0, 50, 5)).containsExactly("11 5");
            reader.commit();
            reader.restore();
            assertThat(read(reader, 1, 12, 5)).as("the others are remembered").containsExactly("12 5");
        }
    }

    @Test
    void progressIsToldAgainSoonAfterRowsHaveCome() {
        try (TaskLife reader = reader()) {
            for (int task = 0; task < 4; task++) {
                read(reader, task, 10, 5);
            }
            assertThat(reader.passTime(1)).isEmpty();
            for (int i = 0; i < 3; i++) {
                ExchangeFormat format = new ExchangeFormat(ROW);
                format.write(row("k", i));
                RowPack pack = new RowPack();
                pack.add(format.written(), 0);
                reader.process(new Record<>(null, pack.take(), 0), 0, i);
            }
            assertThat(watermarks(reader.passTime(1))).containsExactly("10 5");
            assertThat(reader.passTime(1)).isEmpty();
        }
    }

    @Test
    void aReaderThatKnowsNothingTellsNothing() {
        try (TaskLife reader = reader()) {
            read(reader, 0, 10, 5);
            assertThat(watermarks(reader.passTime(1))).isEmpty();
        }
    }

    @Test
    void anotherNumberOfUpstreamTasksIsRefused() {
        try (TaskLife reader = reader()) {
            byte[] value = new ExchangeFormat(ROW).progress(0, 5, new Progress(1, 1));
            assertThatThrownBy(() -> reader.process(new Record<>(null, value, 0), 0, 0))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining(
                            "m.at.0 was written by 5 tasks, expected 4: the number of partitions of a source has changed");
        }
    }

    @Test
    void rowsAndProgressArriveTheSameInWhateverWayTheTasksLive() {
        for (Manner manner : Manner.values()) {
            Random random = new Random(SEED);
            List<List<Record<byte[], byte[]>>> written = new ArrayList<>();
            for (int task = 0; task < 4; task++) {
                List<List<Record<Object, Object>>> inputs = new ArrayList<>(List.of(input(FIRST, random)));
                if (task < 2) {
                    inputs.add(input(SECOND, random));
                }
                try (TaskLife writer = writer(task)) {
                    written.add(OperatorKit.run(writer, OperatorKit.interleave(inputs, random), manner, random)
                            .stream().map(o -> new Record<>((byte[]) null, (byte[]) o.record().value(), 0L)).toList());
                }
            }
            try (TaskLife reader = reader()) {
                Folded folded = Folded.of(OperatorKit.run(reader, OperatorKit.interleave(written, random), manner,
                        random));
                assertThat(folded.rows().get("rows").values().stream().mapToInt(n -> n).sum())
                        .as("%s, seed %d", manner, SEED).isEqualTo(6 * 20);
                assertThat(folded.last()).as("%s, seed %d", manner, SEED).isEqualTo(
                        Map.of("rows " + PLAN.ordinal(), new Element.Watermark(PLAN.ordinal(), 19, 14)));
            }
        }
    }

    /** Twenty rows with a watermark behind some, and behind the last. */
    private static List<Record<Object, Object>> input(int ordinal, Random random) {
        List<Record<Object, Object>> input = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            input.add(OperatorKit.given(row("k" + random.nextInt(5), i)));
            if (random.nextInt(3) == 0 || i == 19) {
                input.add(OperatorKit.given(new Element.Watermark(ordinal, i, i - 5)));
            }
        }
        return input;
    }

    private static Element.Row row(String k, long v) {
        return new Element.Row(new Object[] {k, v}, Change.INSERT, v, v, v, Origin.COMPUTED);
    }

    private TaskLife writer(int task) {
        return new TaskLife(task, new File(folder, "life" + lives++), 0,
                List.of(ExchangeWriter.supplier(PLAN, "sink")));
    }

    private TaskLife reader() {
        return new TaskLife(0, new File(folder, "life" + lives++), 0,
                List.of(ExchangeReader.supplier(PLAN, Duration.ofMillis(1), List.of("rows"))));
    }

    private static List<String> told(TaskLife writer, int input, long watermark, long horizon) {
        return writer.process(OperatorKit.given(new Element.Watermark(input, watermark, horizon)), 0, 0).stream()
                .map(o -> ExchangeFormat.progress((byte[]) o.record().value()))
                .map(p -> p.task() + " of " + p.tasks() + ": " + p.progress().watermark() + " "
                        + p.progress().horizon())
                .toList();
    }

    private static List<String> read(TaskLife reader, int task, long watermark, long horizon) {
        byte[] value = new ExchangeFormat(ROW).progress(task, 4, new Progress(watermark, horizon));
        return watermarks(reader.process(new Record<>(null, value, 0), 0, 0));
    }

    private static List<String> watermarks(List<Out> out) {
        return out.stream().map(o -> (Element.Watermark) o.record().value())
                .map(w -> w.watermark() + " " + w.horizon()).toList();
    }

    private static int partition(RoutedPartitioner partitioner, Out out) {
        return partitioner.partitions("x", (RoutedKey) out.record().key(), null, 8).orElseThrow().iterator().next();
    }
}
