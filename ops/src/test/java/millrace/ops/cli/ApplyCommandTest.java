package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import millrace.ops.deploy.Deployment;
import millrace.ops.observe.TableStatus;
import millrace.ops.platform.Platform;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.run.Role;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.time.EndMarker;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline becomes another one while visits come in and somebody looks at its tables all the time. */
class ApplyCommandTest {
    private static final long SEED = Long.getLong("millrace.seed", 43);
    private static final Instant FIRST = Instant.parse("2026-11-01T00:00:00Z");
    private static final String SILVER = "SELECT who, at FROM visits";
    private static final String HOURLY = """
        SELECT who, window_start, window_end, COUNT(*) AS n
        FROM TABLE(TUMBLE(TABLE silver.visits, DESCRIPTOR(at), INTERVAL '1' HOUR))
        GROUP BY who, window_start, window_end
        """;

    @TempDir
    Path folder;

    private final Console console = new Console();
    private VisitsFolder shop;

    @Test
    void modelsAreComputedAnewBesideWhatRunsAndTakeItsPlace() throws Exception {
        shop = VisitsFolder.make(folder.resolve("shop"), 2);
        shop.write("models/silver/visits.sql", SILVER);
        shop.write("models/gold/hourly.sql", HOURLY);
        shop.write("models/gold/gold.yml", """
            models:
              - name: hourly
                config: {unique_key: [who, window_start]}
            """);
        shop.write("models/gold/names.sql", "SELECT who FROM visits");
        try (Platform platform = start()) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(90))).as(platform.status().toString()).isTrue();
            try (Visits visits = new Visits(platform)) {
                await(platform, "gold.hourly");
                try (Reader reader = new Reader()) {
                    mendAndApply(platform);
                    assertThat(reader.sums()).as("what others have counted never goes back, seed %d", SEED).isSorted();
                }
                assertThat(visits.silver("v0").get(0)).as("visits go on coming in").isNotEqualTo("0");
                assertThat(run("apply", "--execute")).as(console.err()).isZero();
                assertThat(console.err()).contains("the folder has what runs");
                assertThat(run("replay", "list")).isZero();
                assertThat(console.out()).containsPattern("everything .*published");
            }
        }
        try (Platform platform = start()) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(90))).as(platform.status().toString()).isTrue();
            try (Visits visits = new Visits(platform)) {
                stateless();
                Set<String> before = names(platform);
                assertThat(before).anyMatch(n -> n.contains("-replay-"));
                // Once more, so that what was computed beside makes way for another.
                shop.write("models/silver/visits.sql", SILVER + " WHERE who <> 'v1'");
                assertThat(run("apply", "--execute", "-o", "json")).as(console.err()).isZero();
                assertThat(json().get("tables")).as("with late and refused rows beside two of them").hasSize(7);
                Set<String> old = new TreeSet<>(before);
                old.removeIf(n -> !n.startsWith("shop-replay-"));
                assertThat(names(platform)).as("what the first has left").doesNotContainAnyElementsOf(old)
                        .anyMatch(n -> n.contains("-replay-"));
                visits.end();
                Patience.until(() -> platform.status().toString(), () -> List.of("silver.visits", "gold.hourly",
                        "gold.daily").stream().allMatch(
                                t -> platform.status().table(t)
                                        .flatMap(TableStatus::completeThrough)
                                        .filter(c -> c.isAfter(Instant.parse("9000-01-01T00:00:00Z"))).isPresent()));
                assertThat(rows("SELECT who, epoch_us(window_start), n FROM gold.hourly ORDER BY ALL"))
                        .as("seed %d", SEED).isEqualTo(visits.hourly("v1"));
                assertThat(rows("SELECT count(*), count(DISTINCT who) FROM silver.visits"))
                        .isEqualTo(visits.silver("v1"));
                assertThat(rows("SELECT sum(n) FROM gold.daily"))
                        .isEqualTo(rows("SELECT count(*) FROM silver.visits"));
                assertThat(rows("SELECT count(*) FROM gold.names")).isEqualTo(rows(
                        "SELECT count(who) FROM bronze.visits"));
                assertThat(rows("SELECT count(*) FROM gold.hourly WHERE last_at IS NULL")).isEqualTo(List.of("0"));
            }
        }
    }

    private void mendAndApply(Platform platform) throws Exception {
        shop.write("models/silver/visits.sql", SILVER + " WHERE who <> 'v0'");
        shop.write("models/gold/hourly.sql", HOURLY.replace("COUNT(*) AS n", "COUNT(*) AS n, MAX(at) AS last_at"));
        shop.write("models/gold/daily.sql", HOURLY.replace("'1' HOUR", "'1' DAY"));
        assertThat(run("apply")).as(console.err()).isZero();
        assertThat(console.out())
                .contains("replays    gold.daily, gold.hourly, silver.visits: from the first record on",
                        "nothing was changed; add --execute to do it")
                .containsPattern("gold.names +unchanged");
        assertThat(rows("SELECT count(*) > 0 FROM silver.visits WHERE who = 'v0'")).isEqualTo(List.of("true"));
        assertThat(run("apply", "--hold", "--execute")).as(console.err()).isZero();
        assertThat(console.out()).contains("has come to the present on the branch replay-");
        assertThat(rows("SELECT count(*) > 0 FROM silver.visits WHERE who = 'v0'")).isEqualTo(List.of("true"));

        assertThat(run("apply", "--execute")).as(console.err()).isZero();
        assertThat(console.out()).contains("gold.daily, gold.hourly, silver.visits are given out by shop-replay-");
        assertThat(rows("SELECT count(*) FROM silver.visits WHERE who = 'v0'")).isEqualTo(List.of("0"));
        assertThat(rows("SELECT count(*) FROM gold.hourly WHERE who = 'v0'")).isEqualTo(List.of("0"));
        await(platform, "gold.daily");
        assertThat(run("status")).as(console.err()).isZero();
        assertThat(run("query", "-o", "csv", "SELECT table_name FROM millrace.audit WHERE action = 'cut-over'"))
                .isZero();
        assertThat(console.out()).contains("silver.visits", "gold.hourly");
        assertThat(run("replay", "cancel", replay(), "--execute")).isEqualTo(ExitCode.PROBLEM.code());
        assertThat(console.err()).contains("REPLAY_ENDED");
    }

    /** What remembers nothing is taken up by what runs. */
    private void stateless() throws Exception {
        shop.write("models/gold/names.sql", "SELECT UPPER(who) AS who FROM visits");
        assertThat(run("apply", "--execute")).as(console.err()).isZero();
        assertThat(console.out()).contains("the processes that run it take it up");
        Patience.until(() -> "rows by the new text",
                () -> rows("SELECT count(*) > 0 FROM gold.names WHERE who LIKE 'V%'").equals(List.of("true")));
    }

    private String replay() throws IOException {
        assertThat(run("replay", "list", "-o", "json")).isZero();
        return json().get(0).get("id").asText();
    }

    private static void await(Platform platform, String table) throws InterruptedException {
        Patience.until(() -> platform.status().toString(), () -> platform.status().table(table)
                .filter(t -> t.rows() > 0).isPresent());
    }

    private Platform start() {
        Deployment deployment = Deployment.read(Project.read(shop.path(), "dev", Map.of()));
        return Platform.start(List.of(deployment), Role.ALL,
                Profile.embedded(folder.resolve("data"), Profile.Ports.FREE), Clock.systemUTC());
    }

    private int run(String... arguments) {
        return run(console, arguments);
    }

    private int run(Console by, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--data", folder.resolve("data").toString()));
        return by.run(shop.path(), all.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(console.out());
    }

    private List<String> rows(String sql) {
        return rows(new Console(), sql);
    }

    private List<String> rows(Console by, String sql) {
        assertThat(run(by, "query", "-o", "csv", sql)).as(by.err()).isZero();
        return by.out().lines().skip(1).toList();
    }

    private static Set<String> names(Platform platform) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.instance().bootstrapServers()))) {
            return new TreeSet<>(admin.listTopics().names().get());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks all the time at what is the same before and after. */
    private final class Reader implements AutoCloseable {
        private final List<Long> sums = new CopyOnWriteArrayList<>();
        private final Console own = new Console();
        private final Thread thread = Thread.ofPlatform().start(this::run);
        private volatile boolean closing;

        private void run() {
            while (!closing) {
                sums.add(Long.parseLong(rows(own, "SELECT coalesce(sum(n), 0) FROM gold.hourly WHERE who <> 'v0'")
                        .get(0)));
            }
        }

        List<Long> sums() {
            close();
            assertThat(sums).hasSizeGreaterThan(5);
            return sums;
        }

        @Override
        public void close() {
            closing = true;
            join(thread);
        }
    }

    /** Visits that come in, half a minute of event time apart. */
    private static final class Visits implements AutoCloseable {
        private static final List<String[]> SENT = new CopyOnWriteArrayList<>();
        private final Random random = new Random(SEED);
        private final Contract contract;
        private final AvroRowEncoder encoder;
        private final KafkaProducer<byte[], byte[]> producer;
        private final Thread thread;
        private volatile boolean closing;

        Visits(Platform platform) {
            contract = platform.deployments().get(0).pipeline().contracts().get(0);
            try (ConfluentRegistry registry = new ConfluentRegistry(platform.instance().registryUrl(), Map.of())) {
                encoder = AvroRowEncoder.of(AvroTypes.toSchema(contract), contract.rowType(),
                        registry.register(contract.topic() + "-value", AvroTypes.toSchema(contract)));
            }
            producer = new KafkaProducer<>(Map.of("bootstrap.servers", platform.instance().bootstrapServers()),
                    new ByteArraySerializer(), new ByteArraySerializer());
            thread = Thread.ofPlatform().start(this::run);
        }

        private void run() {
            try {
                while (!closing) {
                    int i = SENT.size();
                    String who = "v" + random.nextInt(5);
                    long at = ChronoUnit.MICROS.between(Instant.EPOCH, FIRST.plusSeconds(30L * i - random.nextInt(40)));
                    producer.send(new ProducerRecord<>(contract.topic(), i % 2, null,
                            encoder.encode(new Object[] {who, at})));
                    SENT.add(new String[] {who, Long.toString(at)});
                    Thread.sleep(5);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void end() {
            stop();
            for (int p = 0; p < contract.partitions(); p++) {
                producer.send(EndMarker.record(contract.topic(), p));
            }
            producer.flush();
        }

        private void stop() {
            closing = true;
            join(thread);
            producer.flush();
        }

        List<String> hourly(String without) {
            SortedMap<String, Integer> counts = new TreeMap<>();
            for (String[] visit : SENT) {
                long at = Long.parseLong(visit[1]);
                if (!visit[0].equals(without)) {
                    counts.merge(visit[0] + "," + (at - Math.floorMod(at, 3_600_000_000L)), 1, Integer::sum);
                }
            }
            return counts.entrySet().stream().map(e -> e.getKey() + "," + e.getValue()).toList();
        }

        List<String> silver(String without) {
            long rows = SENT.stream().filter(v -> !v[0].equals(without)).count();
            return List.of(rows + "," + SENT.stream().map(v -> v[0]).filter(w -> !w.equals(without)).distinct()
                    .count());
        }

        @Override
        public void close() {
            stop();
            producer.close();
        }
    }
}
