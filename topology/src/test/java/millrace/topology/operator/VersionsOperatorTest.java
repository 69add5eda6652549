package millrace.topology.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.assemble.Orders;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowOrder;
import millrace.topology.kit.OperatorKit;
import millrace.topology.kit.OperatorKit.Folded;
import millrace.topology.kit.OperatorKit.Manner;
import millrace.topology.kit.TaskLife;
import millrace.topology.origin.Origin;
import millrace.topology.origin.SourceTopic;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The history of keys whose rows come out of order, against one that is made of all rows at once. */
class VersionsOperatorTest {
    private static final long SEED = Long.getLong("millrace.seed", 29);
    private static final long SECOND = 1_000_000;
    private static final long LATENESS = 20 * SECOND;
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.optional("k", new FieldType.Text()), Field.optional("v", new FieldType.Int64())));

    @TempDir
    File folder;

    @Test
    void aHistoryIsThatOfAllRowsThatCount() {
        int lives = 0;
        long late = 0;
        long versions = 0;
        for (int round = 0; round < 10; round++) {
            List<Element> input = input(new Random(SEED + round));
            Map<String, Integer> expected = history(input);
            versions += expected.size();
            for (Manner manner : Manner.values()) {
                Random random = new Random(SEED * 31 + round);
                try (TaskLife life = new TaskLife(0, new File(folder, "life" + lives++), 0,
                        List.of(VersionsOperator.supplier(plan(), List.of("rows"))))) {
                    List<Record<Object, Object>> records = input.stream().map(OperatorKit::given).toList();
                    Folded folded = Folded.of(OperatorKit.run(life, records, manner, random));
                    assertThat(folded.rows().get("rows")).as("%s, seed %d", manner, SEED + round).isEqualTo(expected);
                    late += folded.records().getOrDefault("late", Map.of()).size();
                    assertThat(life.size("m.at.rows")).as("remembered").isLessThan(input.size() / 2);
                }
            }
        }
        assertThat(late).as("late, seed %d", SEED).isPositive();
        assertThat(versions).as("versions, seed %d", SEED).isGreaterThan(500);
    }

    private static VersionsPlan plan() {
        return new VersionsPlan("m.at", ROW, List.of(0), new WindowsPlan.Late("late", "m__late", 1, 10_000,
                Map.of(0, new SourceTopic(Orders.contract("orders", 3), Orders.TOPIC_ID, 3, 0))), task -> 1);
    }

    private static List<Element> input(Random random) {
        List<Element> input = new ArrayList<>();
        long clock = 1_000 * SECOND;
        for (int i = 0; i < 400; i++) {
            long time = clock + (random.nextInt(29) - 24) * SECOND;
            clock = Math.max(clock, time);
            input.add(new Element.Row(new Object[] {"k" + random.nextInt(4), (long) random.nextInt(3)}, Change.INSERT,
                    time, clock - 5 * SECOND, clock - LATENESS, new Origin.Remote(0, 0, i, 0)));
            if (random.nextInt(5) == 0) {
                input.add(new Element.Watermark(1_000_000, clock - 5 * SECOND, clock - LATENESS));
            }
        }
        return input;
    }

    /** By text as the kit writes it. */
    private static Map<String, Integer> history(List<Element> input) {
        Map<Object, TreeMap<RowOrder, Element.Row>> byKey = new HashMap<>();
        for (Element element : input) {
            if (element instanceof Element.Row row && row.eventTime() >= row.horizon()) {
                byKey.computeIfAbsent(row.values()[0], k -> new TreeMap<>()).put(RowOrder.of(row), row);
            }
        }
        Map<String, Integer> history = new TreeMap<>();
        byKey.forEach((k, rows) -> {
            TreeMap<Long, Object> standing = new TreeMap<>();
            rows.values().forEach(row -> standing.put(row.eventTime(), row.values()[1]));
            TreeMap<Long, Object> starts = new TreeMap<>();
            standing.forEach((time, v) -> {
                if (starts.isEmpty() || !starts.lastEntry().getValue().equals(v)) {
                    starts.put(time, v);
                }
            });
            starts.forEach((time, v) -> {
                Long end = starts.higherKey(time);
                history.put("[" + k + ", " + v + ", " + time + ", " + end + ", " + (end == null) + "] at " + time, 1);
            });
        });
        return history;
    }
}
