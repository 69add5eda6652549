package millrace.topology.kit;

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
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.aggregate.Aggregator;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.assemble.Orders;
import millrace.topology.exchange.ExchangePlan;
import millrace.topology.exchange.ExchangeReader;
import millrace.topology.exchange.ExchangeWriter;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.kit.OperatorKit.Folded;
import millrace.topology.kit.OperatorKit.Manner;
import millrace.topology.kit.TaskLife.Out;
import millrace.topology.operator.AggregatePlan;
import millrace.topology.operator.MergeAggregateOperator;
import millrace.topology.operator.PartialAggregateOperator;
import millrace.topology.operator.QuarantineRoutes;
import millrace.topology.operator.WindowsOperator;
import millrace.topology.operator.WindowsPlan;
import millrace.topology.origin.Origin;
import millrace.topology.origin.SourceTopic;
import millrace.topology.plan.AggregateCall;
import millrace.topology.plan.AggregateCall.Over;
import millrace.topology.plan.WindowSpec;
import millrace.topology.quarantine.QuarantineTarget;
import millrace.topology.route.RoutedKey;
import millrace.topology.route.RoutedPartitioner;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows of two sources, of three and two partitions, through windows, parts, an exchange and their merge: what is left in
 * the end is what a plain computation over each row's own clock gives, however tasks are interleaved, committed,
 * restarted and aborted. Then the same with a second windowed aggregate above, which gets what the first takes back.
 */
class WindowsOverAnExchangeTest {
    private static final long SEED = Long.getLong("millrace.seed", 23);
    private static final int ROUNDS = Integer.getInteger("millrace.rounds", 2);
    private static final int[] PARTITIONS = {3, 2};
    /** Of each source, in seconds: the first lets rows amend what was given out. */
    private static final int[] DISORDER = {2, 3};
    private static final int[] LATENESS = {25, 3};
    private static final int TASKS = 3;
    private static final long SECOND = 1_000_000;
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    private static final FieldType LONG = new FieldType.Int64();
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.optional("who", new FieldType.Text()), Field.optional("v", LONG), Field.required("at", INSTANT)));
    private static final WindowSpec.Aligned FIVE_SECONDS = new WindowSpec.Hop(10 * SECOND, 5 * SECOND, SECOND);
    private static final WindowSpec.Aligned HALF_MINUTE = new WindowSpec.Tumble(30 * SECOND, 0);

    @TempDir
    File folder;

    private int lives;

    @Test
    void theResultIsThatOfEachRowsOwnClock() {
        long amendments = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long seed = SEED + round;
            Data data = data(new Random(seed));
            Expected expected = expected(data);
            assertThat(expected.late).as("seed %d", seed).isGreaterThan(10);
            for (Manner manner : Manner.values()) {
                List<List<Out>> upstream = upstream(data, manner, new Random(seed * 31 + manner.ordinal()));
                assertThat(count(Folded.ofTasks(upstream).records().get("late"))).as("late, %s, seed %d", manner, seed)
                        .isEqualTo(expected.late);
                List<List<Out>> out = downstream(upstream, manner, new Random(seed * 37 + manner.ordinal()),
                        first(List.of("rows")));
                amendments += amendments(out);
                assertThat(Folded.ofTasks(out).rows().get("rows")).as("%s, seed %d", manner, seed)
                        .isEqualTo(expected.rows);
                assertThat(out).allSatisfy(task -> assertThat(Folded.of(task).last().values()).containsOnly(
                        new Element.Watermark(1_000_000, TaskWatermark.END, TaskWatermark.END)));
            }
        }
        assertThat(amendments).as("seed %d", SEED).isPositive();
    }

    @Test
    void anAggregateAboveAnotherSeesWhatItTakesBack() {
        long amendments = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long seed = SEED + 1000 + round;
            Data data = data(new Random(seed));
            Map<String, Integer> expected = above(expected(data));
            for (Manner manner : Manner.values()) {
                Random random = new Random(seed * 41 + manner.ordinal());
                List<List<Out>> upstream = upstream(data, manner, random);
                List<ProcessorSupplier<?, ?, ?, ?>> chain = new ArrayList<>(first(List.of(TaskLife.NEXT)));
                chain.addAll(secondBelow());
                List<List<Out>> middle = downstream(upstream, manner, random, chain);
                List<List<Out>> out = downstream(middle, manner, random, second());
                amendments += amendments(out);
                assertThat(Folded.ofTasks(out).rows().get("rows")).as("%s, seed %d", manner, seed).isEqualTo(expected);
            }
        }
        assertThat(amendments).as("seed %d", SEED).isPositive();
    }

    private static long amendments(List<List<Out>> tasks) {
        return tasks.stream().flatMap(List::stream)
                .filter(o -> o.record().value() instanceof Element.Row row && row.change() == Change.UPDATE_AFTER)
                .count();
    }

    /** A row and the clock of its partition as it came. */
    private record Given(Element.Row row, int source) {}

    /** @param elements of each source's partitions, in their order; watermarks between the rows */
    private record Data(List<List<List<Element>>> elements) {}

    private static Data data(Random random) {
        List<List<List<Element>>> elements = new ArrayList<>();
        for (int source = 0; source < PARTITIONS.length; source++) {
            List<List<Element>> partitions = new ArrayList<>();
            for (int p = 0; p < PARTITIONS[source]; p++) {
                partitions.add(partition(source, p, random));
            }
            elements.add(partitions);
        }
        return new Data(elements);
    }

    private static List<Element> partition(int source, int partition, Random random) {
        List<Element> elements = new ArrayList<>();
        long clock = Long.MIN_VALUE;
        int rows = partition == 1 ? 5 : 45;
        for (int i = 0; i < rows; i++) {
            // The first partition runs from before the epoch.
            long time = (i * 60L / rows - random.nextInt(random.nextInt(3) == 0 ? 40 : 4)) * SECOND
                    + random.nextInt(3) * 1000;
            clock = Math.max(clock, time);
            boolean ended = i >= rows - 2;
            elements.add(row(source, partition, i, time, ended ? Long.MAX_VALUE : clock, random));
            if (random.nextInt(4) == 0 && i < rows - 3) {
                elements.add(watermark(source, clock));
            }
            if (i == rows - 3) {
                elements.add(new Element.Watermark(source, TaskWatermark.END, TaskWatermark.END));
            }
        }
        return elements;
    }

    private static Element.Row row(int source, int partition, long offset, long time, long clock, Random random) {
        Object[] values = {random.nextInt(5) == 0 ? null : "w" + random.nextInt(3),
                random.nextInt(6) == 0 ? null : (Long) (long) random.nextInt(100), time};
        Element.Watermark met = watermark(source, clock);
        return new Element.Row(values, Change.INSERT, time, met.watermark(), met.horizon(),
                new Origin.Remote(source, partition, offset, 0));
    }

    private static Element.Watermark watermark(int source, long clock) {
        return clock == Long.MAX_VALUE
                ? new Element.Watermark(source, TaskWatermark.END, TaskWatermark.END)
                : new Element.Watermark(source, clock - DISORDER[source] * SECOND, clock - LATENESS[source] * SECOND);
    }

    /** What counts, by the rows' own clocks, and nothing else. */
    private static final class Expected {
        private final Map<String, Integer> rows = new TreeMap<>();
        private final List<Object[]> values = new ArrayList<>();
        private int late;
    }

    private static Expected expected(Data data) {
        Expected expected = new Expected();
        Map<List<Object>, List<Element.Row>> groups = new java.util.HashMap<>();
        data.elements.forEach(source -> source.forEach(partition -> partition.forEach(e -> {
            if (e instanceof Element.Row row) {
                FIVE_SECONDS.forEach((Long) row.values()[2], (start, end) -> {
                    if (end <= row.horizon()) {
                        expected.late++;
                    } else {
                        groups.computeIfAbsent(Arrays.asList(row.values()[0], start, end), k -> new ArrayList<>())
                                .add(row);
                    }
                });
            }
        })));
        groups.forEach((key, rows) -> {
            rows.sort((a, b) -> millrace.topology.flow.RowOrder.compare(a, millrace.topology.flow.RowOrder.of(b)));
            List<Object> known = rows.stream().map(r -> r.values()[1]).filter(java.util.Objects::nonNull).toList();
            long end = (Long) key.get(2);
            Object[] values = {key.get(0), key.get(1), end, end - 1000, (long) rows.size(),
                    known.isEmpty() ? null : known.stream().mapToLong(v -> (Long) v).sum(),
                    known.isEmpty() ? null : known.get(known.size() - 1)};
            expected.values.add(values);
            expected.rows.put(Arrays.toString(values) + " at " + (end - 1000), 1);
        });
        return expected;
    }

    /** COUNT(*), SUM(c) and LAST_VALUE(s) of the rows below, by half minute. */
    private static Map<String, Integer> above(Expected below) {
        Map<Long, List<Object[]>> groups = new TreeMap<>();
        below.values.forEach(v -> HALF_MINUTE.forEach((Long) v[3], (start, end) -> groups
                .computeIfAbsent(end, e -> new ArrayList<>()).add(v)));
        Map<String, Integer> rows = new TreeMap<>();
        groups.forEach((end, of) -> {
            Object[] values = {end, (long) of.size(), of.stream().mapToLong(v -> (Long) v[4]).sum(),
                    of.stream().map(v -> v[5]).filter(java.util.Objects::nonNull).map(v -> (Long) v)
                            .max(Long::compare).orElse(null)};
            rows.put(Arrays.toString(values) + " at " + (end - 1000), 1);
        });
        return rows;
    }

    // The plans.

    private static FieldType.Struct windowed(FieldType.Struct row) {
        List<Field> fields = new ArrayList<>(row.fields());
        List.of("window_start", "window_end", "window_time").forEach(n -> fields.add(Field.required(n, INSTANT)));
        return new FieldType.Struct(fields);
    }

    private static FieldType.Struct parts(FieldType.Struct row, List<Integer> groups) {
        List<Field> fields = new ArrayList<>(groups.stream().map(row.fields()::get).toList());
        fields.add(Field.required("part", new FieldType.Bytes()));
        return new FieldType.Struct(fields);
    }

    private static AggregateCall call(String function, FieldType type, boolean nullable, Integer... columns) {
        return new AggregateCall(function, List.of(columns), Over.ALL, OptionalInt.empty(), List.of(), type, nullable);
    }

    private static List<Aggregator<?>> bind(FieldType.Struct row, InputChanges changes, AggregateCall... calls) {
        return Arrays.stream(calls).<Aggregator<?>>map(c -> Aggregates.builtIn().bind(c, row, changes)).toList();
    }

    private static final List<Integer> FIRST_GROUPS = List.of(0, 3, 4, 5);
    private static final FieldType.Struct FIRST_PARTS = parts(windowed(ROW), FIRST_GROUPS);
    private static final ExchangePlan FIRST_EXCHANGE = new ExchangePlan("first.at.0", 1_000_000, FIRST_PARTS,
            List.of(0, 1, 2, 3), Map.of(0, PARTITIONS[0], 1, PARTITIONS[1]));
    private static final FieldType.Struct BETWEEN = new FieldType.Struct(List.of(
            Field.optional("who", new FieldType.Text()), Field.required("s", INSTANT), Field.required("e", INSTANT),
            Field.required("t", INSTANT), Field.required("c", LONG), Field.optional("sum", LONG),
            Field.optional("last", LONG)));
    private static final List<Integer> SECOND_GROUPS = List.of(8);
    private static final FieldType.Struct SECOND_PARTS = parts(windowed(BETWEEN), SECOND_GROUPS);
    private static final ExchangePlan SECOND_EXCHANGE = new ExchangePlan("second.at.0", 1_000_001, SECOND_PARTS,
            List.of(0), Map.of(1_000_000, TASKS));

    private static List<Aggregator<?>> firstCalls() {
        return bind(windowed(ROW), InputChanges.APPEND_ONLY, call("COUNT", LONG, false), call("SUM", LONG, true, 1),
                call("LAST_VALUE", LONG, true, 1));
    }

    private static List<Aggregator<?>> secondCalls() {
        return bind(windowed(BETWEEN), InputChanges.RETRACTING, call("COUNT", LONG, false), call("SUM", LONG, true, 4),
                call("MAX", LONG, true, 5));
    }

    private static List<ProcessorSupplier<?, ?, ?, ?>> firstBelow() {
        Map<Integer, SourceTopic> sources = Map.of(
                0, new SourceTopic(Orders.contract("orders", 3), Orders.TOPIC_ID, 3, 0),
                1, new SourceTopic(Orders.contract("returns", 2), Orders.TOPIC_ID, 2, 1));
        return List.of(
                WindowsOperator.supplier(new WindowsPlan(FIVE_SECONDS, 2, ROW,
                        Optional.of(new WindowsPlan.Late("late", "first__late", 1, 10_000, sources))),
                        List.of(TaskLife.NEXT)),
                PartialAggregateOperator.supplier(new AggregatePlan("first.at.0.0", windowed(ROW), FIRST_GROUPS,
                        WindowsOverAnExchangeTest::firstCalls, OptionalInt.of(2), task -> 2), List.of(TaskLife.NEXT)),
                ExchangeWriter.supplier(FIRST_EXCHANGE, "sink"));
    }

    private static List<ProcessorSupplier<?, ?, ?, ?>> first(List<String> rowNodes) {
        return List.of(ExchangeReader.supplier(FIRST_EXCHANGE, Duration.ofMillis(1), List.of(TaskLife.NEXT)),
                MergeAggregateOperator.supplier("first", new AggregatePlan("first.at", FIRST_PARTS,
                        List.of(0, 1, 2, 3), WindowsOverAnExchangeTest::firstCalls, OptionalInt.of(2), task -> 1),
                        rowNodes, routes(), Optional.empty()));
    }

    private static List<ProcessorSupplier<?, ?, ?, ?>> secondBelow() {
        return List.of(
                WindowsOperator.supplier(new WindowsPlan(HALF_MINUTE, 3, BETWEEN, Optional.empty()),
                        List.of(TaskLife.NEXT)),
                PartialAggregateOperator.supplier(new AggregatePlan("second.at.0.0", windowed(BETWEEN), SECOND_GROUPS,
                        WindowsOverAnExchangeTest::secondCalls, OptionalInt.of(0), task -> 1), List.of(TaskLife.NEXT)),
                ExchangeWriter.supplier(SECOND_EXCHANGE, "sink"));
    }

    private static List<ProcessorSupplier<?, ?, ?, ?>> second() {
        return List.of(ExchangeReader.supplier(SECOND_EXCHANGE, Duration.ofMillis(1), List.of(TaskLife.NEXT)),
                MergeAggregateOperator.supplier("second", new AggregatePlan("second.at", SECOND_PARTS, List.of(0),
                        WindowsOverAnExchangeTest::secondCalls, OptionalInt.of(0), task -> 1), List.of("rows"),
                        routes(), Optional.empty()));
    }

    private static QuarantineRoutes routes() {
        return new QuarantineRoutes(Map.of(), Optional.of(new QuarantineTarget("m", "quarantine", 1, 10_000)));
    }

    // Running them.

    private List<List<Out>> upstream(Data data, Manner manner, Random random) {
        List<List<Out>> out = new ArrayList<>();
        for (int task = 0; task < TASKS; task++) {
            List<List<Record<Object, Object>>> inputs = new ArrayList<>();
            for (List<List<Element>> source : data.elements) {
                if (task < source.size()) {
                    inputs.add(source.get(task).stream().map(OperatorKit::given).toList());
                }
            }
            try (TaskLife life = life(task, firstBelow())) {
                out.add(OperatorKit.run(life, OperatorKit.interleave(inputs, random), manner, random));
            }
        }
        return out;
    }

    private List<List<Out>> downstream(List<List<Out>> upstream, Manner manner, Random random,
            List<ProcessorSupplier<?, ?, ?, ?>> chain) {
        RoutedPartitioner partitioner = new RoutedPartitioner();
        List<List<Out>> out = new ArrayList<>();
        for (int task = 0; task < TASKS; task++) {
            List<List<Record<byte[], byte[]>>> inputs = new ArrayList<>();
            for (List<Out> from : upstream) {
                List<Record<byte[], byte[]>> input = new ArrayList<>();
                for (Out one : from) {
                    if (one.node().equals("sink") && partitioner.partitions("x", (RoutedKey) one.record().key(),
                            (byte[]) one.record().value(), TASKS).orElseThrow().contains(task)) {
                        input.add(new Record<>(null, (byte[]) one.record().value(), 0));
                    }
                }
                inputs.add(input);
            }
            try (TaskLife life = life(task, chain)) {
                out.add(OperatorKit.run(life, OperatorKit.interleave(inputs, random), manner, random));
            }
        }
        return out;
    }

    private TaskLife life(int task, List<ProcessorSupplier<?, ?, ?, ?>> chain) {
        return new TaskLife(task, new File(folder, "life" + lives++), 1_000, chain);
    }

    private static int count(Map<String, Integer> records) {
        return records == null ? 0 : records.values().stream().mapToInt(Integer::intValue).sum();
    }
}
