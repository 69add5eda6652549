package millrace.topology.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowOrder;
import millrace.topology.kit.OperatorKit;
import millrace.topology.kit.OperatorKit.Folded;
import millrace.topology.kit.OperatorKit.Manner;
import millrace.topology.kit.TaskLife;
import millrace.topology.kit.TaskLife.Out;
import millrace.topology.operator.SideOperator.Side;
import millrace.topology.operator.SideOperator.Sided;
import millrace.topology.origin.Origin;
import millrace.topology.plan.JoinBounds;
import millrace.topology.plan.JoinBounds.Moment;
import millrace.topology.plan.PlanNode.AsOfJoin.Match;
import millrace.topology.plan.PlanNode.Join.Kind;
import millrace.topology.quarantine.QuarantineTarget;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Joins give the same rows in whatever order their inputs come and however often the task begins anew, and these are what
 * comparing every row of the one side with every row of the other gives.
 */
class JoinKitTest {
    private static final long SEED = 20261126;
    private static final int ROUNDS = Integer.getInteger("millrace.rounds", 6);
    private static final long SECOND = 1_000_000;
    private static final int INPUTS = 4;
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(Field.optional("k", new FieldType.Text()),
            Field.optional("v", new FieldType.Int64()), Field.required("t", INSTANT)));
    private static final JoinPlan.Side SIDE = new JoinPlan.Side(ROW, List.of(0));
    /** The same, with a key that has another form in bytes. */
    private static final JoinPlan.Side OTHER = new JoinPlan.Side(new FieldType.Struct(
            List.of(Field.required("k", new FieldType.Text()), Field.optional("v", new FieldType.Int64()),
                    Field.required("t", INSTANT))),
            List.of(0));

    @TempDir
    private File folder;
    private int lives;

    @Test
    void everyKindOfJoinWithoutBounds() {
        run(Optional.empty());
    }

    @Test
    void everyKindOfJoinWithBounds() {
        run(Optional.of(new JoinBounds(new Moment(2, 0), new Moment(2, 0), 7 * SECOND, 3 * SECOND)));
    }

    @Test
    void rowsOfOneTime() {
        run(Optional.of(new JoinBounds(new Moment(2, 0), new Moment(2, 0), 0, 0)));
    }

    @Test
    void theRightIsAlwaysLater() {
        run(Optional.of(new JoinBounds(new Moment(2, 0), new Moment(2, 0), -2 * SECOND, 9 * SECOND)));
    }

    private void run(Optional<JoinBounds> bounds) {
        long pairs = 0;
        long amendments = 0;
        for (Kind kind : Kind.values()) {
            for (int round = 0; round < ROUNDS; round++) {
                long seed = SEED + round * 10 + kind.ordinal();
                Random random = new Random(seed);
                boolean compares = random.nextBoolean();
                Data data = data(random, bounds.isPresent(), true);
                Map<String, Integer> expected = pairs(data, kind, bounds, compares);
                pairs += expected.size();
                JoinPlan plan = new JoinPlan("m", "m.at", SIDE, OTHER, kind,
                        compares ? Optional.of(JoinKitTest::smaller) : Optional.empty(), bounds, task -> INPUTS);
                for (Manner manner : Manner.values()) {
                    List<Out> out = life(data, JoinOperator.supplier(plan, List.of("rows"), routes()), manner,
                            new Random(seed * 31 + manner.ordinal()));
                    assertThat(Folded.of(out).rows().getOrDefault("rows", Map.of()))
                            .as("%s, %s, seed %d", kind, manner, seed).isEqualTo(expected);
                    amendments += out.stream().filter(o -> o.record().value() instanceof Element.Row row
                            && row.retracts()).count();
                    // Those above are made anew together with the join, and have forgotten what they were told.
                    if (bounds.isPresent() && (manner == Manner.ONE_COMMIT || manner == Manner.COMMIT_AFTER_EACH)) {
                        assertThatNothingComesLate(out, kind + ", " + manner + ", seed " + seed);
                    }
                }
            }
        }
        assertThat(pairs).isGreaterThan(1000);
        assertThat(amendments).isPositive();
    }

    /** Whoever is above may forget what is before the horizon that he was told. */
    private static void assertThatNothingComesLate(List<Out> out, String what) {
        Map<Integer, Long> horizons = new HashMap<>();
        for (Out one : out) {
            switch (one.record().value()) {
                case Element.Watermark w -> horizons.put(w.input(), w.horizon());
                case Element.Row row -> {
                    long together = horizons.size() < INPUTS
                            ? Long.MIN_VALUE
                            : horizons.values().stream().min(Long::compare).orElseThrow();
                    for (int time = 2; time < row.values().length; time += 3) {
                        if (row.values()[time] != null && together != Long.MIN_VALUE) {
                            assertThat((Long) row.values()[time]).as(what).isGreaterThanOrEqualTo(together);
                        }
                    }
                }
                default -> {}
            }
        }
    }

    @Test
    void theNewestVersionAsOfATime() {
        for (Kind kind : List.of(Kind.INNER, Kind.LEFT)) {
            for (int round = 0; round < ROUNDS * 2; round++) {
                long seed = SEED + 5000 + round * 10 + kind.ordinal();
                Random random = new Random(seed);
                Match match = random.nextBoolean() ? Match.AT_OR_BEFORE : Match.BEFORE;
                OptionalLong oldest = random.nextBoolean() ? OptionalLong.of(6 * SECOND) : OptionalLong.empty();
                Data data = data(random, true, false);
                Map<String, Integer> expected = versions(data, kind, match, oldest);
                assertThat(expected.size()).as("seed %d", seed).isGreaterThan(5);
                AsOfPlan plan = new AsOfPlan("m.at", OTHER, SIDE, kind, 2, 2, match, oldest, task -> INPUTS);
                for (Manner manner : Manner.values()) {
                    List<Out> out = life(data, AsOfOperator.supplier(plan, List.of("rows")), manner,
                            new Random(seed * 31 + manner.ordinal()));
                    assertThat(Folded.of(out).rows().getOrDefault("rows", Map.of()))
                            .as("%s, %s, %s, seed %d", kind, match, manner, seed).isEqualTo(expected);
                }
            }
        }
    }

    private static final class Smaller implements RowFunction {
        @Override
        public Object[] apply(Object[] row) throws ExpressionFailure {
            if (Long.valueOf(99).equals(row[1])) {
                throw new ExpressionFailure("v", "is 99");
            }
            return row[1] != null && row[4] != null && (Long) row[1] < (Long) row[4] ? new Object[0] : null;
        }
    }

    private static RowFunction smaller() {
        return new Smaller();
    }

    private List<Out> life(Data data, ProcessorSupplier<Object, Object, Object, Object> join, Manner manner,
            Random random) {
        List<List<Record<Object, Object>>> inputs = new ArrayList<>();
        for (int i = 0; i < INPUTS; i++) {
            Side side = i < INPUTS / 2 ? Side.LEFT : Side.RIGHT;
            inputs.add(data.inputs.get(i).stream().map(e -> new Record<Object, Object>(null,
                    e instanceof Element.Row row ? new Sided(side, row) : e, 0)).toList());
        }
        try (TaskLife life = new TaskLife(0, new File(folder, "life" + lives++), 1_000, List.of(join))) {
            return OperatorKit.run(life, OperatorKit.interleave(inputs, random), manner, random);
        }
    }

    private static QuarantineRoutes routes() {
        return new QuarantineRoutes(Map.of(), Optional.of(new QuarantineTarget("m", "quarantine", 1, 10_000)));
    }

    // What comes.

    /** @param inputs two of the left, two of the right; rows and watermarks in their order */
    private record Data(List<List<Element>> inputs) {
        List<Element.Row> rows(Side side) {
            List<Element.Row> rows = new ArrayList<>();
            inputs.subList(side.ordinal() * INPUTS / 2, (side.ordinal() + 1) * INPUTS / 2)
                    .forEach(input -> input.forEach(e -> {
                        if (e instanceof Element.Row row) {
                            if (!row.retracts()) {
                                rows.add(row);
                            } else {
                                rows.remove(rows.stream().filter(r -> Arrays.equals(r.values(), row.values()))
                                        .findFirst().orElseThrow());
                            }
                        }
                    }));
            return rows;
        }
    }

    /**
     * @param timely whether rows that are late are left out, as the operator before a join does
     * @param nullLeft whether it is the left side that has rows without a key
     */
    private static Data data(Random random, boolean timely, boolean nullLeft) {
        List<List<Element>> inputs = new ArrayList<>();
        for (int i = 0; i < INPUTS; i++) {
            // The second input of the right amends nothing.
            long disorder = (i == 1 ? 2 : 5) * SECOND;
            long lateness = i == 3 ? disorder : 12 * SECOND;
            inputs.add(input(i, random, timely, i < INPUTS / 2 == nullLeft, disorder, lateness));
        }
        return new Data(inputs);
    }

    private static List<Element> input(int input, Random random, boolean timely, boolean mayBeNull, long disorder,
            long lateness) {
        List<Element> elements = new ArrayList<>();
        List<Element.Row> out = new ArrayList<>();
        long clock = Long.MIN_VALUE;
        int rows = 10 + random.nextInt(25);
        for (int i = 0; i < rows; i++) {
            long time = (i * 60L / rows - random.nextInt(random.nextInt(3) == 0 ? 20 : 4)) * SECOND
                    + random.nextInt(3) * 1000;
            clock = Math.max(clock, time);
            long horizon = clock - lateness;
            if (!timely || time >= horizon) {
                Object[] values = {mayBeNull && random.nextInt(8) == 0 ? null : "k" + random.nextInt(3),
                        random.nextInt(9) == 0 ? null : (Long) (long) random.nextInt(6), time};
                Element.Row row = new Element.Row(values, Change.INSERT, time, clock - disorder, horizon,
                        new Origin.Remote(input, 0, i, 0));
                elements.add(row);
                out.add(row);
            }
            if (!out.isEmpty() && input == 2 && !timely && random.nextInt(4) == 0) {
                Element.Row back = out.remove(random.nextInt(out.size()));
                elements.add(new Element.Row(back.values(), Change.DELETE, back.eventTime(), back.watermark(),
                        back.horizon(), back.origin()));
            }
            if (random.nextInt(4) == 0) {
                elements.add(new Element.Watermark(input, clock - disorder, horizon));
            }
        }
        elements.add(new Element.Watermark(input, TaskWatermark.END, TaskWatermark.END));
        return elements;
    }

    // What is to come out.

    private static Map<String, Integer> pairs(Data data, Kind kind, Optional<JoinBounds> bounds, boolean compares) {
        List<Element.Row> lefts = data.rows(Side.LEFT);
        List<Element.Row> rights = data.rows(Side.RIGHT);
        Map<String, Integer> out = new TreeMap<>();
        for (Element.Row l : lefts) {
            boolean met = false;
            for (Element.Row r : rights) {
                if (isPair(l, r, bounds, compares)) {
                    met = true;
                    if (kind.pairs()) {
                        add(out, join(l.values(), r.values()), Math.max(l.eventTime(), r.eventTime()));
                    }
                }
            }
            if (met ? kind == Kind.SEMI : kind.keepsLeft()) {
                add(out, kind.pairs() ? join(l.values(), new Object[3]) : l.values(), l.eventTime());
            }
        }
        if (kind.keepsRight()) {
            rights.stream().filter(r -> lefts.stream().noneMatch(l -> isPair(l, r, bounds, compares)))
                    .forEach(r -> add(out, join(new Object[3], r.values()), r.eventTime()));
        }
        return out;
    }

    private static boolean isPair(Element.Row l, Element.Row r, Optional<JoinBounds> bounds, boolean compares) {
        Object[] a = l.values();
        Object[] b = r.values();
        return a[0] != null && a[0].equals(b[0]) && bounds.map(x -> x.hold((Long) a[2], (Long) b[2])).orElse(true)
                && (!compares || a[1] != null && b[1] != null && (Long) a[1] < (Long) b[1]);
    }

    private static Map<String, Integer> versions(Data data, Kind kind, Match match, OptionalLong oldest) {
        List<Element.Row> versions = data.rows(Side.RIGHT);
        Map<String, Integer> out = new TreeMap<>();
        for (Element.Row row : data.rows(Side.LEFT)) {
            Object[] values = row.values();
            long time = (Long) values[2];
            Optional<Element.Row> newest = versions.stream()
                    .filter(v -> values[0] != null && values[0].equals(v.values()[0]))
                    .filter(v -> match == Match.BEFORE ? v.eventTime() < time : v.eventTime() <= time)
                    .filter(v -> oldest.isEmpty() || time - v.eventTime() <= oldest.getAsLong())
                    .filter(v -> v.horizon() <= time)
                    .max((a, b) -> RowOrder.compare(a, RowOrder.of(b)));
            if (newest.isPresent() || kind == Kind.LEFT) {
                add(out, join(values, newest.map(Element.Row::values).orElse(new Object[3])), time);
            }
        }
        return out;
    }

    private static Object[] join(Object[] left, Object[] right) {
        Object[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    private static void add(Map<String, Integer> out, Object[] values, long time) {
        out.merge(Arrays.deepToString(values) + " at " + time, 1, Integer::sum);
    }
}
