package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import millrace.ops.bench.plain.PlainWindows;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.process.CommittedTopic;
import millrace.schemas.topic.WritableTopics;
import millrace.topology.run.PipelineRun;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Why there are clocks and watermarks of partitions. The same count per minute, over partitions that are each in order,
 * with the DSL of Kafka Streams and with a model: live both count every row. Read again at full speed the DSL meets
 * rows of one partition that are hours ahead of another's, takes those for too late and drops them, whereas the model
 * gives what it gave.
 */
class PlainWindowsLoseRowsTest {
    private static final int PARTITIONS = 4;
    private static final int PER_PARTITION = 6_000;
    private static final int SLICE = 150;
    private static final long START = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli() * 1_000;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** More than what a slice can put one partition ahead of another, so live nothing is too late. */
    private static final Duration GRACE = Duration.ofMinutes(4);
    private static final Map<String, String> MODEL = Map.of("gold.minutes", """
        SELECT who, window_start, COUNT(*) AS n
        FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(at), INTERVAL '1' MINUTE))
        GROUP BY who, window_start, window_end""");

    @TempDir
    Path folder;

    @Test
    void aReplayByTheDslDropsWhatItCountedLiveAndAModelDropsNothing() throws Exception {
        Map<String, Long> truth = truth();
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Scene scene = new Scene(broker.bootstrapServers(), folder, "events", PARTITIONS, Duration.ofSeconds(1),
                        Duration.ofSeconds(1), Duration.ofMinutes(15), MODEL, Map.of())) {
            String servers = broker.bootstrapServers();
            try (PlainWindows live = plain(scene, servers, "plain-live")) {
                live.start();
                for (int slice = 0; slice < PER_PARTITION / SLICE; slice++) {
                    scene.produce(slice(slice));
                    awaitAll(live, (slice + 1L) * SLICE * PARTITIONS);
                }
                assertThat(live.dropped()).isZero();
            }
            assertThat(counts(servers, "plain-live")).isEqualTo(truth);
            scene.end();

            long dropped;
            try (PlainWindows replay = plain(scene, servers, "plain-replay")) {
                replay.start();
                awaitAll(replay, PER_PARTITION * PARTITIONS);
                dropped = replay.dropped();
            }
            assertThat(dropped).as("rows that it took for too late").isGreaterThan(PER_PARTITION);
            assertThat(counts(servers, "plain-replay").values().stream().mapToLong(Long::longValue).sum())
                    .as("what it counted").isEqualTo(PER_PARTITION * PARTITIONS - dropped);

            try (PipelineRun model = scene.start("model", "a", 1)) {
                Scene.awaitRunning(model);
                scene.awaitEnd("model");
            }
            assertThat(scene.rows("model", "gold.minutes")).isEqualTo(truth.entrySet().stream().map(e -> "["
                    + e.getKey().replace("@", ", ") + "000, " + e.getValue() + "]").sorted().toList());
            assertThat(scene.late("model", "gold.minutes")).isEmpty();
        }
    }

    private PlainWindows plain(Scene scene, String servers, String name) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            WritableTopics.create(admin, Set.of(new NewTopic(name + "-counts", PARTITIONS, (short) 1)
                    .configs(Map.of("retention.ms", "-1"))));
        }
        return new PlainWindows(scene.contract(), "who", new PlainWindows.Settings(servers, name, folder.resolve(name),
                name + "-counts", MINUTE, GRACE, Duration.ofMillis(100), 1));
    }

    private static void awaitAll(PlainWindows windows, long rows) throws InterruptedException {
        assertThat(windows.await(rows, Duration.ofMinutes(2))).as("%d counted, %d dropped of %d", windows.counted(),
                windows.dropped(), rows).isTrue();
    }

    /** One row a second and partition. */
    private static List<History.Event> slice(int slice) {
        List<History.Event> events = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (int second = slice * SLICE; second < (slice + 1) * SLICE; second++) {
                events.add(new History.Event(partition, partition * 1_000_000L + second, "w" + second % 5, 1L, 0.5,
                        START + second * 1_000_000L));
            }
        }
        return events;
    }

    private static Map<String, Long> truth() {
        Map<String, Long> truth = new TreeMap<>();
        for (int slice = 0; slice < PER_PARTITION / SLICE; slice++) {
            for (History.Event e : slice(slice)) {
                long millis = e.at() / 1_000;
                truth.merge(e.who() + "@" + (millis - millis % MINUTE.toMillis()), 1L, Long::sum);
            }
        }
        return truth;
    }

    /** The last count of each key and window. */
    private static Map<String, Long> counts(String servers, String application) {
        Map<String, Long> counts = new TreeMap<>();
        try (var key = new StringDeserializer(); var count = new LongDeserializer()) {
            for (var r : CommittedTopic.read(servers, application + "-counts", application)) {
                counts.put(key.deserialize(r.topic(), r.key()), count.deserialize(r.topic(), r.value()));
            }
        }
        return counts;
    }
}
