package millrace.topology.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.ProblemException;
import millrace.topology.explain.PlanPrinter;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the scripts under {@code golden/}. A script holds {@code contract name columns}, {@code model layer.name} with
 * the SQL indented under it, {@code in source {json}}, and comments; the runner writes what follows from them:
 * {@code plan} or {@code error} under each model, {@code out model {json}} and {@code fail model expression: reason}
 * under each row. {@code -Dgolden=accept} writes the files anew, and the diff is the review.
 */
class GoldenScriptTest {
    private static final Path FOLDER = Path.of(System.getProperty("basedir", ".")).resolve("src/test/resources/golden");

    @TestFactory
    List<DynamicTest> everyScriptGivesWhatItSays() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(f -> f.toString().endsWith(".sql.test")).sorted()
                    .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f))).toList();
        }
    }

    private static void check(Path file) throws IOException {
        String given = Files.readString(file);
        String actual = new GoldenScriptTest().run(given);
        if ("accept".equals(System.getProperty("golden"))) {
            Files.writeString(file, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(file));
    }

    private final StringBuilder out = new StringBuilder();
    private final Map<String, Contract> contracts = new LinkedHashMap<>();
    private final Map<String, Model> models = new LinkedHashMap<>();
    private PlanRunner runner = new PlanRunner();

    private String run(String script) throws IOException {
        List<String> lines = script.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String word = line.split(" ", 2)[0];
            switch (word) {
                case "contract" -> {
                    line(line);
                    List<String> more = block(lines, i);
                    more.forEach(this::line);
                    i += more.size();
                    String[] parts = (line + " " + String.join(" ", more.stream().map(String::strip).toList()))
                            .split(" ", 3);
                    contracts.put(parts[1], TestContracts.contract(parts[1], parts[2].strip()));
                }
                case "model" -> {
                    line(line);
                    List<String> sql = block(lines, i);
                    sql.forEach(this::line);
                    i += sql.size();
                    model(line.split(" ")[1], String.join("\n", sql.stream().map(l -> l.substring(2)).toList()));
                }
                case "in" -> {
                    line(line);
                    String[] parts = line.split("\\s+", 3);
                    in(parts[1], parts[2]);
                }
                case "plan", "error" -> i += block(lines, i).size();
                case "out", "fail" -> {}
                default -> {
                    if (!line.isEmpty() && !line.startsWith("#")) {
                        throw new IllegalArgumentException("line " + (i + 1) + ": " + line);
                    }
                    line(line);
                }
            }
        }
        return out.toString();
    }

    private void line(String text) {
        out.append(text).append('\n');
    }

    private static List<String> block(List<String> lines, int at) {
        List<String> block = new ArrayList<>();
        for (int i = at + 1; i < lines.size() && lines.get(i).startsWith("  "); i++) {
            block.add(lines.get(i));
        }
        return block;
    }

    private void model(String qualified, String sql) {
        String[] name = qualified.split("\\.");
        models.put(qualified, Model.of(name[0], name[1], "models/" + name[0] + "/" + name[1] + ".sql", sql));
        try {
            List<Plan> plans = SqlCompiler.compile(contracts.values(), models.values(), FunctionLibrary.builtIn());
            line("plan");
            Plan plan = plans.stream().filter(p -> p.model().equals(qualified)).findFirst().orElseThrow();
            PlanPrinter.printWithTypes(plan).lines().forEach(l -> line("  " + l));
            runner = new PlanRunner();
            plans.forEach(runner::add);
        } catch (ProblemException e) {
            models.remove(qualified);
            line("error");
            e.problems().forEach(p -> p.toText().lines().forEach(l -> line("  " + l)));
        }
    }

    private void in(String source, String json) throws IOException {
        for (PlanRunner.Outcome outcome : runner.push(source, JsonValues.row(contracts.get(source).rowType(), json))) {
            switch (outcome) {
                case PlanRunner.Outcome.Row r -> line("out " + r.model() + " " + JsonValues.text(r.type(), r.values()));
                case PlanRunner.Outcome.Failed f -> line("fail " + f.model() + " " + f.expression() + ": "
                        + f.reason());
            }
        }
    }
}
