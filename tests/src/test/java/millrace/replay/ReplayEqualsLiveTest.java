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
    private static final long LATENESS = 10_000_000;
    private static final Map<String, String> MODELS = Map.of(
            "gold.tumbling", """
                SELECT who, window_start, window_end, COUNT(*) AS n, SUM(amount) AS total, SUM(weight) AS weight,
                       MIN(id) AS first_id, MAX(amount) AS most
                FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(at), INTERVAL '10' SECOND))
                WHERE who IS NOT NULL
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
                GROUP BY who, window_start, window_end""",
            "gold.sessions", """
                SELECT who, window_start, window_end, COUNT(*) AS n, SUM(amount) AS total
                FROM TABLE(SESSION(TABLE events PARTITION BY who, DESCRIPTOR(at), INTERVAL '3' SECOND))
                WHERE amount > 100
                GROUP BY who, window_start, window_end""",
            "gold.busiest", """
                SELECT window_end, MAX(n) AS most, COUNT(*) AS people
                FROM (SELECT who, window_start, window_end, COUNT(*) AS n
                      FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(at), INTERVAL '10' SECOND))
                      GROUP BY who, window_start, window_end)
                GROUP BY window_start, window_end""",
            "gold.everyone", """
                SELECT who, COUNT(*) AS n, SUM(total) AS total FROM gold.tumbling GROUP BY who""");
    private static final Map<String, String> KEYS = Map.of("gold.tumbling", "who,window_start", "gold.hopping",
            "window_end", "gold.cumulating", "who,window_end", "gold.sessions", "who,window_start", "gold.busiest",
            "window_end", "gold.everyone", "who");
    /** The same in DuckDB's SQL, over the rows that its own clock does not call late. */
    private static final Map<String, String> ORACLES = Map.of(
            "gold.tumbling", """
                with w as (select *, moment - moment % 10000000 as start from events)
                select who, start, start + 10000000, count(*), cast(sum(amount) as bigint), min(id), max(amount) from w
                where who is not null and start + 10000000 > horizon group by who, start""",
            "gold.hopping",
            """
                with w as (select e.*, moment - moment % 5000000 - 5000000 * k as start
                           from events e, (select unnest(range(4)) as k))
                select start + 20000000, count(distinct who), cast(trunc(sum(amount)::hugeint // count(amount)) as bigint)
                from w where amount > 10 and start + 20000000 > horizon and start > moment - 20000000
                group by start having count(*) > 3""",
            "gold.sessions",
            """
                with kept as (select * from events where moment >= horizon),
                     marked as (select *, coalesce(moment - lag(moment) over (partition by who order by moment) > 3000000, true) as new
                                from kept),
                     numbered as (select *, sum(case when new then 1 else 0 end) over (partition by who order by moment
                                  rows unbounded preceding) as session from marked)
                select who, min(moment), max(moment) + 3000000, count(*) filter (amount > 100),
                       cast(sum(amount) filter (amount > 100) as bigint)
                from numbered group by who, session
                having count(*) filter (amount > 100) > 0 and who is not null""",
            "gold.busiest", """
                with w as (select *, moment - moment % 10000000 as start from events),
                     c as (select who, start, count(*) as n from w where start + 10000000 > horizon group by who, start)
                select start + 10000000, max(n), count(*) from c group by start""");

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
                    Scene.awaitRunning(run);
                    scene.awaitEnd(name);
                }
                if (replay == 1) {
                    compareWithDuckDb(scene, history);
                }
                for (String model : MODELS.keySet()) {
                    List<String> live = scene.rows("live", model);
                    assertThat(live).as(model).isNotEmpty();
                    assertThat(scene.rows(name, model)).as("%s of %s, seed %d", model, name, SEED).isEqualTo(live);
                    if (!model.equals("gold.everyone")) {
                        assertThat(scene.late(name, model)).as("late rows of %s of %s, seed %d", model, name, SEED)
                                .isEqualTo(scene.late("live", model)).isNotEmpty();
                    }
                }
            }
        }
    }

    private static void compareWithDuckDb(Scene scene, History history) throws Exception {
        try (Oracle oracle = new Oracle(history.events(), LATENESS)) {
            for (Map.Entry<String, String> expected : ORACLES.entrySet()) {
                // Floating-point sums are exact here and are not in DuckDB.
                List<String> live = scene.rows("live", expected.getKey(), "weight");
                assertThat(live).as("%s by another engine, seed %d", expected.getKey(), SEED)
                        .isEqualTo(oracle.rows(expected.getValue()));
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
                Scene.awaitRunning(run);
                scene.awaitEnd("live");
            }
            try (PipelineRun run = scene.startReplay("replay", "live", 3)) {
                Scene.awaitRunning(run);
                scene.awaitEnd("replay");
            }
            assertThat(scene.rows("replay", "gold.tumbling")).isEqualTo(scene.rows("live", "gold.tumbling"));
            assertThat(scene.late("replay", "gold.tumbling")).isEqualTo(scene.late("live", "gold.tumbling"))
                    .isNotEmpty();
            try (PipelineRun run = scene.start("forgetful", "a", 3)) {
                Scene.awaitRunning(run);
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
            Scene.awaitRunning(last);
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
