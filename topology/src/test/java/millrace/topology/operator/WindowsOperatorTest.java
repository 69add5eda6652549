package millrace.topology.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import millrace.topology.assemble.Orders;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.kit.OperatorKit;
import millrace.topology.kit.OperatorKit.Folded;
import millrace.topology.kit.OperatorKit.Manner;
import millrace.topology.kit.TaskLife;
import millrace.topology.kit.TaskLife.Out;
import millrace.topology.late.LateRow;
import millrace.topology.origin.Origin;
import millrace.topology.origin.SourceTopic;
import millrace.topology.plan.WindowSpec;
import millrace.topology.time.PartitionClock;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Windows of ten, every five. */
class WindowsOperatorTest {
    private static final long SEED = Long.getLong("millrace.seed", 31);
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    private static final FieldType.Struct INPUT = new FieldType.Struct(
            List.of(Field.optional("who", new FieldType.Text()), Field.optional("at", INSTANT)));
    private static final SourceTopic SOURCE = new SourceTopic(Orders.contract("orders", 1), Orders.TOPIC_ID, 1, 0);
    private static final WindowsPlan.Late LATE = new WindowsPlan.Late("late", "m__late", 1, 10_000,
            Map.of(0, SOURCE));

    @TempDir
    File folder;

    @Test
    void aRowStandsOnceForEachWindowWithItsBounds() {
        try (TaskLife life = life(Optional.of(LATE))) {
            assertThat(give(life, row(7, 0))).containsExactly("INSERT [a, 7, 0, 10, -990]",
                    "INSERT [a, 7, 5, 15, -985]");
        }
    }

    @Test
    void itMayBeLateForOneWindowAndCountForAnother() {
        try (TaskLife life = life(Optional.of(LATE))) {
            assertThat(give(life, row(7, 9))).hasSize(2).allMatch(t -> t.startsWith("INSERT"));
            assertThat(give(life, row(7, 10))).containsExactly("late 0 10", "INSERT [a, 7, 5, 15, -985]");
            assertThat(give(life, row(7, 15))).containsExactly("late 0 10", "late 5 15");
            assertThat(give(life, row(7, TaskWatermark.END))).containsExactly("late 0 10", "late 5 15");
        }
    }

    @Test
    void whereNoWindowClosesNothingIsLate() {
        try (TaskLife life = life(Optional.empty())) {
            assertThat(give(life, row(7, TaskWatermark.END))).hasSize(2).allMatch(t -> t.startsWith("INSERT"));
        }
    }

    @Test
    void whatACloserBelowTakesBackIsTakenBackInEveryWindow() {
        try (TaskLife life = life(Optional.of(LATE))) {
            for (Change change : Change.values()) {
                assertThat(give(life, new Element.Row(new Object[] {"a", 7L}, change, 7, PartitionClock.UNSET,
                        PartitionClock.UNSET, Origin.COMPUTED))).hasSize(2)
                        .allMatch(t -> t.startsWith(change.name()));
            }
        }
    }

    @Test
    void noTimeIsInNoWindowAndWatermarksPass() {
        try (TaskLife life = life(Optional.of(LATE))) {
            assertThat(give(life, new Element.Row(new Object[] {"a", null}, Change.INSERT, 7, 0, 0,
                    new Origin.Remote(0, 0, 1, 0)))).isEmpty();
            assertThat(give(life, new Element.Watermark(0, 5, 4))).containsExactly("watermark 5 4");
        }
    }

    @Test
    void aLateRowLargerThanItsTopicAllowsStopsNothing() throws Malformed {
        try (TaskLife life = life(Optional.of(LATE))) {
            Element.Row large = new Element.Row(new Object[] {"\u0001".repeat(1_000_000), 7L}, Change.INSERT, 7, 100,
                    100, new Origin.Remote(0, 0, 1, 0));
            for (Out out : life.process(OperatorKit.given(large), 0, 0)) {
                byte[] value = (byte[]) out.record().value();
                assertThat(value.length).isLessThanOrEqualTo(10_000);
                assertThat(text(value)).as("still JSON that says so").contains("too large");
            }
        }
    }

    @Test
    void theWayTheTaskLivesChangesNothing() {
        Random random = new Random(SEED);
        List<Record<Object, Object>> input = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            input.add(OperatorKit.given(row(i - random.nextInt(20), i - 8)));
        }
        Folded expected = null;
        for (Manner manner : Manner.values()) {
            try (TaskLife life = life(Optional.of(LATE))) {
                Folded folded = Folded.of(OperatorKit.run(life, input, manner, random));
                expected = expected == null ? folded : expected;
                assertThat(folded).as("%s, seed %d", manner, SEED).isEqualTo(expected);
                assertThat(folded.records().get("late").size()).as("seed %d", SEED).isGreaterThan(20);
            }
        }
    }

    private TaskLife life(Optional<WindowsPlan.Late> late) {
        return new TaskLife(0, folder, 0, List.of(WindowsOperator
                .supplier(new WindowsPlan(new WindowSpec.Hop(10, 5, 0), 1, INPUT, late), List.of("rows"))));
    }

    private static Element.Row row(long time, long horizon) {
        return new Element.Row(new Object[] {"a", time}, Change.INSERT, time, horizon, horizon,
                new Origin.Remote(0, 0, 1, 0));
    }

    private static List<String> give(TaskLife life, Element element) {
        return life.process(OperatorKit.given(element), 0, 0).stream().map(WindowsOperatorTest::text).toList();
    }

    private static String text(Out out) {
        return switch (out.record().value()) {
            case Element.Row row -> row.change() + " " + Arrays.toString(row.values());
            case Element.Watermark w -> "watermark " + w.watermark() + " " + w.horizon();
            case byte[] late -> {
                try {
                    Object[] columns = decode(late);
                    yield "late " + columns[LateRow.ROW.indexOf("window_start")] + " "
                            + columns[LateRow.ROW.indexOf("window_end")];
                } catch (Malformed e) {
                    throw new AssertionError(e);
                }
            }
            default -> out.toString();
        };
    }

    private static String text(byte[] late) throws Malformed {
        return (String) decode(late)[LateRow.ROW.indexOf("row")];
    }

    private static Object[] decode(byte[] late) throws Malformed {
        return AvroRowDecoder.of(AvroTypes.toSchema("m__late", LateRow.ROW), LateRow.ROW).decodeFramed(late);
    }
}
