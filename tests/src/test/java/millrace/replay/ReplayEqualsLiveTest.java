package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.topology.run.PipelineRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same records give the same tables, live over restarts and rebalances or by replay at full speed. */
class ReplayEqualsLiveTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_125L);
    private static final Map<String, String> MODELS = Map.of(
            "gold.tumbling", """
                SELECT who, window_start, window_end, COUNT(*) AS n, SUM(amount) AS total, SUM(weight) AS weight,
                       MIN(id) AS first_id, MAX(amount) AS most
                FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(at), INTERVAL '10' SECOND))
                GROUP BY who, window_start, window_end""",
            "gold.hopping", """
                SELECT window_end, COUNT(DISTINCT who) AS people, AVG(amount) AS average
                FROM TABLE(HOP(TABLE events, DESCRIPTOR(at), INTERVAL '5' SECOND, INTERVAL '20' SECOND))
                WHERE amount > 10
                GROUP BY window_start, window_end
                HAVING COUNT(*) > 3""",
            "gold.cumulating", """
                SELECT who, window_start, window_end, COUNT(*) AS n
                FROM TABLE(CUMULATE(TABLE events, DESCRIPTOR(at), INTERVAL '10' SECOND, INTERVAL '60' SECOND))
                GROUP BY who, window_start, window_end""");
    private static final Map<String, String> KEYS = Map.of("gold.tumbling", "who,window_start", "gold.hopping",
            "window_end", "gold.cumulating", "who,window_end");

    @TempDir
    Path folder;

    @Test
    void windowsAreTheSameLiveAndByReplay() throws Exception {
        Random random = new Random(SEED);
        History history = new History(SEED, 4, 3_000, Instant.parse("2026-11-20T10:00:00Z").toEpochMilli() * 1000);
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Scene scene = new Scene(broker.bootstrapServers(), folder, "events", 4, Duration.ofSeconds(2),
                        Duration.ofSeconds(10), Duration.ofMinutes(15), MODELS, KEYS)) {
            live(scene, history, random);
            for (int replay = 1; replay <= 2; replay++) {
                String name = "replay" + replay;
                try (PipelineRun run = scene.startReplay(name, "live", replay * 2 - 1)) {
                    scene.awaitEnd(name);
                }
                for (String model : MODELS.keySet()) {
                    List<String> live = scene.rows("live", model);
                    assertThat(live).as(model).isNotEmpty();
                    assertThat(scene.rows(name, model)).as("%s of %s, seed %d", model, name, SEED).isEqualTo(live);
                    assertThat(scene.late(name, model)).as("late rows of %s of %s, seed %d", model, name, SEED)
                            .isEqualTo(scene.late("live", model)).isNotEmpty();
                }
            }
        }
    }

    @Test
    void aSilentPartitionIsPassedOnceAndAReplayObeysThat() throws Exception {
        long start = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli() * 1000;
        Map<String, String> model = Map.of("gold.tumbling", MODELS.get("gold.tumbling"));
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Scene scene = new Scene(broker.bootstrapServers(), folder, "events", 3, Duration.ofSeconds(2),
                        Duration.ofSeconds(10), Duration.ofSeconds(2), model, KEYS)) {
            try (PipelineRun run = scene.start("live", "a", 2)) {
                Scene.awaitRunning(run);
                // Partition 0 falls silent after a second, partition 2 never says anything.
                scene.produce(List.of(event(0, 1, start), event(0, 2, start + 1_000_000)));
                long id = 10;
                for (long at = start; scene.rows("live", "gold.tumbling").size() < 3; at += 1_000_000) {
                    assertThat(id).as("windows close although two partitions are silent").isLessThan(2_000);
                    scene.produce(List.of(event(1, id++, at)));
                    LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                }
            }
            // It speaks again, of times that have been passed: which count depends on the floor alone.
            List<History.Event> belated = new java.util.ArrayList<>();
            for (int second = 0; second < 120; second += 3) {
                belated.add(event(0, 5_000 + second, start + second * 1_000_000L));
                belated.add(event(2, 6_000 + second, start + second * 1_000_000L));
            }
            scene.produce(belated);
            scene.end();
            try (PipelineRun run = scene.start("live", "a", 2)) {
                scene.awaitEnd("live");
            }
            try (PipelineRun run = scene.startReplay("replay", "live", 3)) {
                scene.awaitEnd("replay");
            }
            assertThat(scene.rows("replay", "gold.tumbling")).isEqualTo(scene.rows("live", "gold.tumbling"));
            assertThat(scene.late("replay", "gold.tumbling")).isEqualTo(scene.late("live", "gold.tumbling"))
                    .isNotEmpty();
            try (PipelineRun run = scene.start("forgetful", "a", 3)) {
                scene.awaitEnd("forgetful");
            }
            assertThat(scene.late("forgetful", "gold.tumbling")).as("without the journal nothing was late")
                    .isNotEqualTo(scene.late("live", "gold.tumbling"));
        }
    }

    private static History.Event event(int partition, long id, long at) {
        return new History.Event(partition, id, "who", 5L, 0.5, at);
    }

    private static void live(Scene scene, History history, Random random) {
        List<History.Event> events = history.events();
        int at = 0;
        while (at < events.size()) {
            try (PipelineRun first = scene.start("live", "a", 1 + random.nextInt(2))) {
                Scene.awaitRunning(first);
                at = produceSome(scene, events, at, random);
                if (random.nextBoolean()) {
                    try (PipelineRun second = scene.start("live", "b", 1)) {
                        Scene.awaitRunning(second);
                        at = produceSome(scene, events, at, random);
                    }
                }
            }
        }
        scene.end();
        try (PipelineRun last = scene.start("live", "a", 2)) {
            scene.awaitEnd("live");
        }
    }

    private static int produceSome(Scene scene, List<History.Event> events, int from, Random random) {
        int at = from;
        for (int i = 0; i < 5 && at < events.size(); i++) {
            int to = Math.min(events.size(), at + events.size() / 12);
            scene.produce(events.subList(at, to));
            at = to;
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(400)).toNanos());
        }
        return at;
    }
}
