package millrace.topology.kit;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.aggregate.Aggregator;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.assemble.Orders;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
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
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/** Rows per second of processor time of operators that keep rows, commits counted, without Kafka. Not a test. */
final class KeptRowsBench {
    private static final int ROWS = 300_000;
    private static final int PER_COMMIT = 50_000;
    private static final long SECOND = 1_000_000;
    private static final FieldType LONG = new FieldType.Int64();
    private static final FieldType INSTANT = new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(Field.required("k", LONG),
            Field.required("v", LONG), Field.required("at", INSTANT), Field.required("note", new FieldType.Text())));

    private KeptRowsBench() {}

    public static void main(String[] args) throws Exception {
        for (int keys : new int[] {100, 20_000, ROWS}) {
            for (var one : operators().entrySet()) {
                double best = 0;
                for (int round = 0; round < 3; round++) {
                    best = Math.max(best, rowsPerSecond(keys, one.getValue()));
                }
                System.out.printf(Locale.ROOT, "%-28s %7d keys %8.0f rows/s%n", one.getKey(), keys, best);
            }
        }
    }

    private static double rowsPerSecond(int keys, ProcessorSupplier<?, ?, ?, ?> operator) throws Exception {
        Path folder = Files.createTempDirectory("rows");
        List<Element> elements = elements(keys);
        long busy;
        try (TaskLife life = new TaskLife(0, new File(folder.toFile(), "life"), 0, List.of(operator))) {
            // Of this thread alone, so that what else the machine does counts less.
            long from = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            for (int i = 0; i < elements.size(); i++) {
                life.process(OperatorKit.given(elements.get(i)), 0, i);
                if (i % PER_COMMIT == PER_COMMIT - 1) {
                    life.flushOnly();
                }
            }
            busy = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - from;
        }
        try (var all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
        }
        return ROWS * 1e9 / busy;
    }

    /** Ten thousand rows a second, some of them late by a few. */
    private static List<Element> elements(int keys) {
        Random random = new Random(1);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            long time = i * SECOND / 10_000 - (random.nextInt(8) == 0 ? random.nextInt((int) SECOND) : 0);
            Object[] values = {(long) random.nextInt(keys), random.nextLong(1000), time, "what else there is"};
            long horizon = i * SECOND / 10_000 - 2 * SECOND;
            elements.add(new Element.Row(values, Change.INSERT, time, horizon, horizon,
                    new Origin.Remote(0, 0, i, 0)));
            if (i % 5_000 == 0) {
                elements.add(new Element.Watermark(0, horizon, horizon));
            }
        }
        return elements;
    }

    private static Map<String, ProcessorSupplier<?, ?, ?, ?>> operators() {
        Map<String, ProcessorSupplier<?, ?, ?, ?>> all = new LinkedHashMap<>();
        SortColumn best = new SortColumn(1, SortColumn.Direction.DESCENDING, SortColumn.Nulls.LAST);
        for (int most : new int[] {1, 10}) {
            all.put("top " + most, TopNOperator.supplier(new TopNPlan("x", ROW, List.of(0), List.of(best), most,
                    Rank.UNNUMBERED, OptionalInt.empty(), InputChanges.APPEND_ONLY, t -> 1), List.of("rows")));
        }
        all.put("top 10 numbered", TopNOperator.supplier(new TopNPlan("x", ROW, List.of(0), List.of(best), 10,
                Rank.NUMBERED, OptionalInt.empty(), InputChanges.APPEND_ONLY, t -> 1), List.of("rows")));
        var late = new WindowsPlan.Late("late", "x__late", 1, 10_000,
                Map.of(0, new SourceTopic(Orders.contract("orders", 3), Orders.TOPIC_ID, 3, 0)));
        var deduplicate = new DeduplicatePlan("x", ROW, List.of(0), 3600 * SECOND, InputChanges.APPEND_ONLY, late,
                t -> 1);
        all.put("first within 1h", KeepFirstOperator.supplier(deduplicate, List.of("rows")));
        all.put("last within 1h", KeepLastOperator.supplier(deduplicate, List.of("rows")));
        for (long span : new long[] {1, 10}) {
            Frame frame = new Frame(Frame.Unit.RANGE, OptionalLong.empty(), OptionalLong.of(span * SECOND));
            all.put("COUNT, SUM over " + span + "s", OverOperator.supplier("x",
                    new OverPlan("x", ROW, List.of(0), List.of(), () -> functions(frame),
                            new OverPlan.Giving.WhenPassed(late), t -> 1),
                    List.of("rows"), new QuarantineRoutes(Map.of(), Optional.empty())));
        }
        return all;
    }

    @SuppressWarnings("unchecked")
    private static List<OverPlan.Function> functions(Frame frame) {
        List<OverPlan.Function> functions = new ArrayList<>();
        for (var call : List.of(new AggregateCall("COUNT", List.of(), AggregateCall.Over.ALL, OptionalInt.empty(),
                List.of(), LONG, false),
                new AggregateCall("SUM", List.of(1), AggregateCall.Over.ALL,
                        OptionalInt.empty(), List.of(), LONG, false))) {
            functions.add(new OverPlan.Function.Fold(
                    (Aggregator<Object>) Aggregates.builtIn().bind(call, ROW, InputChanges.RETRACTING), true, frame));
        }
        return functions;
    }
}
