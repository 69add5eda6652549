package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.process.Patience;
import millrace.process.Retention;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka lets records go while a replay reads them, now slower and now faster than it does: it goes on in an archive and in Kafka
 * by turns, over a crash and while another process takes over some of its partitions.
 */
class ForgettingTopicTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_201L);
    private static final int PARTITIONS = 4;
    private static final int EVENTS = 3_000;
    static final Map<String, String> MODELS = Map.of("silver.plain",
            "SELECT id, who, amount, at FROM events WHERE amount > 10", "gold.tumbling", """
                SELECT who, window_start, window_end, COUNT(*) AS n, SUM(amount) AS total
                FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(at), INTERVAL '10' SECOND))
                GROUP BY who, window_start, window_end""");

    @TempDir
    Path folder;

    @Test
    void aReplayGoesOnInTheArchiveWhereverKafkaHasLetGo() throws Exception {
        Random random = new Random(SEED);
        History history = new History(SEED, PARTITIONS, EVENTS,
                Instant.parse("2026-11-20T10:00:00Z").toEpochMilli() * 1000);
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Scene scene = new Scene(broker.bootstrapServers(), folder, "events", PARTITIONS, Duration.ofSeconds(2),
                        Duration.ofSeconds(10), Duration.ofMinutes(15), MODELS,
                        Map.of("gold.tumbling", "who,window_start"))) {
            scene.produce(history.events());
            scene.end();
            try (PipelineRun live = scene.start("live", "a", 2)) {
                Scene.awaitRunning(live);
                scene.awaitEnd("live");
            }
            MemoryArchive archive = MemoryArchive.of(broker.bootstrapServers(), "events", PARTITIONS, random);
            Reading reading = new Reading(Map.of("events", Scene.everything(PARTITIONS)), OptionalLong.of(400),
                    archive);
            AtomicInteger gone = new AtomicInteger(200);
            Retention.letGo(broker.bootstrapServers(), scene.contract(), gone.get() / 1_000.0);
            try (PipelineRun first = scene.startReplay("replay", "a", "live", reading, Crash.atRow(4_000))) {
                Scene.awaitRunning(first);
                try (PipelineRun second = scene.startReplay("replay", "b", "live", reading, Crash.never())) {
                    Patience.until("Kafka has let nearly everything go", Duration.ofMinutes(1), () -> {
                        Retention.letGo(broker.bootstrapServers(), scene.contract(),
                                gone.addAndGet(random.nextInt(30)) / 1_000.0);
                        return gone.get() > 900;
                    }, () -> second.state().toString());
                    scene.awaitEnd("replay");
                }
            }
            assertThat(archive.given()).as("some of it came from Kafka").isBetween(500L, archive.records() - 500);
            for (String model : MODELS.keySet()) {
                assertThat(scene.rows("replay", model)).as("%s, seed %d", model, SEED)
                        .isEqualTo(scene.rows("live", model)).isNotEmpty();
            }
        }
    }
}
