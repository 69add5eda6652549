package millrace.topology.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.aggregate.Aggregator;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.assemble.Orders;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.flow.RowOrder;
import millrace.topology.kit.OperatorKit.Folded;
import millrace.topology.kit.OperatorKit.Manner;
import millrace.topology.kit.TaskLife.Out;
import millrace.topology.operator.DeduplicatePlan;
import millrace.topology.operator.KeepFirstOperator;
import millrace.topology.operator.KeepLastOperator;
import millrace.topology.operator.OverOperator;
import millrace.topology.operator.OverPlan;
import millrace.topology.operator.QuarantineRoutes;
import millrace.topology.operator.TopNOperator;
import millrace.topology.operator.TopNPlan;
import millrace.topology.operator.WindowsPlan;
import millrace.topology.origin.Origin;
import millrace.topology.origin.SourceTopic;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.Frame;
import millrace.topology.plan.PlanNode.TopN.Rank;
import millrace.topology.plan.SortColumn;
import millrace.topology.plan.SortColumn.Direction;
import millrace.topology.plan.SortColumn.Nulls;
import millrace.topology.time.PartitionClock;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operators that keep rows, over rows of three partitions that come in many interleavings, committed, restarted and
 * aborted: what is left in the end is what a plain computation over all rows gives, which knows of each row nothing but
 * its own clock.
 */
class KeptRowsTest {
    private static final long SEED = Long.getLong("millrace.seed", 31);
    private static final int ROUNDS = Integer.getInteger("millrace.rounds", 3);
    private static final int PARTITIONS = 3;
    private static final long SECOND = 1_000_000;
    private static final long DISORDER = 3 * SECOND;
    private static final long WINDOW = 10 * SECOND;
    private static final long RETENTION = 4 * SECOND;
    private static final FieldType LONG = new FieldType.Int64();
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.optional("who", new FieldType.Text()), Field.optional("v", LONG), Field.required("at", INSTANT),
            Field.required("window_end", INSTANT)));
    private static final SortColumn BY_VALUE = new SortColumn(1, Direction.DESCENDING, Nulls.LAST);
    private static final SortColumn LATEST = new SortColumn(2, Direction.DESCENDING, Nulls.LAST);

    @TempDir
    File folder;

    private int lives;

    /** How far behind the newest a row may be and count. */
    private enum Lateness {
        AS_DISORDER(DISORDER), LONGER(20 * SECOND);

        private final long micros;

        Lateness(long micros) {
            this.micros = micros;
        }
    }

    @Test
    void theFirstOfEachKey() {
        for (Rank rank : Rank.values()) {
            for (int most : new int[] {1, 3}) {
                check("top " + most + " " + rank, InputChanges.APPEND_ONLY, Lateness.LONGER,
                        top(List.of(0), List.of(BY_VALUE), most, rank, OptionalInt.empty(), InputChanges.APPEND_ONLY),
                        rows -> ranked(rows, 0, BY_VALUE, most, rank));
            }
        }
        check("latest", InputChanges.APPEND_ONLY, Lateness.LONGER,
                top(List.of(0), List.of(LATEST), 2, Rank.NUMBERED, OptionalInt.empty(), InputChanges.APPEND_ONLY),
                rows -> ranked(rows, 0, LATEST, 2, Rank.NUMBERED));
    }

    @Test
    void theFirstOfEachKeyWhereRowsAreTakenBack() {
        for (Rank rank : Rank.values()) {
            for (int most : new int[] {1, 3}) {
                check("top " + most + " " + rank, InputChanges.RETRACTING, Lateness.LONGER,
                        top(List.of(0), List.of(BY_VALUE), most, rank, OptionalInt.empty(), InputChanges.RETRACTING),
                        rows -> ranked(rows, 0, BY_VALUE, most, rank));
            }
        }
    }

    @Test
    void theFirstOfEachWindow() {
        for (Lateness lateness : Lateness.values()) {
            for (InputChanges changes : InputChanges.values()) {
                for (Rank rank : Rank.values()) {
                    check("window " + rank, changes, lateness,
                            top(List.of(0, 3), List.of(BY_VALUE), 2, rank, OptionalInt.of(3), changes),
                            rows -> windowed(rows, 2, rank));
                }
            }
        }
    }

    @Test
    void aRowIsFirstIfNoneComesShortlyBefore() {
        for (Lateness lateness : Lateness.values()) {
            for (InputChanges changes : InputChanges.values()) {
                check("first", changes, lateness, KeepFirstOperator.supplier(deduplicate(changes), List.of("rows")),
                        rows -> chains(rows, true));
            }
        }
    }

    @Test
    void aRowIsLastIfNoneFollowsShortly() {
        for (Lateness lateness : Lateness.values()) {
            List<List<Out>> runs = check("last", InputChanges.APPEND_ONLY, lateness,
                    KeepLastOperator.supplier(deduplicate(InputChanges.APPEND_ONLY), List.of("rows")),
                    rows -> chains(rows, false));
            // A table by the key alone is what was written last.
            for (List<Out> run : runs) {
                Map<Object, Element.Row> table = new HashMap<>();
                Map<Object, Element.Row> newest = new HashMap<>();
                run.stream().filter(o -> o.record().value() instanceof Element.Row).forEach(o -> {
                    Element.Row row = (Element.Row) o.record().value();
                    Object who = row.values()[0];
                    if (row.retracts()) {
                        table.remove(who);
                    } else {
                        table.put(who, row);
                        newest.merge(who, row, (a, b) -> RowOrder.of(a).compareTo(RowOrder.of(b)) > 0 ? a : b);
                    }
                });
                assertThat(table.keySet()).as("seed %d", SEED).isEqualTo(newest.keySet());
                table.forEach((who, row) -> assertThat(row.values()).as("seed %d", SEED)
                        .isEqualTo(newest.get(who).values()));
            }
        }
    }

    @Test
    void aRowIsToldOfThoseBeforeItOnceTimeHasPassedIt() {
        List<Frame> frames = List.of(range(5 * SECOND), rows(2, 6 * SECOND), range(0), rows(0, 5 * SECOND));
        for (Lateness lateness : Lateness.values()) {
            for (InputChanges changes : InputChanges.values()) {
                check("over", changes, lateness, over(List.of(), frames, new OverPlan.Giving.WhenPassed(LATE)),
                        rows -> told(rows, total(), frames, r -> r.eventTime(), true));
            }
        }
        List<Frame> unlimited = List.of(rows(3, -1), range(-1), rows(-1, -1));
        check("over all", InputChanges.RETRACTING, Lateness.LONGER,
                over(List.of(), unlimited, new OverPlan.Giving.WhenPassed(LATE)),
                rows -> told(rows, total(), unlimited, r -> r.eventTime(), true));
        List<Frame> few = List.of(rows(3, -1), rows(1, 4 * SECOND));
        for (Lateness lateness : Lateness.values()) {
            check("over few", InputChanges.APPEND_ONLY, lateness,
                    over(List.of(), few, new OverPlan.Giving.WhenPassed(LATE)),
                    rows -> told(rows, total(), few, r -> r.eventTime(), true));
        }
    }

    @Test
    void aRowIsToldOfThoseBeforeItAsTheyCome() {
        List<Frame> frames = List.of(rows(2, -1), range(-1), range(0), rows(-1, -1));
        for (InputChanges changes : InputChanges.values()) {
            check("over by value", changes, Lateness.LONGER,
                    over(List.of(BY_VALUE), frames, new OverPlan.Giving.AsTheyCome()),
                    rows -> told(rows, byValue(), frames, r -> r.values()[1], false));
        }
        SortColumn byTime = new SortColumn(2, Direction.ASCENDING, Nulls.FIRST);
        List<Frame> spans = List.of(range(5 * SECOND), rows(3, 6 * SECOND), rows(1, -1));
        for (InputChanges changes : InputChanges.values()) {
            check("over by time", changes, Lateness.LONGER,
                    over(List.of(byTime), spans, new OverPlan.Giving.AsTheyCome()),
                    rows -> told(rows, total(), spans, r -> r.values()[2], false));
        }
    }

    private static Frame range(long span) {
        return new Frame(Frame.Unit.RANGE, OptionalLong.empty(), optional(span));
    }

    private static Frame rows(long rows, long span) {
        return new Frame(Frame.Unit.ROWS, optional(rows), optional(span));
    }

    private static OptionalLong optional(long value) {
        return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    @Test
    void onlyFewRowsOfAKeyThatComesAgainAndAgainAreRemembered() {
        var plan = deduplicate(InputChanges.APPEND_ONLY);
        for (var operator : List.of(KeepFirstOperator.supplier(plan, List.of("rows")),
                KeepLastOperator.supplier(plan, List.of("rows")))) {
            try (TaskLife life = new TaskLife(0, new File(folder, "life" + lives++), 1_000, List.of(operator))) {
                for (int i = 0; i < 1000; i++) {
                    life.process(OperatorKit.given(row(0, i, "a", 1L, i * SECOND / 100, Long.MIN_VALUE)), 0, i);
                }
                life.commit();
                assertThat(life.size("x.rows")).isLessThan(12);
            }
        }
    }

    @Test
    void nothingIsRememberedOnceTimeHasPassedIt() {
        var plan = deduplicate(InputChanges.APPEND_ONLY);
        Map<String, List<String>> storesOf = Map.of("first", List.of("x.rows", "x.queue"), "last", List.of("x.rows"),
                "window", List.of("x.rows"));
        Map<String, ProcessorSupplier<?, ?, ?, ?>> operators = Map.of("first",
                KeepFirstOperator.supplier(plan, List.of("rows")), "last",
                KeepLastOperator.supplier(plan, List.of("rows")), "window",
                top(List.of(0, 3), List.of(BY_VALUE), 2, Rank.NUMBERED, OptionalInt.of(3), InputChanges.APPEND_ONLY));
        operators.forEach((name, operator) -> {
            try (TaskLife life = new TaskLife(0, new File(folder, "life" + lives++), 1_000, List.of(operator))) {
                for (int i = 0; i < 100; i++) {
                    life.process(OperatorKit.given(row(0, i, "k" + i, 1L, i * SECOND, Long.MIN_VALUE)), 0, i);
                }
                life.commit();
                assertThat(life.size("x.rows")).as(name).isEqualTo(100);
                for (int p = 0; p < PARTITIONS; p++) {
                    life.process(OperatorKit.given(new Element.Watermark(p, 200 * SECOND, 200 * SECOND)), 0, 100);
                }
                life.commit();
                storesOf.get(name).forEach(store -> assertThat(life.size(store)).as(name + " " + store).isZero());
            }
        });
    }

    private interface Oracle {
        Map<String, Integer> of(List<Element.Row> rows);
    }

    /** Runs in every manner; returns what came out of each run. */
    private List<List<Out>> check(String what, InputChanges changes, Lateness lateness,
            ProcessorSupplier<?, ?, ?, ?> operator, Oracle oracle) {
        List<List<Out>> runs = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long seed = SEED + round;
            List<List<Element>> data = data(new Random(seed), changes, lateness);
            if (what.startsWith("window")) {
                // What is late for its window was set aside where the windows were made.
                data.forEach(p -> p.removeIf(e -> e instanceof Element.Row r && (Long) r.values()[3] <= r.horizon()));
            }
            Map<String, Integer> expected = oracle.of(left(data));
            for (Manner manner : Manner.values()) {
                Random random = new Random(seed * 31 + manner.ordinal());
                try (TaskLife life = new TaskLife(0, new File(folder, "life" + lives++), 1_000, List.of(operator))) {
                    List<List<Record<Object, Object>>> inputs = data.stream()
                            .map(p -> p.stream().map(OperatorKit::given).toList()).toList();
                    List<Out> out = OperatorKit.run(life, OperatorKit.interleave(inputs, random), manner, random);
                    assertThat(Folded.of(out).rows().getOrDefault("rows", Map.of())).as("%s, %s, %s, %s, seed %d", what,
                            changes, lateness, manner, seed).isEqualTo(expected);
                    runs.add(out);
                }
            }
        }
        return runs;
    }

    // The rows.

    private static List<List<Element>> data(Random random, InputChanges changes, Lateness lateness) {
        List<List<Element>> partitions = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            partitions.add(partition(p, random, changes, lateness));
        }
        return partitions;
    }

    private static List<Element> partition(int partition, Random random, InputChanges changes, Lateness lateness) {
        List<Element> elements = new ArrayList<>();
        List<Element.Row> live = new ArrayList<>();
        long clock = Long.MIN_VALUE;
        int rows = partition == 1 ? 6 : 60;
        for (int i = 0; i < rows; i++) {
            long time = (i * 60L / rows - random.nextInt(random.nextInt(3) == 0 ? 30 : 3)) * SECOND / 2 * 2
                    + random.nextInt(2) * SECOND / 2;
            clock = Math.max(clock, time);
            long horizon = clock - lateness.micros;
            Element.Row row = row(partition, i, random.nextInt(6) == 0 ? null : "w" + random.nextInt(2),
                    random.nextInt(6) == 0 ? null : (Long) (long) random.nextInt(5), time, horizon);
            if (changes == InputChanges.RETRACTING) {
                // Of no source: two may be the same in everything, and only what still counts is taken back.
                row = new Element.Row(row.values(), Change.INSERT, time, PartitionClock.UNSET, PartitionClock.UNSET,
                        Origin.COMPUTED);
                if (time < horizon) {
                    continue;
                }
                long h = horizon;
                live.removeIf(r -> r.eventTime() < h);
                if (!live.isEmpty() && random.nextInt(3) == 0) {
                    Element.Row gone = live.remove(random.nextInt(live.size()));
                    elements.add(new Element.Row(gone.values(), Change.DELETE, gone.eventTime(), gone.watermark(),
                            gone.horizon(), gone.origin()));
                }
                live.add(row);
            }
            elements.add(row);
            if (random.nextInt(4) == 0) {
                elements.add(new Element.Watermark(partition, clock - DISORDER, horizon));
            }
        }
        elements.add(new Element.Watermark(partition, TaskWatermark.END, TaskWatermark.END));
        return elements;
    }

    private static Element.Row row(int partition, long offset, String who, Long v, long time, long horizon) {
        long end = Math.floorDiv(time, WINDOW) * WINDOW + WINDOW;
        return new Element.Row(new Object[] {who, v, time, end}, Change.INSERT, time, horizon + 1, horizon,
                new Origin.Remote(0, partition, offset, 0));
    }

    /** The rows that came less those taken back. */
    private static List<Element.Row> left(List<List<Element>> data) {
        List<Element.Row> left = new ArrayList<>();
        data.forEach(p -> p.forEach(e -> {
            if (e instanceof Element.Row row && !row.retracts()) {
                left.add(row);
            } else if (e instanceof Element.Row row) {
                left.remove(left.stream().filter(r -> Arrays.equals(r.values(), row.values())).findFirst()
                        .orElseThrow());
            }
        }));
        return left;
    }

    // What is to come out.

    private static Map<String, Integer> ranked(List<Element.Row> rows, int key, SortColumn by, int most, Rank rank) {
        return ranked(rows, r -> Arrays.asList(r.values()[key]), by, most, rank, Element.Row::eventTime);
    }

    private static Map<String, Integer> windowed(List<Element.Row> rows, int most, Rank rank) {
        return ranked(rows, r -> Arrays.asList(r.values()[0], r.values()[3]), BY_VALUE, most, rank,
                r -> (Long) r.values()[3] - 1000);
    }

    private static Map<String, Integer> ranked(List<Element.Row> rows,
            java.util.function.Function<Element.Row, List<Object>> key, SortColumn by, int most, Rank rank,
            java.util.function.ToLongFunction<Element.Row> time) {
        Map<List<Object>, List<Element.Row>> groups = new HashMap<>();
        rows.forEach(r -> groups.computeIfAbsent(key.apply(r), k -> new ArrayList<>()).add(r));
        Comparator<Element.Row> total = total();
        Comparator<Element.Row> order = by == LATEST
                ? Comparator.comparing((Element.Row r) -> (Long) r.values()[2]).thenComparing(total).reversed()
                : Comparator.comparing((Element.Row r) -> (Long) r.values()[1],
                        Comparator.nullsLast(Comparator.reverseOrder())).thenComparing(total);
        Map<String, Integer> expected = new TreeMap<>();
        groups.values().forEach(group -> {
            group.sort(order);
            for (int i = 0; i < Math.min(most, group.size()); i++) {
                Object[] values = Arrays.copyOf(group.get(i).values(), rank == Rank.NUMBERED ? 5 : 4);
                if (rank == Rank.NUMBERED) {
                    values[4] = i + 1L;
                }
                expected.merge(Arrays.toString(values) + " at " + time.applyAsLong(group.get(i)), 1, Integer::sum);
            }
        });
        return expected;
    }

    private static Map<String, Integer> chains(List<Element.Row> rows, boolean first) {
        Map<Object, List<Element.Row>> groups = new HashMap<>();
        rows.stream().filter(r -> r.eventTime() >= r.horizon())
                .forEach(r -> groups.computeIfAbsent(r.values()[0], k -> new ArrayList<>()).add(r));
        Map<String, Integer> expected = new TreeMap<>();
        groups.values().forEach(group -> {
            group.sort(total());
            for (int i = 0; i < group.size(); i++) {
                int beside = first ? i - 1 : i + 1;
                long gap = beside < 0 || beside == group.size()
                        ? Long.MAX_VALUE
                        : Math.abs(group.get(i).eventTime() - group.get(beside).eventTime());
                if (gap >= RETENTION) {
                    expected.merge(Arrays.toString(group.get(i).values()) + " at " + group.get(i).eventTime(), 1,
                            Integer::sum);
                }
            }
        });
        return expected;
    }

    private static Comparator<Element.Row> byValue() {
        return Comparator.comparing((Element.Row r) -> (Long) r.values()[1],
                Comparator.nullsLast(Comparator.reverseOrder())).thenComparing(total());
    }

    /** For each frame COUNT(*), SUM(v), the largest v, LAG by two, and the first and the last v. */
    private static Map<String, Integer> told(List<Element.Row> rows, Comparator<Element.Row> order, List<Frame> frames,
            java.util.function.Function<Element.Row, Object> place, boolean lateAreAside) {
        Map<Object, List<Element.Row>> groups = new HashMap<>();
        rows.stream().filter(r -> !lateAreAside || r.eventTime() >= r.horizon())
                .forEach(r -> groups.computeIfAbsent(r.values()[0], k -> new ArrayList<>()).add(r));
        Map<String, Integer> expected = new TreeMap<>();
        groups.values().forEach(group -> {
            group.sort(order);
            for (int i = 0; i < group.size(); i++) {
                List<Object> values = new ArrayList<>(Arrays.asList(group.get(i).values()));
                for (Frame frame : frames) {
                    int from = i;
                    while (from > 0 && isIn(group.get(from - 1), group.get(i), i - from + 1, frame, place)) {
                        from--;
                    }
                    int to = i + 1;
                    while (frame.unit() == Frame.Unit.RANGE && to < group.size() && java.util.Objects.equals(
                            place.apply(group.get(to)), place.apply(group.get(i)))) {
                        to++;
                    }
                    List<Element.Row> in = group.subList(from, to);
                    List<Long> known = in.stream().map(r -> (Long) r.values()[1]).filter(java.util.Objects::nonNull)
                            .toList();
                    values.add((long) in.size());
                    values.add(known.isEmpty() ? null : known.stream().mapToLong(v -> v).sum());
                    values.add(known.stream().max(Long::compare).orElse(null));
                    values.add(i - from == frame.rows().orElse(-1) ? in.get(0).values()[1] : null);
                    values.add(in.get(0).values()[1]);
                    values.add(in.get(in.size() - 1).values()[1]);
                }
                expected.merge(values + " at " + group.get(i).eventTime(), 1, Integer::sum);
            }
        });
        return expected;
    }

    private static boolean isIn(Element.Row row, Element.Row of, int before, Frame frame,
            java.util.function.Function<Element.Row, Object> place) {
        if (frame.rows().isPresent() && before > frame.rows().getAsLong()) {
            return false;
        }
        if (frame.span().isEmpty()) {
            return true;
        }
        return frame.span().getAsLong() == 0
                ? java.util.Objects.equals(place.apply(row), place.apply(of))
                : (Long) place.apply(row) >= (Long) place.apply(of) - frame.span().getAsLong();
    }

    private static Comparator<Element.Row> total() {
        RowBytes bytes = new RowBytes(ROW);
        return Comparator.comparing(r -> {
            if (r.origin().sourceOrdinal() >= 0) {
                return RowOrder.of(r);
            }
            int length = bytes.write(r.values());
            return RowOrder.ofComputed(r.eventTime(), Arrays.copyOf(bytes.buffer(), length));
        });
    }

    // The operators.

    private static ProcessorSupplier<?, ?, ?, ?> top(List<Integer> keys, List<SortColumn> order, int most, Rank rank,
            OptionalInt windowEnd, InputChanges changes) {
        return TopNOperator.supplier(
                new TopNPlan("x", ROW, keys, order, most, rank, windowEnd, changes, task -> PARTITIONS),
                List.of("rows"));
    }

    private static final WindowsPlan.Late LATE = new WindowsPlan.Late("late", "x__late", 1, 10_000,
            Map.of(0, new SourceTopic(Orders.contract("orders", 3), Orders.TOPIC_ID, 3, 0)));

    private static DeduplicatePlan deduplicate(InputChanges changes) {
        return new DeduplicatePlan("x", ROW, List.of(0), RETENTION, changes, LATE, task -> PARTITIONS);
    }

    private static ProcessorSupplier<?, ?, ?, ?> over(List<SortColumn> order, List<Frame> frames,
            OverPlan.Giving giving) {
        return OverOperator.supplier("x", new OverPlan("x", ROW, List.of(0), order, () -> functions(frames), giving,
                task -> PARTITIONS), List.of("rows"), new QuarantineRoutes(Map.of(), Optional.empty()));
    }

    private static List<OverPlan.Function> functions(List<Frame> frames) {
        List<OverPlan.Function> functions = new ArrayList<>();
        for (Frame frame : frames) {
            functions.add(fold("COUNT", false, List.of(), frame, InputChanges.RETRACTING));
            functions.add(fold("SUM", true, List.of(1), frame, InputChanges.RETRACTING));
            // As one that cannot take rows back.
            functions.add(fold("MAX", true, List.of(1), frame, InputChanges.APPEND_ONLY));
            functions.add(new OverPlan.Function.Lag(1, frame.rows().isPresent() ? frame : NEVER));
            functions.add(new OverPlan.Function.First(1, frame));
            functions.add(new OverPlan.Function.Last(1, frame));
        }
        return functions;
    }

    private static final Frame NEVER = new Frame(Frame.Unit.ROWS, OptionalLong.of(1_000_000), OptionalLong.of(1));

    @SuppressWarnings("unchecked")
    private static OverPlan.Function fold(String function, boolean nullable, List<Integer> columns, Frame frame,
            InputChanges changes) {
        return new OverPlan.Function.Fold((Aggregator<Object>) Aggregates.builtIn().bind(new AggregateCall(function,
                columns, AggregateCall.Over.ALL, OptionalInt.empty(), List.of(), LONG, nullable), ROW, changes),
                changes == InputChanges.RETRACTING, frame);
    }
}
