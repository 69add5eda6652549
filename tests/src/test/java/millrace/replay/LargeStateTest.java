package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.topology.run.PipelineRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A group whose state is larger than a record that Kafka takes by default. */
class LargeStateTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_127L);
    private static final String MODEL = "gold.people";
    private static final long START = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli() * 1000;
    private static final int PEOPLE = 300;

    @TempDir
    Path folder;

    @Test
    void itIsOneRecordOfAChangelogAndComesBack() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Scene scene = new Scene(broker.bootstrapServers(), folder, "events", 1, Duration.ofSeconds(1),
                        Duration.ofSeconds(10), Duration.ofMinutes(15), Map.of(MODEL, """
                            SELECT window_end, COUNT(DISTINCT who) AS n
                            FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(at), INTERVAL '1' HOUR))
                            GROUP BY window_start, window_end"""), Map.of(MODEL, "window_end"))) {
            List<History.Event> events = events();
            try (PipelineRun run = scene.start("live", "a", 1)) {
                Scene.awaitRunning(run);
                scene.produce(events);
                assertThat(run.drain(Duration.ofMinutes(2))).as("%s", run.state()).isTrue();
            }
            try (PipelineRun run = scene.start("live", "with nothing", 1)) {
                Scene.awaitRunning(run);
                scene.produce(events);
                scene.end();
                scene.awaitEnd("live");
            }
            assertThat(scene.rows("live", MODEL, "window_end")).as("seed %d", SEED).containsExactly("[" + PEOPLE + "]");
        }
    }

    /** Names of which nothing can be compressed: six megabytes of them. */
    private static List<History.Event> events() {
        Random random = new Random(SEED);
        byte[] name = new byte[15 << 10];
        return IntStream.range(0, PEOPLE).mapToObj(i -> {
            random.nextBytes(name);
            return new History.Event(0, i, Base64.getEncoder().encodeToString(name), 1L, 0.5, START + i * 1000L);
        }).toList();
    }
}
