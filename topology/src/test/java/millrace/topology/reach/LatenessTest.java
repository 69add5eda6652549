package millrace.topology.reach;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which records count however late they come, and which column dates a model's rows. */
class LatenessTest {
    private static final String PER_HOUR = """
        SELECT who, window_start, window_end, window_time, COUNT(*) AS n
        FROM TABLE(TUMBLE(TABLE %s, DESCRIPTOR(ts), INTERVAL '1' HOUR))
        GROUP BY who, window_start, window_end, window_time""";

    @Test
    void rowsAloneAreTakenHoweverLate() {
        assertThat(taken("SELECT id, ts FROM a WHERE id > 3")).containsExactly("a");
        assertThat(taken("SELECT id FROM a UNION ALL SELECT id FROM b")).containsExactly("a", "b");
    }

    @Test
    void whatMindsTimeOnTheWaySetsLateOnesAside() {
        assertThat(taken(PER_HOUR.formatted("a"))).isEmpty();
        assertThat(taken("SELECT id, who, ts FROM a", PER_HOUR.formatted("silver.m0"))).isEmpty();
        assertThat(taken(PER_HOUR.formatted("a"), "SELECT n, window_time FROM silver.m0")).isEmpty();
        assertThat(taken(PER_HOUR.formatted("a"), "SELECT n FROM silver.m0 UNION ALL SELECT id FROM b"))
                .containsExactly("b");
        assertThat(taken("""
            SELECT a.id, a.ts FROM a JOIN b ON a.id = b.id
            AND b.ts BETWEEN a.ts - INTERVAL '10' MINUTE AND a.ts""")).isEmpty();
    }

    @Test
    void aRowIsOfTheTimeThatItsWindowBegins() {
        assertThat(dated(List.of(), PER_HOUR.formatted("a"))).isEqualTo(new RangeColumn.Of("window_start"));
        assertThat(dated(List.of("who", "window_end"), PER_HOUR.formatted("a")))
                .isEqualTo(new RangeColumn.Of("window_end"));
        assertThat(dated(List.of("who"), PER_HOUR.formatted("a"))).isEqualTo(
                new RangeColumn.None("rows are replaced by who, which does not say what time they are of"));
    }

    @Test
    void otherRowsAreOfTheTimeOfTheirRecord() {
        assertThat(dated(List.of(), "SELECT id, ts AS at FROM a")).isEqualTo(new RangeColumn.Of("at"));
        assertThat(dated(List.of(), "SELECT id, ts + INTERVAL '1' DAY AS at FROM a"))
                .isEqualTo(new RangeColumn.None("no column is a time that its rows are of"));
        assertThat(dated(List.of(), PER_HOUR.formatted("a"), "SELECT window_time AS till, n FROM silver.m0"))
                .isEqualTo(new RangeColumn.Of("till"));
        assertThat(dated(List.of("window_start"), PER_HOUR.formatted("a"),
                "SELECT n, window_start FROM silver.m0 WHERE n > 2")).isEqualTo(new RangeColumn.Of("window_start"));
    }

    private static java.util.SortedSet<String> taken(String... sqls) {
        return Lateness.takesAllOf(ReachesTest.last(sqls), ReachesTest.plans(sqls));
    }

    private static RangeColumn dated(List<String> changesBy, String... sqls) {
        return RangeColumn.of(ReachesTest.last(sqls), changesBy, ReachesTest.CONTRACTS, ReachesTest.plans(sqls));
    }
}
