package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code millrace test}, on the examples and on a new pipeline. */
class TestCommandTest {
    private static final Path EXAMPLES = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().getParent()
            .resolve("examples");

    @TempDir
    Path folder;

    private final Console console = new Console();

    @ParameterizedTest
    @ValueSource(strings = {"clickstream", "flights"})
    void theTestsOfTheExamplesPass(String example) {
        assertThat(run("test", "--project", EXAMPLES.resolve(example).toString())).as(console.out() + console.err())
                .isZero();
        assertThat(console.out()).contains("ok     ").contains("all passed").doesNotContain("FAILED");
        assertThat(console.err()).isEmpty();
    }

    @Test
    void aNewPipelineHasTestsThatPass() {
        run("init", "shop");
        assertThat(run("test", "--project", "shop")).as(console.out() + console.err()).isZero();
        assertThat(console.out()).contains("ok     silver.orders: cancelled orders do not count")
                .contains("2 tests, all passed");
    }

    @Test
    void aTestThatFailsShowsBothSidesAndWhereItStands() throws IOException {
        run("init", "shop");
        Path file = folder.resolve("shop/models/silver/orders.test.yml");
        Files.writeString(file, Files.readString(file).replace("customer: ada}", "customer: grace}")
                .replace("    expect_quarantine:\n      - {reason: EXPECTATION_FAILED, field: amount}\n", ""));
        assertThat(run("test", "--project", "shop")).isEqualTo(1);
        assertThat(console.out()).isEqualTo("""
            FAILED silver.orders: cancelled orders do not count   models/silver/orders.test.yml:2
              rows of silver.orders: - is expected and not there, + is there and not expected
                    order_id   customer
                -   o-1        grace
                +   o-1        ada

            FAILED silver.orders: a negative amount breaks the contract   models/silver/orders.test.yml:11
              quarantine: none is expected; if that is meant, say so under expect_quarantine
                    offset   reason               model   field    expected     actual   expression
                +        0   EXPECTATION_FAILED   null    amount   at least 0   -1.00    null

            2 tests, 2 failed
            """);
        assertThat(run("test", "--project", "shop", "-o", "json")).isEqualTo(1);
        JsonNode json = new ObjectMapper().readTree(console.out());
        assertThat(json.get(0).path("passed").asBoolean(true)).isFalse();
        assertThat(json.get(0).path("line").asInt()).isEqualTo(2);
        assertThat(json.get(0).at("/differences/rows/rows/0/side").asText()).isEqualTo("EXPECTED");
    }

    @Test
    void modelsAreChosenByName() {
        run("init", "shop");
        assertThat(run("test", "--project", "shop", "silver.orders")).isZero();
        assertThat(run("test", "--project", "shop", "silver.ordrs")).isEqualTo(1);
        assertThat(console.err()).contains("MODEL_NOT_FOUND").contains("Did you mean \"silver.orders\"?");
    }

    @Test
    void mistakesInATestAreShownLikeThoseInAModel() throws IOException {
        run("init", "shop");
        Path file = folder.resolve("shop/models/silver/orders.test.yml");
        Files.writeString(file, Files.readString(file).replace("customer: ada}", "custmer: ada}"));
        assertThat(run("test", "--project", "shop")).isEqualTo(1);
        assertThat(console.err()).contains("TEST_COLUMN_UNKNOWN   models/silver/orders.test.yml:9")
                .contains("Did you mean \"customer\"?");
        assertThat(console.out()).isEmpty();
    }

    @Test
    void aPipelineWithoutTestsSaysWhereTheyBelong() throws IOException {
        run("init", "shop");
        Files.delete(folder.resolve("shop/models/silver/orders.test.yml"));
        assertThat(run("test", "--project", "shop")).isZero();
        assertThat(console.out()).contains("No tests.").contains("*.test.yml");
    }

    private int run(String... args) {
        return console.run(folder, args);
    }
}
