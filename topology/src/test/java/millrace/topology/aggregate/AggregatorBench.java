package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.AggregatorLaws.Call;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.origin.Origin;

/** What an add costs, in nanoseconds: the best of several rounds over rows that fit into the cache. Not a test. */
final class AggregatorBench {
    private static final int ROWS = 4096;
    private static final int ADDS = 5_000_000;

    private AggregatorBench() {}

    public static void main(String[] args) {
        FieldType bigint = new FieldType.Int64();
        FieldType real = new FieldType.Float64();
        FieldType money = new FieldType.Decimal(12, 2);
        for (Call call : List.of(Call.of("COUNT"), Call.of("SUM", bigint), Call.of("SUM", money),
                Call.of("SUM", real), Call.of("AVG", real), Call.of("STDDEV_POP", real), Call.of("MAX", bigint),
                Call.of("MAX", real), Call.of("LAST_VALUE", bigint), Call.of("MIN_BY", bigint, real),
                Call.of("COUNT", bigint).distinct(), Call.of("APPROX_COUNT_DISTINCT", bigint),
                Call.of("APPROX_COUNT_DISTINCT", new FieldType.Text()),
                Call.of("APPROX_PERCENTILE", real).with(0.95), Call.of("DECAYED_SUM", real).with(3600))) {
            System.out.printf(Locale.ROOT, "%-32s %6.1f ns/add%n", call, best(call));
        }
    }

    private static double best(Call call) {
        Element.Row[] rows = rows(call);
        Aggregator<Object> aggregator = AggregatorLaws.bind(call, InputChanges.APPEND_ONLY);
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            Object state = aggregator.create();
            long from = System.nanoTime();
            for (int i = 0; i < ADDS; i++) {
                aggregator.add(state, rows[i & ROWS - 1]);
            }
            best = Math.min(best, (double) (System.nanoTime() - from) / ADDS);
            if (aggregator.result(state) == null) {
                throw new IllegalStateException(call.toString());
            }
        }
        return best;
    }

    private static Element.Row[] rows(Call call) {
        Random random = new Random(1);
        Element.Row[] rows = new Element.Row[ROWS];
        for (int i = 0; i < ROWS; i++) {
            Object[] values = new Object[call.types().size() + 2];
            for (int c = 0; c < call.types().size(); c++) {
                values[c] = switch (call.types().get(c)) {
                    case FieldType.Int64 t -> (Object) random.nextLong(1_000_000_000_000L);
                    case FieldType.Float64 t -> random.nextGaussian() * 1000;
                    case FieldType.Decimal t -> BigDecimal.valueOf(random.nextInt(10_000_000), t.scale());
                    default -> "text-" + random.nextInt(100_000);
                };
            }
            rows[i] = new Element.Row(values, Change.INSERT, i * 1000L, 0, 0, new Origin.Remote(0, 0, i, 0));
        }
        return rows;
    }
}
