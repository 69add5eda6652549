package millrace.topology.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.explain.PlanPrinter;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.ModelFolder;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models as files, so that each message has the place that a user would see. */
class ChecksTest {
    private static final Contract CLICKS = TestContracts.contract("clicks",
            "id bigint not null, who text, ts timestamptz(6) not null, score double, tags array<text>");

    @TempDir
    Path project;

    @Test
    void whatThePropertiesPromiseMustBeGiven() throws IOException {
        assertThat(problems("SELECT id, who FROM clicks", """
            columns:
              - {name: ids}
              - {name: who, data_type: int}
              - {name: id, data_type: bigintt}
            """)).containsExactly("""
            error OUTPUT_DIFFERS   models/silver/m.yml:4:16
                    - {name: ids}
                             ^^^
              silver.m has no column "ids". Did you mean "id"?""", """
            error OUTPUT_DIFFERS   models/silver/m.yml:5:16
                    - {name: who, data_type: int}
                             ^^^
              The properties promise int for "who", but the SELECT gives text. Write CAST(.. AS int) AS who, or \
            change data_type.""", """
            error OUTPUT_DIFFERS   models/silver/m.yml:6:16
                    - {name: id, data_type: bigintt}
                             ^^
              "bigintt" is not a type. Expected one such as bigint, text or decimal(12,2).""");
    }

    @Test
    void aKeyIsAColumnThatCanBeOne() throws IOException {
        assertThat(problems("SELECT id, score FROM clicks", "config: {unique_key: [idd, score]}")).satisfiesExactly(
                p -> assertThat(p).contains("KEY_UNUSABLE   models/silver/m.yml:3:26",
                        "silver.m has no column \"idd\". Did you mean \"id\"?"),
                p -> assertThat(p).contains("\"score\" is double, which cannot be part of a key"));
    }

    @Test
    void aTableIsPartitionedAndSortedByWhatItHas() throws IOException {
        assertThat(problems("SELECT * FROM clicks", """
            config:
              partition_by: [day(ts), days(ts), bucket(id), hour(id), tags, "bucket(8, id)", "truncate(who, 4)", wo]
              sort_by: [id desc, tags, ts sideways]
            """)).extracting(p -> p.lines().reduce((a, b) -> b).orElseThrow().strip()).containsExactly(
                "There is no transform \"days\". Did you mean \"day\"?",
                "Found bucket(id), expected bucket(16, column).",
                "hour cannot be taken of \"id\", which is bigint.",
                "tags is array<text>, by which no table can be partitioned.",
                "silver.m has no column \"wo\". Did you mean \"who\"?",
                "\"tags\" is array<text>, which has no order.",
                "Found ts sideways, expected a column, optionally followed by desc, or zorder(a, b).");
    }

    @Test
    void aCurveIsTheOnlyOrderAndOfSeveralColumns() throws IOException {
        assertThat(problems("SELECT * FROM clicks", "config: {sort_by: \"zorder(id, ts)\"}")).isEmpty();
        assertThat(problems("SELECT * FROM clicks", "config: {sort_by: \"zorder(id, tags)\"}")).singleElement()
                .satisfies(p -> assertThat(p).contains("\"tags\" is array<text>, which has no order."));
        assertThat(problems("SELECT * FROM clicks", "config: {sort_by: \"zorder(id, id)\"}")).singleElement()
                .satisfies(p -> assertThat(p).contains("expected two to 8 different columns."));
        assertThat(problems("SELECT * FROM clicks", "config: {sort_by: [\"zorder(id, ts)\", who]}")).singleElement()
                .satisfies(p -> assertThat(p).contains("Beside zorder(id, ts) there can be no other order."));
        assertThat(problems("SELECT * FROM clicks", "config: {sort_by: [zorder(id, ts)]}"))
                .anySatisfy(p -> assertThat(p).contains("in quotation marks, since a list ends at commas."));
    }

    @Test
    void aConstantPatternMustBeOne() throws IOException {
        assertThat(problems("""
            SELECT REGEXP_LIKE(who, '(') AS a, who LIKE 'a!' ESCAPE '!' AS b, DATE_FORMAT(ts, 'bad') AS c,
              JSON_VALUE(who, 'a.b') AS d, DATE_TRUNC('fortnight', ts) AS e FROM clicks
            """, "description: x")).satisfiesExactly(
                p -> assertThat(p).contains("PATTERN_WRONG", "'(' is not a regular expression: Unclosed group"),
                p -> assertThat(p).contains("PATTERN_WRONG", "ends with its escape"),
                p -> assertThat(p).contains("PATTERN_WRONG", "'bad' is not a date pattern"),
                p -> assertThat(p).contains("PATTERN_WRONG", "'a.b' is not a path such as $.a.b[0]"),
                p -> assertThat(p).contains("PATTERN_WRONG", "'fortnight' is not a unit of time"));
    }

    @Test
    void dataTestsQuarantineTheRowsThatBreakThem() throws Exception {
        write("SELECT id, UPPER(who) AS who, score FROM clicks", """
            config: {unique_key: who}
            columns:
              - {name: who, data_tests: [{accepted_values: {values: [ANN, BOB]}}]}
              - {name: score, data_tests: [{accepted_range: {min_value: 0, max_value: 1.5}}]}
            """);
        Plan plan = compile(CLICKS).get(0);
        assertThat(PlanPrinter.printWithTypes(plan)).isEqualTo("""
            emit silver.m
              calc id, TESTED(TESTED(UPPER(who), unique_key), accepted_values) AS who, TESTED(score, accepted_range) \
            AS score
                scan clicks [id, who, score]
            columns
              id     bigint not null
              who    text not null
              score  double""");
        RowFunction f = new CalcCompiler(FunctionLibrary.builtIn()).compile((PlanNode.Calc) plan.root()).get();
        assertThat(f.apply(new Object[] {1L, "ann", 1.5})).containsExactly(1L, "ANN", 1.5);
        assertThat(f.apply(new Object[] {1L, "bob", null})).containsExactly(1L, "BOB", null);
        assertFails(f, new Object[] {1L, null, 1.0}, "data test unique_key of who: found NULL");
        assertFails(f, new Object[] {1L, "eve", 1.0}, "data test accepted_values of who: found EVE");
        assertFails(f, new Object[] {1L, "ann", -0.5}, "data test accepted_range of score: found -0.5");
    }

    @Test
    void aDataTestMustFitItsColumn() throws IOException {
        assertThat(problems("SELECT who FROM clicks",
                "columns: [{name: who, data_tests: [{accepted_range: {min_value: 0}}]}]")).singleElement().asString()
                .contains("OUTPUT_DIFFERS", "accepted_range cannot be made of \"who\", which is text");
    }

    private static void assertFails(RowFunction f, Object[] row, String message) {
        assertThatThrownBy(() -> f.apply(row)).isInstanceOf(ExpressionFailure.class).hasMessage(message);
    }

    private List<String> problems(String sql, String properties) throws IOException {
        write(sql, properties);
        try {
            compile(CLICKS);
            return List.of();
        } catch (ProblemException e) {
            return e.problems().stream().map(Problem::toText).toList();
        }
    }

    private List<Plan> compile(Contract contract) {
        return SqlCompiler.compile(List.of(contract), ModelFolder.read(project.resolve("models")),
                FunctionLibrary.builtIn());
    }

    private void write(String sql, String properties) throws IOException {
        Path layer = Files.createDirectories(project.resolve("models/silver"));
        Files.writeString(layer.resolve("m.sql"), sql);
        Files.writeString(layer.resolve("m.yml"), "models:\n  - name: m\n" + properties.indent(4));
    }
}
