package millrace.topology.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeMap;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
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
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.quarantine.QuarantineTarget;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both halves of an aggregate: when a group's row is given out, changed and taken back, and when it is forgotten. */
class MergeAggregateOperatorTest {
    private static final long SEED = Long.getLong("millrace.seed", 5);
    private static final FieldType LONG = new FieldType.Int64();
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    /** What is counted. */
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.optional("k", new FieldType.Text()), Field.optional("v", LONG), Field.required("end", INSTANT)));
    private static final long MILLI = 1000;

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
    void aWindowIsGivenOutWhenItsEndIsReachedChangedWhileRowsCountAndForgottenThen() {
        start(windowed(InputChanges.APPEND_ONLY));
        assertThat(give(inWindow("a", 10 * MILLI, 1), inWindow("a", 10 * MILLI, 2), inWindow("b", 20 * MILLI, 4)))
                .isEmpty();
        assertThat(give(watermark(9 * MILLI, 0))).containsExactly("watermark 9000 0");
        assertThat(give(watermark(10 * MILLI, 0))).containsExactly("INSERT [a, 10000, 2, 3]", "watermark 10000 0");
        assertThat(give(inWindow("a", 10 * MILLI, 5))).containsExactly("UPDATE_BEFORE [a, 10000, 2, 3]",
                "UPDATE_AFTER [a, 10000, 3, 8]");
        assertThat(give(inWindow("late-comer", 10 * MILLI, 5))).containsExactly("INSERT [late-comer, 10000, 1, 5]");
        life.commit();
        assertThat(life.size("m.at.groups")).isEqualTo(3);
        give(watermark(15 * MILLI, 10 * MILLI - 1));
        life.commit();
        assertThat(life.size("m.at.groups")).isEqualTo(3);
        give(watermark(15 * MILLI, 10 * MILLI));
        life.commit();
        assertThat(life.size("m.at.groups")).as("only b's window may still get rows").isEqualTo(1);
        assertThat(give(watermark(Long.MAX_VALUE, Long.MAX_VALUE))).contains("INSERT [b, 20000, 1, 4]");
        life.commit();
        assertThat(life.size("m.at.groups")).isZero();
    }

    @Test
    void aWatermarkThatIsToldAgainGivesNothingOutAgain() {
        start(windowed(InputChanges.APPEND_ONLY));
        give(inWindow("a", 10 * MILLI, 1), watermark(10 * MILLI, 0));
        life.commit();
        life.restore();
        assertThat(give(watermark(10 * MILLI, 0))).containsExactly("watermark 10000 0");
        assertThat(give(inWindow("a", 10 * MILLI, 1))).containsExactly("UPDATE_BEFORE [a, 10000, 1, 1]",
                "UPDATE_AFTER [a, 10000, 2, 2]");
    }

    @Test
    void aPartThatComesBeforeTheProgressIsToldAgainMeetsAWindowThatIsClosed() {
        start(windowed(InputChanges.APPEND_ONLY));
        give(inWindow("a", 10 * MILLI, 1), watermark(10 * MILLI, 0));
        life.commit();
        life.restore();
        assertThat(give(inWindow("a", 10 * MILLI, 1))).containsExactly("UPDATE_BEFORE [a, 10000, 1, 1]",
                "UPDATE_AFTER [a, 10000, 2, 2]");
    }

    @Test
    void aSumThatNoBigintHoldsIsRefusedOnceForEachChange() throws Malformed {
        start(windowed(InputChanges.RETRACTING));
        give(inWindow("a", 10 * MILLI, Long.MAX_VALUE), inWindow("a", 10 * MILLI, 1));
        assertThat(give(watermark(10 * MILLI, 0))).containsExactly(
                "refused EXPRESSION_FAILED the sum 9223372036854775808 does not fit BIGINT: cast the argument to "
                        + "DECIMAL(38, 0)",
                "watermark 10000 0");
        assertThat(give(watermark(11 * MILLI, 0))).as("nothing has changed").containsExactly("watermark 11000 0");
        assertThat(give(inWindow("a", 10 * MILLI, -5))).containsExactly("INSERT [a, 10000, 3, 9223372036854775803]");
        assertThat(give(inWindow("a", 10 * MILLI, 5))).containsExactly(
                "refused EXPRESSION_FAILED the sum 9223372036854775808 does not fit BIGINT: cast the argument to "
                        + "DECIMAL(38, 0)",
                "DELETE [a, 10000, 3, 9223372036854775803]");
    }

    @Test
    void aGroupWithoutAWindowTakesBackExactlyWhatItGave() {
        start(windowless(InputChanges.APPEND_ONLY));
        List<Out> out = new ArrayList<>();
        long time = 100;
        for (long v : new long[] {1, 2, 0, 0, 3}) {
            out.addAll(feed(part("a", v, time)));
            time += 100;
        }
        assertThat(Folded.of(out).rows().get("rows")).as("the values and the time of the newest row")
                .isEqualTo(Map.of("[a, 5, 6] at 500", 1));
    }

    @Test
    void theTimeOfARowIsThatOfTheNewestHoweverThePartsWereCut() {
        Element.Row one = row("a", 5, 100);
        Element.Row two = row("a", null, 200);
        start(max());
        List<Out> together = feed(List.of(partOf(max(), one, two)));
        close();
        start(max());
        List<Out> apart = new ArrayList<>(feed(List.of(partOf(max(), one))));
        apart.addAll(feed(List.of(partOf(max(), two))));
        assertThat(Folded.of(apart)).isEqualTo(Folded.of(together));
    }

    @Test
    void aGroupWhoseLastRowGoesIsTakenBackAndForgotten() {
        start(windowless(InputChanges.RETRACTING));
        assertThat(give(part("a", 1, 100))).containsExactly("INSERT [a, 1, 1]");
        assertThat(give(retraction("a", 1, 100))).containsExactly("DELETE [a, 1, 1]");
        life.commit();
        assertThat(life.size("m.at.groups")).isZero();
        assertThat(give(part("a", 7, 200))).containsExactly("INSERT [a, 1, 7]");
        life.commit();
        assertThat(life.size("m.at.groups")).isEqualTo(1);
        life.restore();
        assertThat(give(retraction("a", 7, 200))).containsExactly("DELETE [a, 1, 7]");
        life.commit();
        assertThat(life.size("m.at.groups")).isZero();
    }

    @Test
    void rowsThatComeAndGoWithinOnePartLeaveNothing() {
        start(windowless(InputChanges.RETRACTING));
        AggregatePlan plan = windowless(InputChanges.RETRACTING);
        assertThat(give(List.of(partOf(plan, row("a", 1, 100), retracted(row("a", 1, 100)))))).isEmpty();
        life.commit();
        assertThat(life.size("m.at.groups")).isZero();
    }

    @Test
    void partsOfThreeTasksInAnyOrderLeaveTheSame() {
        for (Manner manner : Manner.values()) {
            for (int round = 0; round < 3; round++) {
                Random random = new Random(SEED + round);
                AggregatePlan plan = windowless(InputChanges.RETRACTING);
                Map<String, long[]> expected = new TreeMap<>();
                List<List<Record<Object, Object>>> inputs = new ArrayList<>();
                for (int task = 0; task < 3; task++) {
                    inputs.add(changes(plan, random, expected));
                }
                List<String> rows = new ArrayList<>();
                expected.forEach((k, of) -> {
                    if (of[0] > 0) {
                        rows.add("[" + k + ", " + of[0] + ", " + of[1] + "]");
                    }
                });
                start(plan);
                List<Out> out = OperatorKit.run(life, OperatorKit.interleave(inputs, random), manner, random);
                assertThat(Folded.of(out).rows().get("rows").keySet()).as("%s, seed %d", manner, SEED + round)
                        .extracting(text -> text.substring(0, text.indexOf(" at "))).containsExactlyElementsOf(rows);
                assertThat(life.size("m.at.groups")).as("%s, seed %d", manner, SEED + round).isEqualTo(rows.size());
                life.close();
                life = null;
            }
        }
    }

    /** Rows that one upstream task gives and takes back, in parts of up to three. */
    private static List<Record<Object, Object>> changes(AggregatePlan plan, Random random,
            Map<String, long[]> expected) {
        List<Record<Object, Object>> parts = new ArrayList<>();
        List<Element.Row> alive = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String k = "k" + random.nextInt(4);
            List<Element.Row> changes = new ArrayList<>();
            for (int n = random.nextInt(3); n >= 0; n--) {
                Element.Row gone = alive.stream().filter(r -> r.values()[0].equals(k)).findFirst().orElse(null);
                if (gone != null && random.nextInt(7) < 4) {
                    alive.remove(gone);
                    changes.add(retracted(gone));
                } else {
                    Element.Row come = row(k, (long) random.nextInt(50), random.nextInt(1000));
                    alive.add(come);
                    changes.add(come);
                }
            }
            for (Element.Row change : changes) {
                long[] of = expected.computeIfAbsent(k, x -> new long[2]);
                of[0] += change.retracts() ? -1 : 1;
                of[1] += (change.retracts() ? -1 : 1) * (Long) change.values()[1];
            }
            parts.add(OperatorKit.given(partOf(plan, changes.toArray(Element.Row[]::new))));
        }
        return parts;
    }

    /** Whatever is given early, when, and whatever fails meanwhile: in the end the table is as without it. */
    @Test
    void earlyRowsLeaveNothingBehind() {
        AggregatePlan plan = windowed(InputChanges.RETRACTING);
        FieldType.Struct rowType = new FieldType.Struct(List.of(ROW.fields().get(0), ROW.fields().get(2),
                Field.required("n", LONG), Field.optional("sum", LONG)));
        Optional<EarlyPlan> early = Optional.of(new EarlyPlan(Duration.ofMillis(1), rowType,
                row -> MergeAggregateOperator.timeOf((Long) row[1]), List.of("early")));
        int given = 0;
        for (int round = 0; round < 20; round++) {
            Random random = new Random(SEED + round);
            List<Element> input = new ArrayList<>();
            List<Element.Row> open = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                long now = i / 4;
                if (i % 10 == 9) {
                    input.add(watermark(now, now - 15));
                } else if (!open.isEmpty() && random.nextInt(4) == 0) {
                    input.add(partOf(plan, retracted(open.remove(random.nextInt(open.size())))));
                } else {
                    Element.Row row = row("k" + random.nextInt(3), (long) random.nextInt(4), now / 10 * 10 + 10);
                    open.add(row);
                    input.add(partOf(plan, row));
                }
            }
            input.add(watermark(Long.MAX_VALUE, 40));
            Map<String, String> expected = new TreeMap<>();
            start(plan);
            feed(input.toArray(Element[]::new)).forEach(out -> apply(out, expected));
            start(plan, early);
            List<Out> all = withTimePassing(input, random);
            given += (int) all.stream().filter(out -> out.node().equals("early")).count();
            Folded.of(all);
            Map<String, String> table = new TreeMap<>();
            all.forEach(out -> apply(out, table));
            assertThat(table).as("seed %d", SEED + round).isEqualTo(expected);
        }
        assertThat(given).as("seed %d", SEED).isGreaterThan(500);
    }

    /** What is committed of an operator that is asked for early rows, restored and aborted at random. */
    private List<Out> withTimePassing(List<Element> input, Random random) {
        List<Out> committed = new ArrayList<>();
        List<Out> pending = new ArrayList<>();
        int from = 0;
        for (int next = 0; next < input.size(); next++) {
            pending.addAll(life.process(OperatorKit.given(input.get(next)), 0, next));
            if (random.nextInt(3) == 0) {
                pending.addAll(life.passTime(1));
            }
            switch (random.nextInt(12)) {
                case 0 -> {
                    life.abort();
                    pending.clear();
                    next = from - 1;
                }
                case 1, 2, 3 -> {
                    life.commit();
                    committed.addAll(pending);
                    pending.clear();
                    from = next + 1;
                    if (random.nextBoolean()) {
                        life.restore();
                    }
                }
                default -> {}
            }
        }
        life.commit();
        committed.addAll(pending);
        return committed;
    }

    /** As a table by group and window takes it. */
    private static void apply(Out out, Map<String, String> table) {
        if (out.record().value() instanceof Element.Row row) {
            String of = row.values()[0] + " " + row.values()[1];
            if (row.retracts()) {
                table.remove(of);
            } else {
                table.put(of, Arrays.toString(row.values()));
            }
        }
    }

    @Test
    void moreGroupsThanATaskKeepsBackAreSentBeforeTheWatermark() {
        AggregatePlan plan = windowless(InputChanges.APPEND_ONLY);
        List<Record<Object, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 45_000; i++) {
            rows.add(OperatorKit.given(row(i % 2 == 0 ? "hot" : "k" + i, 1L, i)));
        }
        rows.add(OperatorKit.given(watermark(1, 1)));
        AggregatePlan below = new AggregatePlan("m.at.0.0", ROW, List.of(0), plan.calls(), OptionalInt.empty(), t -> 1);
        List<Out> parts;
        try (TaskLife partial = new TaskLife(0, new File(folder, "partial"), 0,
                List.of(PartialAggregateOperator.supplier(below, List.of("rows"))))) {
            parts = OperatorKit.run(partial, rows, Manner.ONE_COMMIT, new Random(SEED));
            assertThat(partial.size("m.at.0.0.parts")).isZero();
        }
        assertThat(parts.size()).as("the hot group twice, the others once, a watermark").isEqualTo(22_503);
        start(plan);
        Map<String, Integer> folded = Folded.of(OperatorKit.run(life,
                parts.stream().map(Out::record).toList(), Manner.ONE_COMMIT, new Random(SEED))).rows().get("rows");
        assertThat(folded.size()).isEqualTo(22_501);
        assertThat(folded.keySet()).contains("[hot, 22500, 22500] at 44998", "[k44999, 1, 1] at 44999");
    }

    // Plans.

    private static AggregatePlan windowed(InputChanges changes) {
        return new AggregatePlan("m.at", new FieldType.Struct(List.of(ROW.fields().get(0), ROW.fields().get(2),
                Field.required("part", new FieldType.Bytes()))), List.of(0, 1), () -> calls(changes), OptionalInt.of(1),
                task -> 1);
    }

    private static AggregatePlan windowless(InputChanges changes) {
        return new AggregatePlan("m.at", PARTS, List.of(0), () -> calls(changes), OptionalInt.empty(), task -> 1);
    }

    private static AggregatePlan max() {
        return new AggregatePlan("m.at", PARTS, List.of(0),
                () -> List.of(bind("MAX", InputChanges.APPEND_ONLY, true, 1)),
                OptionalInt.empty(), task -> 1);
    }

    private static final FieldType.Struct PARTS = new FieldType.Struct(
            List.of(ROW.fields().get(0), Field.required("part", new FieldType.Bytes())));

    private static List<Aggregator<?>> calls(InputChanges changes) {
        return List.of(bind("COUNT", changes, false), bind("SUM", changes, true, 1));
    }

    private static Aggregator<?> bind(String function, InputChanges changes, boolean nullable, Integer... columns) {
        return Aggregates.builtIn().bind(new AggregateCall(function, List.of(columns), Over.ALL, OptionalInt.empty(),
                List.of(), LONG, nullable), ROW, changes);
    }

    private void start(AggregatePlan plan) {
        start(plan, Optional.empty());
    }

    private void start(AggregatePlan plan, Optional<EarlyPlan> early) {
        life = new TaskLife(0, new File(folder, "merge" + lives++), 0, List.of(MergeAggregateOperator.supplier("gold.m",
                plan, List.of("rows"), new QuarantineRoutes(Map.of(),
                        Optional.of(new QuarantineTarget("web.gold.m", "quarantine", 1, 10_000))),
                early)));
    }

    // Elements.

    private static Element.Row row(String k, Object v, long time) {
        return new Element.Row(new Object[] {k, v instanceof Integer i ? Long.valueOf(i) : v, time}, Change.INSERT,
                time, 0, 0, new Origin.Remote(0, 0, time, 0));
    }

    private static Element.Row retracted(Element.Row row) {
        return new Element.Row(row.values(), Change.DELETE, row.eventTime(), 0, 0, row.origin());
    }

    private static Element.Row partOf(AggregatePlan plan, Element.Row... rows) {
        Group.Calls calls = new Group.Calls(plan.calls().get());
        Group group = calls.create();
        for (Element.Row row : rows) {
            calls.add(group, row);
        }
        Object k = rows[0].values()[0];
        Object[] values = plan.windowEnd().isPresent()
                ? new Object[] {k, rows[0].values()[2], calls.encode(group)}
                : new Object[] {k, calls.encode(group)};
        return new Element.Row(values, Change.INSERT, group.newest(), 0, 0, Origin.COMPUTED);
    }

    private static Element inWindow(String k, long end, long v) {
        return partOf(windowed(InputChanges.RETRACTING), row(k, v, end));
    }

    private static Element part(String k, long v, long time) {
        return partOf(windowless(InputChanges.RETRACTING), row(k, v, time));
    }

    private static Element retraction(String k, long v, long time) {
        return partOf(windowless(InputChanges.RETRACTING), retracted(row(k, v, time)));
    }

    private static Element watermark(long watermark, long horizon) {
        return new Element.Watermark(1_000_000, watermark, horizon);
    }

    private List<Out> feed(Element... elements) {
        return feed(Arrays.asList(elements));
    }

    private List<Out> feed(List<? extends Element> elements) {
        List<Out> out = new ArrayList<>();
        elements.forEach(e -> out.addAll(life.process(OperatorKit.given(e), 0, 0)));
        return out;
    }

    private List<String> give(Element... elements) {
        return give(Arrays.asList(elements));
    }

    private List<String> give(List<? extends Element> elements) {
        return feed(elements).stream().map(MergeAggregateOperatorTest::text).toList();
    }

    private static String text(Out out) {
        return switch (out.record().value()) {
            case Element.Row row -> row.change() + " " + Arrays.toString(row.values());
            case Element.Watermark w -> "watermark " + w.watermark() + " " + w.horizon();
            case byte[] refused -> {
                Object[] columns = decode(refused);
                yield "refused " + columns[QuarantineRecord.ROW.indexOf("reason")] + " "
                        + columns[QuarantineRecord.ROW.indexOf("actual")];
            }
            default -> out.toString();
        };
    }

    private static Object[] decode(byte[] refused) {
        try {
            return AvroRowDecoder.of(AvroTypes.toSchema("web.gold.m.quarantine", QuarantineRecord.ROW),
                    QuarantineRecord.ROW).decodeFramed(refused);
        } catch (Malformed e) {
            throw new AssertionError(e);
        }
    }
}
