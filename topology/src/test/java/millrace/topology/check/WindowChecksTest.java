package millrace.topology.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.ModelFolder;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user reads who groups without windows, makes windows of the wrong column, or names a key that is none. */
class WindowChecksTest {
    private static final Contract CLICKS = TestContracts.contract("clicks",
            "id bigint not null, who text, v bigint, ts timestamptz(6) not null, seen timestamptz(6) not null");
    private static final String MINUTES = "TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE))";
    private static final String BY_MINUTE = "SELECT who, window_start, window_end, window_time, COUNT(*) AS n FROM "
            + MINUTES + " GROUP BY who, window_start, window_end, window_time";

    @TempDir
    Path project;

    @Test
    void aWindowIsMadeOfTheEventTime() throws IOException {
        model("m", BY_MINUTE.replace("DESCRIPTOR(ts)", "DESCRIPTOR(seen)"), "");
        assertThat(problems(CLICKS)).singleElement().asString().contains("WINDOW_NEEDS_EVENT_TIME",
                "The window is made of \"seen\", which is not the event time. Expected DESCRIPTOR of \"ts\"");
    }

    @Test
    void theEventTimeIsOneOnlyWhereItIsPassedOn() throws IOException {
        model("plain", "SELECT id, who, ts AS happened, ts + INTERVAL '1' SECOND AS later FROM clicks", "");
        model("good", windows("plain", "happened"), "");
        assertThat(problems(CLICKS)).isEmpty();
        model("bad", windows("plain", "later"), "");
        assertThat(problems(CLICKS)).singleElement().asString().contains("WINDOW_NEEDS_EVENT_TIME",
                "The window is made of \"later\"", "Expected DESCRIPTOR of \"happened\"");
    }

    @Test
    void theTimeOfAWindowsRowIsItsEventTimeButItsEndIsNot() throws IOException {
        model("minutes", BY_MINUTE.replace("window_start, window_end, window_time,",
                "window_start AS s, window_end AS e, window_time AS t,"), "");
        model("good", windows("minutes", "t"), "");
        assertThat(problems(CLICKS)).isEmpty();
        model("bad", windows("minutes", "e"), "");
        assertThat(problems(CLICKS)).singleElement().asString().contains("WINDOW_NEEDS_EVENT_TIME",
                "Expected DESCRIPTOR of \"t\"");
    }

    @Test
    void aContractWithoutEventTimeHasNoWindows() throws IOException {
        Contract timeless = with(CLICKS, Optional.empty());
        model("m", BY_MINUTE, "");
        assertThat(problems(timeless)).singleElement().asString().contains("WINDOW_NEEDS_EVENT_TIME",
                "What is read has none: say eventTime under the customProperties of its contract");
    }

    @Test
    void aGroupWithoutAWindowIsKeptForEver() throws IOException {
        model("m", "SELECT who, COUNT(*) AS n FROM clicks GROUP BY who", "unique_key: who");
        assertThat(problems(CLICKS)).singleElement().asString().contains("STATE_UNBOUNDED",
                "keeps a result for every value of who without end");
        model("m", "SELECT who, COUNT(*) AS n FROM clicks GROUP BY who", "{unique_key: who, retention: forever}");
        assertThat(problems(CLICKS)).isEmpty();
    }

    @Test
    void theStartOfAWindowAloneDoesNotCloseIt() throws IOException {
        model("m", "SELECT window_start, COUNT(*) AS n FROM " + MINUTES + " GROUP BY window_start",
                "unique_key: window_start");
        assertThat(problems(CLICKS)).singleElement().asString().contains("STATE_UNBOUNDED");
    }

    @Test
    void oneResultForAllMayStillRememberEveryValue() throws IOException {
        model("m", "SELECT COUNT(*) AS n, SUM(v) AS s, MAX(v) AS m FROM clicks", "unique_key: n");
        assertThat(problems(CLICKS)).isEmpty();
        model("m", "SELECT COUNT(DISTINCT id) AS n FROM clicks", "unique_key: n");
        assertThat(problems(CLICKS)).singleElement().asString().contains("STATE_UNBOUNDED",
                "remembers every value of COUNT(DISTINCT");
        model("m", "SELECT COUNT(DISTINCT id) AS n FROM clicks", "{unique_key: n, retention: forever}");
        assertThat(problems(CLICKS)).isEmpty();
    }

    @Test
    void theLargestOfRowsThatMayBeTakenBackIsFoundAmongAllOfThem() throws IOException {
        model("minutes", BY_MINUTE, "unique_key: [who, window_end]");
        model("m", "SELECT SUM(n) AS n FROM silver.minutes", "unique_key: n");
        assertThat(problems(amended())).isEmpty();
        model("m", "SELECT MAX(n) AS n FROM silver.minutes", "unique_key: n");
        assertThat(problems(CLICKS)).as("nothing is taken back").isEmpty();
        assertThat(problems(amended())).singleElement().asString().contains("STATE_UNBOUNDED",
                "remembers every value of MAX(");
    }

    @Test
    void rowsThatAreAmendedNeedAKeyAlsoThroughAnotherModel() throws IOException {
        model("minutes", BY_MINUTE, "");
        assertThat(problems(CLICKS)).isEmpty();
        assertThat(problems(amended())).singleElement().asString().contains("RESULT_NEEDS_KEY",
                "silver.minutes changes rows that it has given out, but nothing says which. clicks gives a window out "
                        + "after 30s of disorder and lets rows count for 10m.",
                "or make allowedLateness as short as disorder");
        model("minutes", BY_MINUTE, "unique_key: [who, window_end]");
        model("above", "SELECT who, n FROM silver.minutes WHERE n > 5", "");
        assertThat(problems(amended())).singleElement().asString().contains("RESULT_NEEDS_KEY", "silver.above");
    }

    @Test
    void aKeyNamesEveryGroup() throws IOException {
        model("m", BY_MINUTE, "unique_key: who");
        assertThat(problems(CLICKS)).singleElement().asString().contains("KEY_UNUSABLE",
                "rows that differ only in \"window_end\" would overwrite each other");
        model("m", BY_MINUTE, "unique_key: window_end");
        assertThat(problems(CLICKS)).singleElement().asString().contains("differ only in \"who\"");
        for (String bound : List.of("window_start", "window_end", "window_time")) {
            model("m", BY_MINUTE, "unique_key: [who, " + bound + "]");
            assertThat(problems(CLICKS)).as(bound).isEmpty();
        }
    }

    @Test
    void theStartOfCumulatingWindowsTellsNothingApart() throws IOException {
        String cumulating = BY_MINUTE.replace("TUMBLE(", "CUMULATE(").replace("INTERVAL '1' MINUTE",
                "INTERVAL '1' MINUTE, INTERVAL '1' HOUR");
        model("m", cumulating, "unique_key: [who, window_start]");
        assertThat(problems(CLICKS)).singleElement().asString().contains("KEY_UNUSABLE");
        model("m", cumulating, "unique_key: [who, window_end]");
        assertThat(problems(CLICKS)).isEmpty();
    }

    @Test
    void aKeyOfAModelAboveTellsTheGroupsBelowApartToo() throws IOException {
        model("minutes", BY_MINUTE, "unique_key: [who, window_end]");
        model("m", "SELECT n, who, window_end AS e FROM silver.minutes WHERE n > 1", "unique_key: [who, e]");
        assertThat(problems(CLICKS)).isEmpty();
        model("m", "SELECT n, who, window_end AS e FROM silver.minutes WHERE n > 1", "unique_key: [n, e]");
        assertThat(problems(CLICKS)).singleElement().asString().contains("KEY_UNUSABLE", "models/silver/m.yml",
                "differ only in \"who\" would overwrite each other");
        model("m", "SELECT UPPER(who) AS who, window_end AS e FROM silver.minutes", "unique_key: [who, e]");
        assertThat(problems(CLICKS)).as("two names may have the same capitals").singleElement().asString()
                .contains("KEY_UNUSABLE");
    }

    @Test
    void whatIsNotGroupedIsNamed() throws IOException {
        model("m", "SELECT id, COUNT(*) AS n FROM clicks GROUP BY who", "{unique_key: id, retention: forever}");
        assertThat(problems(CLICKS)).singleElement().asString().contains("\"id\"", "GROUP BY")
                .doesNotContain("ANY_VALUE");
        model("m", "SELECT 1 AS one, COUNT(*) AS n FROM clicks", "unique_key: one");
        assertThat(problems(CLICKS)).isEmpty();
    }

    private static String windows(String model, String time) {
        return "SELECT window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE silver." + model + ", DESCRIPTOR(" + time
                + "), INTERVAL '1' HOUR)) GROUP BY window_start, window_end";
    }

    /** Rows may amend a result for ten minutes. */
    private static Contract amended() {
        return with(CLICKS, Optional.of(new EventTime("ts", Duration.ofSeconds(30), Duration.ofMinutes(10),
                Duration.ofHours(1), Duration.ofMinutes(15))));
    }

    private static Contract with(Contract c, Optional<EventTime> time) {
        return new Contract(c.id(), c.name(), c.version(), c.status(), c.topic(), c.recordName(), c.description(),
                c.owner(), c.columns(), c.key(), time, c.partitions(), c.format(), c.kind(), c.raw(),
                c.freshness(), c.quality(), c.place());
    }

    private List<String> problems(Contract contract) {
        try {
            SqlCompiler.compile(List.of(contract), ModelFolder.read(project.resolve("models")),
                    FunctionLibrary.builtIn());
            return List.of();
        } catch (ProblemException e) {
            return e.problems().stream().map(Problem::toText).toList();
        }
    }

    private void model(String name, String sql, String config) throws IOException {
        Path layer = Files.createDirectories(project.resolve("models/silver"));
        Files.writeString(layer.resolve(name + ".sql"), sql);
        String properties = config.isEmpty()
                ? "description: x"
                : "config: " + (config.startsWith("{") ? config : "{" + config + "}");
        Files.writeString(layer.resolve(name + ".yml"), "models:\n  - name: " + name + "\n    " + properties + "\n");
    }
}
