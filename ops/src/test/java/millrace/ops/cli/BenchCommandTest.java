package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class BenchCommandTest {
    @TempDir
    Path folder;
    private final Console console = new Console();

    @AfterEach
    void logAsBefore() throws Exception {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        new ContextInitializer(context).autoConfig();
    }

    @Test
    void freshnessOfBothTablesIsMeasuredOnAPlatformOfItsOwn() throws IOException {
        assertThat(run("bench", "freshness", "--rate", "1000", "--duration", "4s", "--warm-up", "1s", "--interval",
                "500ms", "--data", "bench", "-o", "json")).as(console.err()).isZero();
        JsonNode figures = new ObjectMapper().readTree(console.out());
        assertThat(figures.path("events").asLong()).isEqualTo(4_000);
        assertThat(figures.path("bytes_per_event").asLong()).isBetween(140L, 200L);
        for (String layer : new String[] {"bronze", "silver"}) {
            assertThat(figures.path(layer + "_rows").asLong()).isEqualTo(3_000);
            assertThat(figures.path(layer + "_commits").asLong()).isPositive();
            double half = figures.path(layer + "_p50_s").asDouble();
            double most = figures.path(layer + "_p99_s").asDouble();
            assertThat(half).isPositive().isLessThanOrEqualTo(most);
            assertThat(most).isLessThanOrEqualTo(figures.path(layer + "_max_s").asDouble());
        }
        assertThat(console.err()).contains("Starting a platform; log ", "Reading the tables");
        assertThat(folder.resolve("bench/platform/warehouse")).isDirectory();
    }

    @Test
    void aQueryIsMeasuredInAProcessOfItsOwn() throws IOException {
        assertThat(run("bench", "nexmark", "--query", "q0,q17", "--events", "5000", "-o", "json")).as(console.err())
                .isZero();
        JsonNode queries = new ObjectMapper().readTree(console.out());
        assertThat(queries).extracting(q -> q.path("query").asText()).containsExactly("q0", "q17");
        for (JsonNode query : queries) {
            assertThat(query.path("events").asLong()).isEqualTo(5_000);
            double cpu = query.path("cpu_s").asDouble();
            assertThat(cpu).isPositive();
            double rate = query.path("measured").asLong() / cpu;
            assertThat(query.path("events_per_cpu_s").asDouble()).isCloseTo(rate, within(1 + rate / 50));
            assertThat(query.path("floor_met").asBoolean())
                    .isEqualTo(query.path("events_per_cpu_s").asLong() >= query.path("floor").asLong());
        }
        assertThat(console.err()).contains("Producing 5,000 events", "Running q17 twice");
    }

    @Test
    void aWindowedCountIsComparedWithKafkaStreamsOwn() throws IOException {
        assertThat(run("bench", "windows", "--by", "user", "--events", "5000", "--runs", "1", "-o", "json"))
                .as(console.err())
                .isZero();
        JsonNode figures = new ObjectMapper().readTree(console.out());
        assertThat(figures.path("by").asText()).isEqualTo("user");
        for (String engine : List.of("plain", "ours", "replay")) {
            assertThat(figures.path(engine + "_dropped").asLong(-1)).as("all count everything").isZero();
        }
        assertThat(figures.path("replay_rate").asDouble()).isPositive();
        double ratio = figures.path("ours_events_per_cpu_s").asDouble()
                / figures.path("plain_events_per_cpu_s").asDouble();
        assertThat(figures.path("ratio").asDouble()).as("cut to two digits").isCloseTo(ratio, within(0.011));
        assertThat(figures.path("demand_met").asBoolean())
                .isEqualTo(figures.path("ratio").asDouble() >= figures.path("demanded").asDouble());
        assertThat(run("bench", "windows", "--by", "page")).isEqualTo(2);
        assertThat(console.err()).contains("'--by'", "[region, user]");
    }

    @Test
    @EnabledIfSystemProperty(named = "millrace.suite", matches = "long", disabledReason = "a minute of a platform's life")
    void aLongRunIsLookedAtNowAndThen() throws IOException {
        assertThat(run("bench", "soak", "--rate", "500", "--duration", "6s", "--every", "2s", "--data", "soak", "-o",
                "json")).as(console.err()).isZero();
        JsonNode said = new ObjectMapper().readTree(console.out());
        assertThat(said.path("samples")).hasSize(3);
        JsonNode last = said.path("samples").get(2);
        assertThat(last.path("t").asLong()).isGreaterThanOrEqualTo(6);
        assertThat(last.path("rows").asLong()).isPositive();
        assertThat(last.path("heap_mb").asLong()).isPositive();
        assertThat(said.path("verdict").path("rss_level").isBoolean()).isTrue();
        assertThat(folder.resolve("soak/state")).isDirectory();
        assertThat(run("bench", "soak", "--duration", "1m")).isEqualTo(1);
        assertThat(console.err()).contains("--every", "Found \"1m\", expected at most half of the duration of 1m.");
    }

    @Test
    void aQueryThatIsNotThereIsRefused() {
        assertThat(run("bench", "nexmark", "--query", "q99")).isEqualTo(1);
        assertThat(console.err()).contains("--query", "Found \"q99\", expected one of q0, q1, q2,");
        assertThat(run("bench", "nexmark", "--query", "q12")).isEqualTo(1);
        assertThat(console.err()).contains("q12 counts by the clock of the machine");
        assertThat(run("bench", "nexmark", "--events", "0")).isEqualTo(1);
        assertThat(console.err()).contains("Found \"0\", expected 1 or more.");
    }

    @Test
    void whatCannotBeMeasuredIsRefused() throws IOException {
        assertThat(run("bench", "freshness", "--duration", "10s", "--warm-up", "10s")).isEqualTo(1);
        assertThat(console.err()).contains("--warm-up", "Found \"10s\", expected less than the duration of 10s.");
        assertThat(run("bench", "freshness", "--interval", "often")).isEqualTo(1);
        assertThat(console.err()).contains("--interval", "expected a duration such as 10s");
        Files.writeString(folder.resolve("mine"), "");
        assertThat(run("bench", "freshness", "--data", ".")).isEqualTo(1);
        assertThat(console.err()).contains("FOLDER_NOT_EMPTY");
    }

    @Test
    void withoutAWordItIsLanding() {
        assertThat(run("bench", "--brokers", "b:1", "--registry", "http://r")).isEqualTo(2);
        assertThat(console.err()).contains("millrace bench landing")
                .contains("'--topic=<topic>', '--warehouse=<folder>'");
        assertThat(run("bench", "--help")).isZero();
        assertThat(console.out()).contains("landing", "freshness", "nexmark", "windows", "soak");
        assertThat(run("bench", "freshnes")).isEqualTo(2);
        assertThat(console.err()).contains("Did you mean \"freshness\"?");
    }

    private int run(String... arguments) {
        return console.run(folder, arguments);
    }
}
