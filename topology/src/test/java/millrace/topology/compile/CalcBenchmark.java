package millrace.topology.compile;

import java.math.BigDecimal;
import java.util.List;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.PlanNode;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;

/** Rows per second through compiled calcs, on one core. Run by hand; nothing is asserted. */
final class CalcBenchmark {
    private CalcBenchmark() {}

    public static void main(String[] args) throws ExpressionFailure {
        Object[][] rows = new Object[1000][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new Object[] {(long) i, "user" + i % 50, new BigDecimal(i + ".25"), i % 10, "EUR",
                    1795170000000000L + i * 1000L};
        }
        for (String sql : List.of("SELECT id, UPPER(who) AS u, amt * qty AS v, "
                + "CASE WHEN qty > 5 THEN 'big' ELSE 'small' END AS k, EXTRACT(HOUR FROM ts) AS h "
                + "FROM orders WHERE qty > 2 AND who LIKE 'u%'",
                "SELECT id, qty * 2 + 1 AS q FROM orders WHERE qty > 2")) {
            long start = System.nanoTime();
            PlanNode.Calc calc = (PlanNode.Calc) SqlCompiler.compile(List.of(TestContracts.contract("orders",
                    "id bigint not null, who text, amt decimal(10,2), qty int, cur text, ts timestamp(6) not null")),
                    List.of(Model.of("silver", "m", "m.sql", sql)), FunctionLibrary.builtIn()).get(0).root();
            RowFunction f = new CalcCompiler(FunctionLibrary.builtIn()).compile(calc).get();
            PlanNode.Scan scan = (PlanNode.Scan) calc.input();
            Object[][] input = new Object[rows.length][];
            for (int i = 0; i < rows.length; i++) {
                Object[] row = rows[i];
                input[i] = scan.columns().stream().map(c -> row[c]).toArray();
            }
            System.out.println(sql + "\ncompiled_ms=" + (System.nanoTime() - start) / 1_000_000);
            for (int round = 0; round < 5; round++) {
                long kept = 0;
                long begin = System.nanoTime();
                for (int k = 0; k < 5000; k++) {
                    for (Object[] row : input) {
                        if (f.apply(row) != null) {
                            kept++;
                        }
                    }
                }
                double seconds = (System.nanoTime() - begin) / 1e9;
                System.out.printf("rows_per_second=%.1fM kept=%d%n", 5000.0 * rows.length / seconds / 1e6, kept);
            }
        }
    }
}
