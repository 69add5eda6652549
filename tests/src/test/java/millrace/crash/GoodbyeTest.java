package millrace.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import millrace.ops.cli.Main;
import millrace.ops.project.RunningInstance;
import millrace.process.ChildJvm;
import millrace.process.Patience;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code millrace dev} is stopped under load by the signals that a terminal and a supervisor send, at random moments. It
 * says so and nothing else, leaves nothing behind that the next start would call blocked, and in the end every record
 * is in its tables exactly once.
 */
class GoodbyeTest {
    private static final List<String> SIGNALS = "long".equals(System.getProperty("millrace.suite"))
            ? Stream.iterate(0, i -> i + 1).limit(20).map(i -> i % 2 == 0 ? "TERM" : "INT").toList()
            : List.of("TERM", "INT");
    private static final long SEED = Long.getLong("millrace.seed", 20_261_121L);
    private static final int RATE = 2_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void aStopUnderLoadIsCleanAndTheNextStartGoesOn() throws Exception {
        Random random = new Random(SEED);
        Path data = folder.resolve("data");
        ShopProject project = ShopProject.copyTo(folder.resolve("project"));
        try (ChildJvm dev = ChildJvm.start(folder.resolve("dev.log"), List.of(), Main.class, "dev",
                project.folder().toString(), "--data", data.toString(), "--free-ports");
                HttpClient http = HttpClient.newHttpClient()) {
            RunningInstance instance = running(dev, data);
            int schema = project.register(instance.registryUrl());
            long produced;
            try (Landed landed = new Landed(data.resolve("catalog.db"), data.resolve("warehouse"))) {
                try (Load load = new Load(instance.bootstrapServers(), ShopProject.TOPIC, SEED, RATE, schema,
                        project.schema())) {
                    Patience.until("the first rows in silver", PATIENCE, () -> landed.count("silver", "orders") > 0,
                            dev::output);
                    for (String signal : SIGNALS) {
                        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(3_000)).toNanos());
                        stopCleanly(dev, signal, data);
                        long before = landed.count("silver", "orders");
                        dev.restart();
                        RunningInstance next = running(dev, data);
                        Patience.until("rows after " + signal + " of seed " + SEED, PATIENCE, () -> {
                            assertThat(blocked(http, next)).as("blocked after " + signal).isEmpty();
                            return landed.count("silver", "orders") > before;
                        }, dev::output);
                    }
                    produced = load.finish();
                }
                OrderTables.await(landed, instance.bootstrapServers(), SEED, produced,
                        "goodbye: seed=" + SEED + " signals=" + SIGNALS, dev::output);
                endAtOnce(dev);
            }
        }
    }

    /** Who cannot wait sends the signal a second time. */
    private static void endAtOnce(ChildJvm dev) {
        int before = dev.output().length();
        dev.signal("INT");
        Patience.until("it is stopping", PATIENCE, () -> dev.output().indexOf("Stopping ...", before) >= 0,
                dev::output);
        assertThat(dev.stop("INT")).isEqualTo(130);
        assertThat(dev.output().substring(before)).contains("Ended at once. ").doesNotContain("Stopped. ");
    }

    /** Stops it, and finds that it went by its own will and complained of nothing. */
    private static void stopCleanly(ChildJvm dev, String signal, Path data) throws IOException {
        int outputBefore = dev.output().length();
        int logBefore = log(data).length();
        long began = System.nanoTime();
        int code = dev.stop(signal);
        System.out.println("goodbye: signal=" + signal + " stop_ms=" + (System.nanoTime() - began) / 1_000_000);
        String output = dev.output().substring(outputBefore);
        assertThat(code).as("exit code after " + signal + "\n" + dev.output()).isZero();
        assertThat(output).contains("Stopping ...", "Stopped. The data is in " + data);
        assertThat(dev.output()).doesNotContainPattern("(?i)warn|error|exception|blocked");
        assertThat(log(data).substring(logBefore)).doesNotContain("WARN", "ERROR", "Exception", "blocked");
    }

    private static String log(Path data) throws IOException {
        return Files.readString(data.resolve("logs/millrace.log"));
    }

    private static RunningInstance running(ChildJvm dev, Path data) {
        Patience.until("millrace dev runs", PATIENCE, () -> {
            assertThat(dev.isAlive()).as(dev.output()).isTrue();
            return RunningInstance.find(data).filter(i -> i.pid() == dev.pid()).isPresent();
        }, dev::output);
        return RunningInstance.find(data).orElseThrow();
    }

    /** What {@code GET /v1/status} calls blocked. */
    private static JsonNode blocked(HttpClient http, RunningInstance instance) {
        try {
            var response = http.send(HttpRequest.newBuilder(URI.create(instance.http() + "/v1/status")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return JSON.readTree(response.body()).required("blocked");
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
