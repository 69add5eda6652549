package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.topology.archive.RecordArchive;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A replay of everything that has come to the present goes on beside the pipeline that runs, and obeys what that decides about
 * silent partitions from one second to the next; over crashes of either and a stop of the one that decides.
 */
class FollowingTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_201L);
    private static final int PARTITIONS = 3;
    private static final long SECOND = 1_000_000;
    private static final Map<String, String> MODELS = ForgettingTopicTest.MODELS;

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private long id;
    private long now = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli() * 1000;

    @Test
    void whoFollowsDecidesNothingAndMissesNothing() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Scene scene = new Scene(broker.bootstrapServers(), folder, "events", PARTITIONS, Duration.ofSeconds(2),
                        Duration.ofSeconds(10), Duration.ofSeconds(1), MODELS,
                        Map.of("gold.tumbling", "who,window_start"))) {
            scene.produce(all(30));
            PipelineRun live = scene.start("live", "a", 1);
            Scene.awaitRunning(live);
            Reading reading = new Reading(Map.of("events", Scene.everything(PARTITIONS)), OptionalLong.empty(),
                    RecordArchive.NONE,
                    Reading.UpTo.THE_LEADER, Optional.empty());
            try (PipelineRun first = scene.startReplay("replay", "a", "live", reading, Crash.atRow(300))) {
                Scene.awaitRunning(first);
                for (int round = 0; round < 3; round++) {
                    silence(scene, live, round % PARTITIONS);
                }
                // Nothing is decided while it is away, and nothing is read.
                live.close();
                scene.produce(all(10));
                live = scene.start("live", "a", 2, Crash.atRow(150));
                Scene.awaitRunning(live);
                try (PipelineRun second = scene.startReplay("replay", "b", "live", reading, Crash.never())) {
                    Scene.awaitRunning(second);
                    silence(scene, live, 1);
                    scene.end();
                    scene.awaitEnd("live");
                    scene.awaitEnd("replay");
                }
            } finally {
                live.close();
            }
            for (String model : MODELS.keySet()) {
                assertThat(scene.rows("replay", model)).as("%s, seed %d", model, SEED)
                        .isEqualTo(scene.rows("live", model)).isNotEmpty();
            }
            assertThat(scene.late("replay", "gold.tumbling")).as("late rows, seed %d", SEED)
                    .isEqualTo(scene.late("live", "gold.tumbling")).isNotEmpty();
        }
    }

    /** Others go on without it until results are given out, and then it tells of times that have been passed. */
    private void silence(Scene scene, PipelineRun live, int silent) throws Exception {
        int rows = scene.rows("live", "gold.tumbling").size();
        long began = now;
        long most = id + 3_000;
        while (scene.rows("live", "gold.tumbling").size() < rows + 4) {
            assertThat(id).as("results are given out although partition %d is silent", silent).isLessThan(most);
            List<History.Event> events = new ArrayList<>();
            for (int p = 0; p < PARTITIONS; p++) {
                if (p != silent) {
                    events.add(event(p, now - random.nextLong(2 * SECOND)));
                }
            }
            now += SECOND;
            scene.produce(events);
            Thread.sleep(60);
        }
        List<History.Event> belated = new ArrayList<>();
        for (long at = began; at < now; at += SECOND) {
            belated.add(event(silent, at));
        }
        scene.produce(belated);
        assertThat(live.drain(Duration.ofMinutes(1))).as("the pipeline that runs has gone on").isTrue();
    }

    private List<History.Event> all(int seconds) {
        List<History.Event> events = new ArrayList<>();
        for (int i = 0; i < seconds; i++) {
            for (int p = 0; p < PARTITIONS; p++) {
                events.add(event(p, now - random.nextLong(2 * SECOND)));
            }
            now += SECOND;
        }
        return events;
    }

    private History.Event event(int partition, long at) {
        return new History.Event(partition, id++, "w" + random.nextInt(3), (long) random.nextInt(40), 0.5, at);
    }
}
