package millrace.topology.reach;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import millrace.schemas.contract.Contract;
import millrace.schemas.yaml.Durations;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.Test;

/** How far models look around a moment. */
class ReachesTest {
    static final List<Contract> CONTRACTS = List.of(
            TestContracts.contract("a", "id bigint, who text, ts timestamptz"),
            TestContracts.contract("b", "id bigint, who text, ts timestamptz"));
    private static final String PER_HOUR = """
        SELECT who, window_time AS till, COUNT(*) AS n
        FROM TABLE(TUMBLE(TABLE %s, DESCRIPTOR(%s), INTERVAL '1' HOUR))
        GROUP BY who, window_start, window_end, window_time""";

    @Test
    void rowsAloneLookNowhere() {
        assertThat(of("SELECT id, UPPER(who) AS who, ts FROM a WHERE id > 3")).isEqualTo("a 0s 0s");
        assertThat(of("SELECT id FROM a UNION ALL SELECT id FROM b")).isEqualTo("a 0s 0s, b 0s 0s");
    }

    @Test
    void aWindowLooksAsFarAsItIsLong() {
        assertThat(of(PER_HOUR.formatted("a", "ts"))).isEqualTo("a 1h 1h");
        assertThat(of(PER_HOUR.formatted("a", "ts").replace("TUMBLE", "HOP").replace("INTERVAL '1' HOUR",
                "INTERVAL '5' MINUTE, INTERVAL '2' HOUR"))).isEqualTo("a 2h 2h");
    }

    @Test
    void whatKeepsItsRowsForGoodLooksAnywhere() {
        assertThat(of("SELECT who, COUNT(*) AS n FROM a GROUP BY who"))
                .isEqualTo("a all all (a group without a window)");
        assertThat(of("SELECT a.id FROM a JOIN b ON a.id = b.id"))
                .isEqualTo(
                        "a all all (a join that keeps its rows for good), b all all (a join that keeps its rows for good)");
        assertThat(of("""
            SELECT who, window_start, window_end, COUNT(*) AS n
            FROM TABLE(SESSION(TABLE a, DESCRIPTOR(ts), DESCRIPTOR(who), INTERVAL '30' MINUTE))
            GROUP BY who, window_start, window_end""")).isEqualTo("a all all (sessions, which may be of any length)");
    }

    @Test
    void eachSideOfAJoinLooksTheWayTheOtherMayBe() {
        assertThat(of("""
            SELECT a.id FROM a JOIN b ON a.id = b.id
            AND b.ts BETWEEN a.ts - INTERVAL '10' MINUTE AND a.ts + INTERVAL '5' MINUTE"""))
                .isEqualTo("a 5m 10m, b 10m 5m");
        assertThat(of("""
            SELECT a.id FROM a JOIN b ON a.id = b.id
            AND b.ts BETWEEN a.ts + INTERVAL '1' MINUTE AND a.ts + INTERVAL '5' MINUTE"""))
                .isEqualTo("a 5m 0s, b 0s 5m");
    }

    @Test
    void modelsThatReadModelsLookFurther() {
        assertThat(of(PER_HOUR.formatted("a", "ts"),
                """
                    SELECT window_start, window_end, SUM(n) AS n
                    FROM TABLE(TUMBLE(TABLE silver.m0, DESCRIPTOR(till), INTERVAL '1' DAY))
                    GROUP BY window_start, window_end""",
                "SELECT n FROM silver.m1 UNION ALL SELECT id FROM b")).isEqualTo("a 25h 25h, b 0s 0s");
    }

    @Test
    void rowsWithSeveralTimesAreSeenFromEachOfThem() {
        String windows = """
            SELECT who, window_start, window_time, COUNT(*) AS n
            FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY who, window_start, window_end, window_time""";
        assertThat(of(windows, """
            SELECT w.window_start, w.n FROM silver.m0 w JOIN b ON w.who = b.who
            AND b.ts BETWEEN w.window_time AND w.window_time + INTERVAL '10' MINUTE"""))
                .isEqualTo("a 130m 2h, b 1h 70m");
        assertThat(of("SELECT a.ts, b.id FROM a ASOF JOIN b MATCH_CONDITION b.ts <= a.ts ON a.who = b.who"))
                .isEqualTo("a 0s all (an as-of join that takes a row of any age), "
                        + "b all 0s");
    }

    private static String of(String... sqls) {
        return Reaches.toContracts(last(sqls), plans(sqls)).entrySet().stream()
                .map(e -> e.getKey() + " " + text(e.getValue())).collect(Collectors.joining(", "));
    }

    /** Of the last of some models, which are called {@code silver.m0}, {@code silver.m1} and so on. */
    static Plan last(String... sqls) {
        return plans(sqls).stream().filter(p -> p.model().equals("silver.m" + (sqls.length - 1))).findFirst()
                .orElseThrow();
    }

    static List<Plan> plans(String... sqls) {
        List<Model> models = IntStream.range(0, sqls.length).mapToObj(i -> {
            Model model = Model.of("silver", "m" + i, "m" + i + ".sql", sqls[i]);
            return new Model(model.layer(), model.name(), model.sqlFile(), model.sql(), model.description(),
                    model.columns(), model.config().withRetention(Model.Config.FOREVER)
                            .withUniqueKey(model.sql().endsWith("GROUP BY who") ? List.of("who") : List.of()));
        }).toList();
        return SqlCompiler.compile(CONTRACTS, models, FunctionLibrary.builtIn());
    }

    private static String text(Reach reach) {
        return text(reach.back()) + " " + text(reach.ahead())
                + (reach.ahead() instanceof Distance.Anywhere anywhere ? " (" + anywhere.because() + ")" : "");
    }

    private static String text(Distance distance) {
        return distance instanceof Distance.Within within ? Durations.format(within.duration()) : "all";
    }
}
