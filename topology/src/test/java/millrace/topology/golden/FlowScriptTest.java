package millrace.topology.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.ProblemException;
import millrace.topology.assemble.Pipeline;
import millrace.topology.explain.PlanPrinter;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the scripts under {@code flows/} through whole topologies: what comes out when, and what is taken back. A script
 * holds
 *
 * <pre>
 * contract name columns              the first timestamptz is the event time, with 30 seconds of disorder
 * contract name lateness=60s columns rows count for so long
 * contract name key=a,b columns      a changelog: its records replace and delete rows
 * model layer.name [retention=forever] [key=a,b] [early=10s] [salt=8]
 *     [materialized=scd2] [merge=latest_non_null]
 *   SQL
 * in contract {json}
 * del contract {json}                of the key alone, without a value; - for no key either
 * tick                               sources tell how far time has come
 * wait 10s                           the wall clock goes on
 * end                                of all contracts
 * </pre>
 *
 * and the runner writes what follows: {@code plan} or {@code error} under each model, and under each input {@code + model
 * row}, {@code - model key} for a key that is taken out of the table, {@code late model row}, {@code fail model reason} and
 * {@code fail contract reason}.
 * {@code -Dgolden=accept} writes the files anew.
 */
class FlowScriptTest {
    private static final Path FOLDER = Path.of(System.getProperty("basedir", ".")).resolve("src/test/resources/flows");

    private final StringBuilder out = new StringBuilder();
    private final Map<String, Contract> contracts = new LinkedHashMap<>();
    private final Map<String, Model> models = new LinkedHashMap<>();
    private FlowDriver driver;

    @TestFactory
    List<DynamicTest> everyScriptGivesWhatItSays() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(f -> f.toString().endsWith(".sql.test")).sorted()
                    .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f))).toList();
        }
    }

    private static void check(Path file) throws Exception {
        FlowScriptTest test = new FlowScriptTest();
        String actual;
        try {
            actual = test.run(Files.readString(file));
        } finally {
            if (test.driver != null) {
                test.driver.close();
            }
        }
        if ("accept".equals(System.getProperty("golden"))) {
            Files.writeString(file, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(file));
    }

    private String run(String script) throws Exception {
        List<String> lines = script.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            switch (line.split(" ", 2)[0]) {
                case "contract" -> {
                    line(line);
                    contract(line);
                }
                case "model" -> {
                    line(line);
                    List<String> sql = block(lines, i);
                    sql.forEach(this::line);
                    i += sql.size();
                    model(line, String.join("\n", sql.stream().map(l -> l.substring(2)).toList()));
                }
                case "in" -> {
                    line(line);
                    String[] parts = line.split("\\s+", 3);
                    driver().send(parts[1], JsonValues.row(contracts.get(parts[1]).rowType(), parts[2]));
                    driver().read(this::line);
                }
                case "del" -> {
                    line(line);
                    String[] parts = line.split("\\s+", 3);
                    driver().delete(parts[1], parts[2].equals("-")
                            ? null
                            : JsonValues.row(contracts.get(parts[1]).keyType(), parts[2]));
                    driver().read(this::line);
                }
                case "tick" -> {
                    line(line);
                    driver().tick();
                    driver().read(this::line);
                }
                case "wait" -> {
                    line(line);
                    driver().pass(duration(line.split(" ")[1]));
                    driver().read(this::line);
                }
                case "end" -> {
                    line(line);
                    driver().end();
                    driver().read(this::line);
                }
                case "plan", "error" -> i += block(lines, i).size();
                case "+", "-", "late", "fail" -> {}
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

    private void contract(String line) {
        String[] parts = line.split(" ", 3);
        String[] option = parts[2].split(" ", 2);
        contracts.put(parts[1], switch (option[0].split("=")[0]) {
            case "lateness" -> lateness(TestContracts.contract(parts[1], option[1]),
                    duration(option[0].substring("lateness=".length())));
            case "key" -> TestContracts.changelog(parts[1], List.of(option[0].substring("key=".length()).split(",")),
                    option[1]);
            default -> TestContracts.contract(parts[1], parts[2]);
        });
    }

    private static Contract lateness(Contract c, Duration lateness) {
        EventTime e = c.eventTime().orElseThrow();
        return new Contract(c.id(), c.name(), c.version(), c.status(), c.topic(), c.recordName(), c.description(),
                c.owner(), c.columns(), c.key(), Optional.of(new EventTime(e.column(), e.disorder(), lateness,
                        e.maxAhead(), e.idleTimeout())),
                c.partitions(), c.format(), c.kind(), c.raw(), c.freshness(), c.quality(), c.place());
    }

    private static Duration duration(String text) {
        return text.equals("forever") ? Model.Config.FOREVER : Duration.parse("PT" + text);
    }

    private void model(String line, String sql) {
        String[] parts = line.split(" ");
        String[] name = parts[1].split("\\.");
        Model.Config config = Model.Config.DEFAULT;
        for (int i = 2; i < parts.length; i++) {
            String[] option = parts[i].split("=");
            switch (option[0]) {
                case "retention" -> config = config.withRetention(duration(option[1]));
                case "salt" -> config = config.withSalt(Integer.parseInt(option[1]));
                case "merge" -> config = config
                        .withMerge(Model.Merge.valueOf(option[1].toUpperCase(java.util.Locale.ROOT)));
                case "materialized" -> config = config
                        .withMaterialized(Model.Materialized.valueOf(option[1].toUpperCase(java.util.Locale.ROOT)));
                case "early" -> config = config.withEarly(duration(option[1]));
                case "key" -> config = config.withUniqueKey(List.of(option[1].split(",")));
                default -> throw new IllegalArgumentException(line);
            }
        }
        models.put(parts[1], new Model(name[0], name[1], "models/" + name[0] + "/" + name[1] + ".sql", sql, "",
                List.of(), config));
        try {
            Plan plan = plans().stream().filter(p -> p.model().equals(parts[1])).findFirst().orElseThrow();
            line("plan");
            PlanPrinter
                    .print(plan, pipeline().emissionOf(new Pipeline.PlannedModel(plan, models.get(parts[1]).config())))
                    .lines().forEach(l -> line("  " + l));
        } catch (ProblemException e) {
            models.remove(parts[1]);
            line("error");
            e.problems().forEach(p -> p.toText().lines().forEach(l -> line("  " + l)));
        }
    }

    private List<Plan> plans() {
        return SqlCompiler.compile(contracts.values(), models.values(), FunctionLibrary.builtIn());
    }

    private Pipeline pipeline() {
        return new Pipeline("web", List.copyOf(contracts.values()), plans().stream()
                .map(p -> new Pipeline.PlannedModel(p, models.get(p.model()).config())).toList());
    }

    private FlowDriver driver() throws IOException {
        if (driver == null) {
            driver = new FlowDriver(pipeline());
        }
        return driver;
    }
}
