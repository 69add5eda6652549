package millrace.topology.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import org.junit.jupiter.api.Test;

/** What a check complains about is shown in the text, where only one part of it can be meant. */
class LandmarksTest {
    private static final Contract CLICKS = TestContracts.contract("clicks",
            "id bigint not null, who text, v bigint, ts timestamptz(6) not null, other timestamptz(6) not null");

    @Test
    void theColumnOfAWindowThatIsNoEventTime() {
        assertThat(marked("""
            SELECT who, window_end, COUNT(*) AS n
            FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(other), INTERVAL '1' HOUR))
            GROUP BY who, window_start, window_end
            """)).isEqualTo("WINDOW_NEEDS_EVENT_TIME 2: other");
    }

    @Test
    void ofTwoWindowsTheOneWhoseColumnIsNamed() {
        assertThat(marked("""
            SELECT id, window_end FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' HOUR))
            UNION ALL
            SELECT id, window_end FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(other), INTERVAL '1' HOUR))
            """)).isEqualTo("WINDOW_NEEDS_EVENT_TIME 3: other");
    }

    @Test
    void theGroupThatIsKeptWithoutEnd() {
        assertThat(marked("SELECT who, COUNT(*) AS n\nFROM clicks\nGROUP BY who")).isEqualTo(
                "STATE_UNBOUNDED 3: GROUP BY who");
    }

    @Test
    void aConstantThatIsNoPattern() {
        assertThat(marked("SELECT id FROM clicks WHERE who LIKE 'a%' AND REGEXP_LIKE(who, 'a(b')")).isEqualTo(
                "PATTERN_WRONG 1: 'a(b'");
    }

    @Test
    void noneIsPointedAtWhereItCouldBeOneOfTwo() {
        Problem problem = problem("""
            SELECT who, MAX(n) AS n FROM (SELECT who, v, COUNT(*) AS n FROM clicks GROUP BY who, v) t GROUP BY who
            """);
        assertThat(problem.place().map(Place::line)).contains(0);
    }

    private static String marked(String sql) {
        Problem problem = problem(sql);
        Place place = problem.place().orElseThrow();
        String line = place.excerpt().orElseThrow();
        return problem.code() + " " + place.line() + ": "
                + line.substring(place.column() - 1, place.column() - 1 + place.length());
    }

    private static Problem problem(String sql) {
        Model model = Model.of("silver", "m", "models/silver/m.sql", sql);
        return catchThrowableOfType(ProblemException.class, () -> SqlCompiler.compile(List.of(CLICKS),
                List.of(model), FunctionLibrary.builtIn())).problems().get(0);
    }
}
