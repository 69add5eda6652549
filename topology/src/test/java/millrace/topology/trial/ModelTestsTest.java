package millrace.topology.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.ProblemException;
import millrace.topology.assemble.Pipeline;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.model.ModelFolder;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of models, which pass and fail as they should. Disorder is 30 seconds, allowed lateness an hour. */
class ModelTestsTest {
    @TempDir
    Path folder;

    private Path models;

    @BeforeEach
    void writeModels() throws IOException {
        models = folder.resolve("models");
        write("silver/clicks.sql", "SELECT id, who, v, ts FROM clicks WHERE v <> 13");
        write("silver/ratio.sql", "SELECT who, 100 / v AS share FROM silver.clicks");
        write("silver/other.sql", "SELECT name FROM places");
        write("gold/minutes.sql", """
            SELECT who, window_start, window_time, COUNT(*) AS n, SUM(v) AS total, AVG(CAST(v AS DOUBLE)) AS mean
            FROM TABLE(TUMBLE(TABLE silver.clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
            GROUP BY who, window_start, window_end, window_time
            """);
        write("gold/hours.sql", """
            SELECT window_end, SUM(n) AS n
            FROM TABLE(TUMBLE((SELECT n, window_time AS at FROM gold.minutes), DESCRIPTOR(at), INTERVAL '1' HOUR))
            GROUP BY window_start, window_end
            """);
        write("gold/gold.yml", """
            models:
              - {name: minutes, config: {unique_key: [who, window_start]}}
              - {name: hours, config: {unique_key: [window_end]}}
            """);
    }

    @Test
    void rowsAreComparedInAnyOrderByTheColumnsNamed() throws IOException {
        test("silver/a.test.yml", """
            tests:
              - name: t
                model: clicks
                given:
                  clicks:
                    - {id: 1, who: a, v: 1, ts: "10:00"}
                    - {id: 2, who: a, v: 13, ts: "10:00:01"}
                    - {id: 3, who: null, v: 5, ts: 9:59}
                expect:
                  - {id: 3, who: null, ts: "09:59"}
                  - {who: a, v: 1}
            """);
        assertThat(run()).isInstanceOf(Verdict.Passed.class);
    }

    @Test
    void windowsCloseAndAreAmendedAndChainedModelsFollow() throws IOException {
        test("gold/a.test.yml", """
            tests:
              - name: t
                model: minutes
                given:
                  clicks:
                    - {id: 1, who: a, v: 1, ts: "10:00"}
                    - {id: 2, who: b, v: 1, ts: "10:01:40"}
                    - {id: 3, who: a, v: 2, ts: "10:00:59"}
                expect:
                  - {who: a, window_start: "10:00", n: 2, total: 3, mean: 1.5}
              - name: chained
                model: hours
                given:
                  clicks:
                    - {id: 1, who: a, v: 1, ts: "10:00"}
                    - {id: 2, who: b, v: 1, ts: "11:00:40"}
                    - {id: 3, who: a, v: 2, ts: "10:00:59"}
                    - {id: 4, who: c, v: 2, ts: "10:30"}
                    - _end: true
                expect:
                  - {window_end: "11:00", n: 3}
                  - {window_end: "12:00", n: 1}
            """);
        assertThat(all()).allSatisfy(v -> assertThat(v).isInstanceOf(Verdict.Passed.class));
    }

    @Test
    void recordsOfAChangelogReplaceAndDeleteRows() throws IOException {
        write("silver/guests.sql", "SELECT room, name FROM guests");
        write("silver/silver.yml", "models: [{name: guests, config: {unique_key: room}}]");
        test("silver/a.test.yml", """
            tests:
              - name: t
                model: guests
                given:
                  guests:
                    - {room: 1, name: a}
                    - {room: 2, name: b}
                    - {room: 1, name: c}
                    - {_delete: true, room: 2}
                    - {_delete: true, room: 3}
                expect:
                  - {room: 1, name: c}
            """);
        assertThat(run()).isInstanceOf(Verdict.Passed.class);
        test("silver/a.test.yml", """
            tests:
              - {name: t, model: clicks, given: {clicks: [{_delete: true, id: 1}]}, expect: []}
              - {name: u, model: guests, given: {guests: [{_delete: true, name: a}]}, expect: []}
            """);
        assertThat(catchThrowableOfType(ProblemException.class, this::read)).hasMessageContaining(
                "clicks is a contract of kind event: its records delete nothing.")
                .hasMessageContaining("There is no column \"name\"")
                .hasMessageContaining("This row of guests needs a value for \"room\".");
    }

    @Test
    void aDifferenceShowsBothSidesNextToEachOther() throws IOException {
        test("gold/a.test.yml", """
            tests:
              - name: t
                model: minutes
                given:
                  clicks:
                    - {id: 1, who: a, v: 1, ts: "10:00"}
                    - {id: 2, who: b, v: 1, ts: "10:00"}
                    - {id: 3, who: c, v: 1, ts: "10:00"}
                    - _end: true
                expect:
                  - {who: a, n: 1}
                  - {who: b, n: 2}
                  - {who: d, n: 7}
            """);
        Comparison rows = ((Verdict.Failed) run()).differences().get("rows");
        assertThat(rows.columns()).extracting(c -> c.name()).containsExactly("who", "n");
        assertThat(rows.lines()).extracting(l -> l.side() + " " + l.cells()).containsExactly("BOTH [a, 1]",
                "EXPECTED [b, 2]", "ACTUAL [b, 1]", "EXPECTED [d, 7]", "ACTUAL [c, 1]");
    }

    @Test
    void rowsThatFitSeveralAreMatchedSoThatMostFit() throws IOException {
        test("silver/a.test.yml", """
            tests:
              - name: t
                model: clicks
                given:
                  clicks:
                    - {id: 1, who: a, v: 1, ts: "10:00"}
                    - {id: 2, who: a, v: 2, ts: "10:00"}
                expect:
                  - {who: a}
                  - {who: a, v: 1}
            """);
        assertThat(run()).isInstanceOf(Verdict.Passed.class);
    }

    @Test
    void whatIsLateOrRefusedHasToBeExpected() throws IOException {
        String given = """
            tests:
              - name: t
                model: %s
                given:
                  clicks:
                    - {id: 1, who: a, v: 1, ts: "10:00"}
                    - {id: 2, who: a, v: 0, ts: "11:31"}
                    - {id: 3, who: a, v: 1, ts: "10:00:01"}
                    - {id: 4, who: a, v: 1, ts: "15:00", _timestamp: "10:00"}
                expect: %s
            """;
        test("gold/a.test.yml", given.formatted("minutes", "[{n: 1}]"));
        Map<String, Comparison> differences = ((Verdict.Failed) run()).differences();
        assertThat(differences.get("late").lines()).singleElement()
                .satisfies(l -> assertThat(l.cells().get(1)).isEqualTo("10:01"));
        assertThat(differences.get("quarantine").lines()).singleElement()
                .satisfies(l -> assertThat(l.cells()).contains("EVENT_TIME_AHEAD"));
        test("gold/a.test.yml", given.formatted("minutes", "[{n: 1}]") + """
                expect_late: [{window_end: "10:01", offset: 2}]
                expect_quarantine: [{reason: EVENT_TIME_AHEAD, field: ts, offset: 3}]
            """);
        assertThat(run()).isInstanceOf(Verdict.Passed.class);
        test("gold/a.test.yml", given.formatted("silver.ratio", "[{share: 100}, {share: 100}]") + """
                expect_quarantine: [{reason: EVENT_TIME_AHEAD}, {reason: EXPRESSION_FAILED, model: silver.ratio}]
            """);
        assertThat(run()).isInstanceOf(Verdict.Passed.class);
    }

    @Test
    void everyMistakeOfATestIsNamedWithItsPlaceAndWhatWasMeant() throws IOException {
        test("gold/a.test.yml", """
            tests:
              - name: t
                modl: minutes
                model: minuets
                given: {clicks: []}
                expect: []
              - name: t
                model: minutes
                given:
                  clikcs: []
                  places: []
                  clicks:
                    - {id: 1, whoo: a, ts: "ten"}
                    - {who: a, ts: "10:00"}
                expect:
                  - {who: a, totall: 3, n: many}
              - name: nothing is asked
                model: minutes
                given: {clicks: []}
            """);
        ProblemException e = catchThrowableOfType(ProblemException.class, this::read);
        assertThat(e.problems()).extracting(p -> p.place().orElseThrow().line() + " " + p.code() + " " + p.message())
                .containsExactly(
                        "3 YAML_UNKNOWN_KEY Unknown key \"modl\". Did you mean \"model\"?",
                        "4 TEST_MODEL_UNKNOWN There is no model \"gold.minuets\". Did you mean \"gold.minutes\"?",
                        "7 YAML_BAD_VALUE Another test of this file is called \"t\" too.",
                        "10 TEST_SOURCE_UNKNOWN gold.minutes is not computed from \"clikcs\". Did you mean \"clicks\"?",
                        "11 TEST_SOURCE_UNKNOWN gold.minutes is not computed from \"places\". It is computed from clicks.",
                        "13 TEST_COLUMN_UNKNOWN There is no column \"whoo\". Did you mean \"who\"?",
                        "13 TEST_VALUE_UNFIT \"ten\" is no value of a timestamp, such as 10:05, 2026-11-20 10:05:00 or 2026-11-20T10:05:00Z.",
                        "14 TEST_COLUMN_MISSING This row of clicks needs a value for \"id\".",
                        "16 TEST_COLUMN_UNKNOWN There is no column \"totall\". Did you mean \"total\"?",
                        "16 TEST_VALUE_UNFIT \"many\" is no value of int64.",
                        "17 YAML_MISSING_KEY Expected the key \"expect\", \"expect_late\" or \"expect_quarantine\" here.");
    }

    @Test
    void nothingIsLeftBehind() throws IOException {
        test("silver/a.test.yml", """
            tests:
              - {name: t, model: clicks, given: {clicks: []}, expect: []}
            """);
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        long before = count(temporary);
        assertThat(run()).isInstanceOf(Verdict.Passed.class);
        assertThat(count(temporary)).isLessThanOrEqualTo(before);
    }

    private static long count(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith("millrace-test")).count();
        }
    }

    private Verdict run() {
        return all().get(0);
    }

    private List<Verdict> all() {
        Trial trial = new Trial(pipeline(), new CalcCompiler(FunctionLibrary.builtIn())::compile);
        return read().stream().map(trial::run).toList();
    }

    private List<ModelTest> read() {
        return ModelTestFolder.read(models, pipeline());
    }

    private Pipeline pipeline() {
        List<Contract> contracts = List.of(
                amendable(TestContracts.contract("clicks",
                        "id bigint not null, who text, v bigint, ts timestamptz(6) not null")),
                TestContracts.contract("places", "name text not null"),
                TestContracts.changelog("guests", List.of("room"), "room bigint not null, name text"));
        List<Model> all = ModelFolder.read(models);
        return new Pipeline("web", contracts, SqlCompiler.compile(contracts, all, FunctionLibrary.builtIn()).stream()
                .map(p -> new Pipeline.PlannedModel(p, all.stream().filter(m -> m.qualifiedName().equals(p.model()))
                        .findFirst().orElseThrow().config()))
                .toList());
    }

    private static Contract amendable(Contract c) {
        EventTime e = c.eventTime().orElseThrow();
        return new Contract(c.id(), c.name(), c.version(), c.status(), c.topic(), c.recordName(), c.description(),
                c.owner(), c.columns(), c.key(),
                Optional.of(new EventTime(e.column(), e.disorder(), Duration.ofHours(1), e.maxAhead(),
                        e.idleTimeout())),
                4, Contract.WireFormat.JSON, c.kind(), c.raw(), c.freshness(), c.quality(), c.place());
    }

    private void test(String file, String text) throws IOException {
        write(file, text);
    }

    private void write(String file, String text) throws IOException {
        Path path = models.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
