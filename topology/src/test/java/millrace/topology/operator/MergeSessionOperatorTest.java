package millrace.topology.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.aggregate.Aggregator;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.kit.OperatorKit;
import millrace.topology.kit.OperatorKit.Folded;
import millrace.topology.kit.OperatorKit.Manner;
import millrace.topology.kit.TaskLife;
import millrace.topology.kit.TaskLife.Out;
import millrace.topology.origin.Origin;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.AggregateCall.Over;
import millrace.topology.quarantine.QuarantineTarget;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a session is given out, changed and taken back, and when it is forgotten. */
class MergeSessionOperatorTest {
    private static final long SEED = Long.getLong("millrace.seed", 11);
    private static final long GAP = 10;
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(Field.optional("k", new FieldType.Text()),
            Field.required("time", INSTANT)));
    private static final FieldType.Struct PARTS = new FieldType.Struct(List.of(ROW.fields().get(0),
            Field.required("first", INSTANT), Field.required("last", INSTANT),
            Field.required("part", new FieldType.Bytes())));
    private static final String SESSIONS = "m.at.sessions";
    private static final String ENDS = "m.at.ends";

    @TempDir
    File folder;

    private TaskLife life;
    private int lives;

    @AfterEach
    void close() {
        if (life != null) {
            life.close();
        }
    }

    @Test
    void aSessionIsGivenOutWhereItIsOverHoweverOftenItHasGrown() {
        start();
        for (long time = 100; time <= 150; time += 5) {
            give(part("a", time));
        }
        give(part("b", 101));
        life.commit();
        assertThat(life.size(ENDS)).as("one for each session, where it was thought to end at first").isEqualTo(2);
        assertThat(give(watermark(111, 0))).as("a has grown").isEmpty();
        assertThat(give(watermark(112, 0))).containsExactly("INSERT [b, 101, 111, 1]");
        assertThat(give(watermark(160, 0))).isEmpty();
        life.commit();
        life.restore();
        assertThat(give(watermark(161, 0))).containsExactly("INSERT [a, 100, 160, 11]");
        life.commit();
        assertThat(life.size(ENDS)).isEqualTo(2);
        assertThat(give(watermark(200, 161))).isEmpty();
        life.commit();
        assertThat(life.size(ENDS)).isZero();
        assertThat(life.size(SESSIONS)).isZero();
    }

    @Test
    void aRowThatStillCountsJoinsWhatWasGivenToWhatIsNotOver() {
        start();
        give(part("a", 100), part("a", 118));
        assertThat(give(watermark(115, 90))).containsExactly("INSERT [a, 100, 110, 1]");
        assertThat(give(part("a", 109))).containsExactly("DELETE [a, 100, 110, 1]");
        assertThat(give(watermark(128, 90))).isEmpty();
        assertThat(give(watermark(129, 90))).containsExactly("INSERT [a, 100, 128, 3]");
        assertThat(give(watermark(140, 129))).isEmpty();
        life.commit();
        assertThat(life.size(SESSIONS) + life.size(ENDS)).isZero();
    }

    @Test
    void manySessionsOfAKeyThatAreOverAtOnceHaveAnEndEach() {
        start();
        List<String> expected = new ArrayList<>();
        for (long first = 1_000; first < 3_000; first += 20) {
            give(part("a", first), part("a", first + 5));
            expected.add("INSERT [a, " + first + ", " + (first + 15) + ", 2]");
        }
        life.commit();
        assertThat(life.size(ENDS)).isEqualTo(100);
        life.restore();
        assertThat(give(watermark(5_000, 0))).isEqualTo(expected);
        life.commit();
        assertThat(life.size(ENDS)).isEqualTo(100);
        give(watermark(6_000, 5_000));
        life.commit();
        assertThat(life.size(SESSIONS) + life.size(ENDS)).isZero();
    }

    @Test
    void sessionsAreTheSameInWhateverWayTheTaskLives() {
        for (Manner manner : Manner.values()) {
            for (int round = 0; round < 25; round++) {
                Random random = new Random(SEED + round);
                Map<String, TreeSet<Long>> times = new TreeMap<>();
                List<Record<Object, Object>> input = new ArrayList<>();
                int disorder = 1 + random.nextInt(30);
                int lateness = random.nextInt(40);
                for (int now = 200; now < 900; now += random.nextInt(6)) {
                    if (random.nextInt(8) == 0) {
                        input.add(OperatorKit.given(watermark(now - disorder, now - disorder - lateness)));
                    } else {
                        String key = "k" + random.nextInt(3);
                        long time = now - random.nextInt(disorder + lateness + 1);
                        if (times.computeIfAbsent(key, k -> new TreeSet<>()).add(time)) {
                            input.add(OperatorKit.given(part(key, time)));
                        }
                    }
                }
                input.add(OperatorKit.given(watermark(TaskWatermark.END, TaskWatermark.END)));
                start();
                List<Out> out = OperatorKit.run(life, input, manner, random);
                assertThat(Folded.of(out).rows().get("rows").keySet()).as("%s, seed %d", manner, SEED + round)
                        .extracting(MergeSessionOperatorTest::withoutTimeColumn)
                        .containsExactlyInAnyOrderElementsOf(sessions(times));
                assertThat(life.size(SESSIONS) + life.size(ENDS)).as("%s, seed %d", manner, SEED + round).isZero();
                close();
            }
        }
    }

    /** What the sessions of all times are, by their definition. */
    private static List<String> sessions(Map<String, TreeSet<Long>> times) {
        List<String> sessions = new ArrayList<>();
        times.forEach((key, of) -> {
            long first = of.first();
            long last = first;
            int rows = 0;
            for (long time : of) {
                if (time - last > GAP) {
                    sessions.add(Arrays.toString(new Object[] {key, first, last + GAP, rows}));
                    first = time;
                    rows = 0;
                }
                last = time;
                rows++;
            }
            sessions.add(Arrays.toString(new Object[] {key, first, last + GAP, rows}));
        });
        return sessions;
    }

    /** Of {@code [key, first, end, last millisecond, count] at time}. */
    private static String withoutTimeColumn(String text) {
        String[] v = text.substring(1, text.indexOf("] at ")).split(", ");
        return Arrays.toString(new Object[] {v[0], v[1], v[2], v[4]});
    }

    private void start() {
        life = new TaskLife(0, new File(folder, "merge" + lives++), 0, List.of(MergeSessionOperator.supplier("gold.m",
                new SessionPlan(new AggregatePlan("m.at", PARTS, List.of(0), MergeSessionOperatorTest::calls,
                        OptionalInt.empty(), task -> 1), GAP, -1, OptionalInt.empty()),
                List.of("rows"), new QuarantineRoutes(Map.of(),
                        Optional.of(new QuarantineTarget("web.gold.m", "quarantine", 1, 10_000))),
                Optional.empty())));
    }

    private static List<Aggregator<?>> calls() {
        return List.of(Aggregates.builtIn().bind(new AggregateCall("COUNT", List.of(), Over.ALL, OptionalInt.empty(),
                List.of(), new FieldType.Int64(), false), ROW, InputChanges.APPEND_ONLY));
    }

    private static Element.Row part(String key, long time) {
        Group.Calls calls = new Group.Calls(calls());
        Group group = calls.create();
        calls.add(group, new Element.Row(new Object[] {key, time}, Change.INSERT, time, 0, 0,
                new Origin.Remote(0, 0, time, 0)));
        return new Element.Row(new Object[] {key, time, time, calls.encode(group)}, Change.INSERT, time, 0, 0,
                Origin.COMPUTED);
    }

    private static Element watermark(long watermark, long horizon) {
        return new Element.Watermark(1_000_000, watermark, horizon);
    }

    /** The rows that come out: key, first row, end, how many. */
    private List<String> give(Element... elements) {
        List<String> given = new ArrayList<>();
        for (Element element : elements) {
            for (Out out : life.process(OperatorKit.given(element), 0, 0)) {
                if (out.record().value() instanceof Element.Row row) {
                    Object[] v = row.values();
                    given.add(row.change() + " " + Arrays.toString(new Object[] {v[0], v[1], v[2], v[4]}));
                }
            }
        }
        return given;
    }
}
