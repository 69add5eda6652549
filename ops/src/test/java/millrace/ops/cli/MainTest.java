package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    @TempDir
    Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void unknownWordsAreRefusedWithTheNearestKnownOne() {
        assertThat(run("valdate")).isEqualTo(2);
        assertThat(err()).contains("Unknown command \"valdate\". Did you mean \"validate\"?");
        assertThat(run("validate", "--profle", "x")).isEqualTo(2);
        assertThat(err()).contains("Unknown option \"--profle\". Did you mean \"--profile\"?");
        assertThat(run("table", "lst")).isEqualTo(2);
        assertThat(err()).contains("Did you mean \"list\"?");
        assertThat(out()).isEmpty();
    }

    @Test
    void aNewPipelineIsValidAsItIs() {
        assertThat(run("init", "shop")).isZero();
        assertThat(run("validate", "--project", "shop")).as(err()).isZero();
        assertThat(out()).contains("Pipeline shop is valid: 1 contract, 1 model.").contains("shop.silver.orders");
        assertThat(run("init", "shop")).isEqualTo(1);
        assertThat(err()).contains("FOLDER_NOT_EMPTY");
    }

    @Test
    void aPipelineIsNamedByItsFolderOrItsFile() {
        run("init", "shop");
        for (String name : new String[] {"--project", "--config", "-p"}) {
            assertThat(run("validate", name, "shop")).as(err()).isZero();
            assertThat(run("validate", name, "shop/millrace.yaml")).as(err()).isZero();
        }
        assertThat(run("validate", "--config", "shop/profiles.yaml")).isEqualTo(1);
        assertThat(err()).contains("profiles.yaml is a file; expected a folder with millrace.yaml, or that file.");
        assertThat(run("validate", "--config", "nowhere/millrace.yaml")).isEqualTo(1);
        assertThat(err()).contains("There is no millrace.yaml in " + folder.resolve("nowhere"));
        assertThat(run("run", "--roles", "stage,commitx", "--config", "shop/millrace.yaml")).isEqualTo(1);
        assertThat(err()).contains("Did you mean \"commit\"?");
        assertThat(run("validate", "--config", "shop", "--project", "shop")).isEqualTo(2);
    }

    @Test
    void brokersThatNobodyKnowsAreNotReachableNow() throws IOException {
        run("init", "shop");
        Files.writeString(folder.resolve("shop/profiles.yaml"), """
            dead:
              kafka: {bootstrap.servers: "no-such-host.invalid:9092"}
              registry: {url: "http://127.0.0.1:1"}
            """);
        for (String command : new String[] {"topics plan", "run"}) {
            assertThat(run((command + " --profile dead --project shop").split(" "))).as(err()).isEqualTo(3);
            assertThat(err()).contains("error UNREACHABLE   kafka").contains("bootstrap").doesNotContain("FAULT");
        }
    }

    @Test
    void everyMistakeOfAProjectIsShownOnce() throws IOException {
        run("init", "shop");
        Path model = folder.resolve("shop/models/silver/orders.sql");
        Files.writeString(model, Files.readString(model).replace("LOWER(customer)", "LOWER(custmer)"));
        assertThat(run("validate", "--project", "shop")).isEqualTo(1);
        assertThat(err()).contains("models/silver/orders.sql:2").contains("Did you mean \"customer\"?")
                .contains("1 problem");
    }

    @Test
    void explainSaysWhetherAModelChangesItsRows() throws IOException {
        run("init", "shop");
        Path gold = Files.createDirectories(folder.resolve("shop/models/gold"));
        Files.writeString(gold.resolve("spent.sql"),
                "SELECT customer, COUNT(*) AS orders FROM silver.orders GROUP BY customer\n");
        Files.writeString(gold.resolve("gold.yml"),
                "models:\n  - name: spent\n    config: {unique_key: [customer], retention: forever}\n");
        assertThat(run("explain", "--project", "shop", "gold.spent")).as(err()).isZero();
        assertThat(out()).contains("  emit gold.spent, upserts by customer\n")
                .contains("\n  the table keeps the newest row of each key\n")
                .contains("\n  reads    back   ahead\n  orders   all    all     a group without a window");
        assertThat(run("explain", "--project", "shop", "gold.spent", "-o", "json")).isZero();
        assertThat(out()).containsPattern("\"changesBy\" : \\[ ?\"customer\" ?]");
        assertThat(run("explain", "--project", "shop", "silver.orders")).isZero();
        assertThat(out()).contains("  emit silver.orders\n").doesNotContain("keeps")
                .contains("\n  reads    back   ahead\n  orders   0s     0s");
        Files.writeString(gold.resolve("gold.yml"), "models:\n  - name: spent\n"
                + "    config: {unique_key: [customer], retention: forever, materialized: append}\n");
        assertThat(run("explain", "--project", "shop", "gold.spent")).as(err()).isZero();
        assertThat(out()).contains("\n  the table keeps every change: _change, _offset\n");
    }

    @Test
    void secretsAreInNoOutput() throws IOException {
        run("init", "shop");
        Files.writeString(folder.resolve("shop/profiles.yaml"), """
            prod:
              kafka: {bootstrap.servers: "b:1", ssl.key.password: "${PASSWORD}"}
              registry: {url: "http://r", basic.auth.user.info: "m:${PASSWORD}"}
              iceberg.catalog: {type: rest, uri: "http://c", credential: "${PASSWORD}"}
            """);
        assertThat(run("validate", "--project", "shop", "--profile", "prod")).as(err()).isZero();
        assertThat(run("validate", "--project", "shop", "--profile", "prod", "-o", "json")).isZero();
        assertThat(out() + err()).contains("${PASSWORD}").doesNotContain("hunter2");
    }

    @Test
    void whereNothingRunsACommandSaysSoAndThatItMayWorkLater() {
        run("init", "shop");
        assertThat(run("status", "--project", "shop")).isEqualTo(3);
        assertThat(err()).contains("NOT_RUNNING").contains("millrace dev");
        assertThat(run("query", "--project", "shop", "select 1")).isEqualTo(3);
    }

    @Test
    void everyCommandTeachesWithExamplesAndExitCodes() {
        CommandLine main = Main.commandLine(terminal());
        everyLeaf(main);
    }

    private static void everyLeaf(CommandLine line) {
        String help = line.getUsageMessage();
        String name = line.getCommandSpec().qualifiedName();
        if (name.endsWith("generate-completion")) {
            return;
        }
        assertThat(help).as(name).contains("Exit codes:").contains("  3   blocked");
        if (line.getSubcommands().isEmpty()) {
            assertThat(help).as(name).containsPattern("Examples?:");
        }
        line.getSubcommands().values().forEach(MainTest::everyLeaf);
    }

    private int run(String... args) {
        out.reset();
        err.reset();
        return Main.run(terminal(), args);
    }

    private Terminal terminal() {
        return new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), false, 120, Map.of("PASSWORD", "hunter2"), folder,
                folder, Clock.systemUTC());
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
