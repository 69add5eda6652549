package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three days of visits, counted by the hour, and replays of half a day of it beside the pipeline that runs. */
class ReplayCommandTest {
    private static final long SEED = Long.getLong("millrace.seed", 41);
    private static final Instant FIRST = Instant.parse("2026-11-01T00:00:00Z");
    private static final String FROM = "2026-11-02T00:00";
    private static final String TO = "2026-11-02T12:00";
    private static final int EVENTS = 4_000;

    @TempDir
    Path folder;

    private final Console console = new Console();
    private Path project;
    private Path data;

    @Test
    void aRangeIsReplayedPausedMendedAndCancelled() throws Exception {
        project = project("shop", "COUNT(*)");
        data = folder.resolve("data");
        Deployment deployment = Deployment.read(Project.read(project, "dev", Map.of()));
        try (Platform platform = Platform.start(List.of(deployment), Role.ALL,
                Profile.embedded(data, Profile.Ports.FREE), Clock.systemUTC())) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(90))).as(platform.status().toString()).isTrue();
            produce(platform, deployment.pipeline().contracts().get(0));
            Patience.until(() -> "the table has the third day", () -> platform.status().table("gold.hourly")
                    .flatMap(TableStatus::completeThrough).filter(t -> t.isAfter(FIRST.plus(Duration.ofHours(60))))
                    .isPresent());

            assertThat(run("replay", "plan", "--select", "gold.hourly", "--from", FROM, "--to", TO, "-o", "json"))
                    .isZero();
            JsonNode plan = json();
            String id = plan.get("id").asText();
            assertThat(plan.get("kind").asText()).isEqualTo("range");
            assertThat(plan.get("models").get(0).get("column").asText()).isEqualTo("window_start");
            assertThat(plan.get("replaces").get(0).get("rows").asLong()).isPositive();

            assertThat(run("replay", "start", "--select", "gold.hourly", "--from", FROM, "--to", TO)).isZero();
            assertThat(console.out()).contains("nothing was changed; add --execute to do it");
            assertThat(run("replay", "list")).isZero();
            assertThat(console.out()).doesNotContain(id);

            // Slowly, so that it can be paused on its way; it is gone on with by its id.
            Console slow = new Console();
            CompletableFuture<Integer> started = CompletableFuture.supplyAsync(() -> slow.run(project, "replay",
                    "start",
                    "--data", data.toString(), "--select", "gold.hourly", "--from", FROM, "--to", TO, "--rate", "400",
                    "--execute"));
            Patience.until(() -> "some of it is replayed", () -> done(id) > 0);
            assertThat(run("replay", "pause", id.substring(0, 4))).isZero();
            assertThat(started.get(60, TimeUnit.SECONDS)).as(slow.err()).isZero();
            assertThat(slow.out()).contains("replay " + id + " is paused");
            assertThat(run("replay", "start", id, "--execute")).as(console.err()).isZero();
            assertThat(console.out()).contains("replay " + id + " is finished: gold.hourly@replay-" + id);
            List<String> live = rows("gold.hourly", "n");
            assertThat(live).hasSizeGreaterThan(20);
            assertThat(rows("gold.\"hourly@replay-" + id + "\"", "n")).as("seed %d", SEED).isEqualTo(live);

            assertThat(run("replay", "diff", id)).as(console.err()).isZero();
            assertThat(console.out()).contains("no record or row was quarantined").doesNotContain("~ who");

            sampleIsTriedAndNotPublished();

            Path mended = project("mended", "COUNT(*) + 1000");
            assertThat(run("replay", "start", "--select", "gold.hourly", "--from", FROM, "--to", TO, "--models",
                    mended.toString(), "--execute", "-o", "json")).as(console.err()).isZero();
            String other = json().get("id").asText();
            assertThat(other).isNotEqualTo(id);
            assertThat(rows("gold.\"hourly@replay-" + other + "\"", "n - 1000")).as("seed %d", SEED).isEqualTo(live);
            assertThat(rows("gold.hourly", "n")).as("the table itself").isEqualTo(live);
            assertThat(run("replay", "diff", other, "--html", "diff.html", "-o", "json")).as(console.err()).isZero();
            JsonNode difference = json().get("tables").get(0).get("difference");
            assertThat(difference.get("changed").asInt()).isEqualTo(live.size() - 1); // less the heading
            assertThat(difference.get("columns").get("n").asInt()).isEqualTo(live.size() - 1);
            assertThat(difference.get("onlyLeft").asInt() + difference.get("onlyRight").asInt()).isZero();
            assertThat(difference.get("samples").get(0).get("changes").get("n")).hasSize(2);
            assertThat(Files.readString(project.resolve("diff.html"))).contains("gold.hourly", "100.0 %");

            publishAndRollBack(other, live);

            assertThat(names(platform)).anyMatch(n -> n.contains(id));
            assertThat(run("replay", "cancel", id)).isZero();
            assertThat(console.out()).contains("add --execute to do it");
            assertThat(run("replay", "cancel", id, "--execute")).as(console.err()).isZero();
            assertThat(names(platform)).noneMatch(n -> n.contains(id)).anyMatch(n -> n.contains(other));
            assertThat(run("table", "branches", "gold.hourly")).isZero();
            assertThat(console.out()).doesNotContain(id).contains("replay-" + other);
            assertThat(run("replay", "list")).isZero();
            assertThat(console.out()).containsPattern(id + " .*cancelled").containsPattern(other + " .*published");
            assertThat(run("replay", "start", id, "--execute")).isEqualTo(ExitCode.PROBLEM.code());
            assertThat(console.err()).contains("REPLAY_ENDED");
        }
    }

    /** One of two partitions, which has about half of the visits. */
    private void sampleIsTriedAndNotPublished() throws IOException {
        assertThat(run("replay", "start", "--select", "gold.hourly", "--from", FROM, "--to", TO, "--sample", "one"))
                .isEqualTo(ExitCode.PROBLEM.code());
        assertThat(console.err()).contains("\"one\" is no partition");
        assertThat(run("replay", "start", "--select", "gold.hourly", "--from", FROM, "--to", TO, "--sample", "p1",
                "--execute", "-o", "json")).as(console.err()).isZero();
        String id = json().get("id").asText();
        assertThat(run("query", "-o", "csv", "SELECT (SELECT sum(n) FROM gold.\"hourly@replay-" + id + "\") / sum(n) "
                + "BETWEEN 0.4 AND 0.6 FROM gold.hourly WHERE window_start >= '" + FROM + "' AND window_start < '" + TO
                + "'")).as(console.err()).isZero();
        assertThat(console.out()).contains("true");
        assertThat(run("replay", "diff", id)).isZero();
        assertThat(console.out()).contains("p1 of 2026-11-02T00:00:00Z", "only p1 of its topics was read");
        assertThat(run("replay", "publish", id, "--execute")).isEqualTo(ExitCode.PROBLEM.code());
        assertThat(console.err()).contains("REPLAY_IS_A_SAMPLE");
        assertThat(run("replay", "cancel", id, "--execute")).isZero();
    }

    /** Forth, back, and forth again; the table has rows of other times, which stay. */
    private void publishAndRollBack(String id, List<String> live) throws Exception {
        List<String> others = others();
        assertThat(others).hasSizeGreaterThan(10);
        assertThat(run("replay", "rollback", id, "--execute")).isEqualTo(ExitCode.PROBLEM.code());
        assertThat(console.err()).contains("REPLAY_NOT_READY");
        assertThat(run("replay", "publish", id)).as(console.err()).isZero();
        assertThat(console.out()).contains("2026-11-02T13:59", "add --execute to do it");
        assertThat(rows("gold.hourly", "n")).isEqualTo(live);

        assertThat(run("replay", "publish", id, "--execute")).as(console.err()).isZero();
        assertThat(console.out()).contains("replay " + id + " is published", "before-replay-" + id);
        assertThat(rows("gold.hourly", "n - 1000")).as("seed %d", SEED).isEqualTo(live);
        assertThat(others()).isEqualTo(others);
        assertThat(run("replay", "publish", id, "--execute")).isZero();
        assertThat(console.out()).contains("is published already");

        assertThat(run("replay", "rollback", id, "--reason", "wrong", "--execute", "-o", "json")).as(console.err())
                .isZero();
        assertThat(json().get("status").asText()).isEqualTo("rolled back");
        assertThat(rows("gold.hourly", "n")).as("seed %d", SEED).isEqualTo(live);
        assertThat(others()).isEqualTo(others);

        assertThat(run("replay", "publish", id, "--execute")).as(console.err()).isZero();
        assertThat(console.out()).contains("before-replay-" + id + "-2");
        assertThat(rows("gold.hourly", "n - 1000")).as("seed %d", SEED).isEqualTo(live);
        assertThat(others()).isEqualTo(others);

        assertThat(run("query", "-o", "csv", "SELECT action, subject, table_name, reason, from_snapshot <> to_snapshot "
                + "FROM millrace.audit WHERE table_name IS NOT NULL ORDER BY done_at")).as(console.err()).isZero();
        assertThat(console.out().lines().skip(1)).containsExactly("publish," + id + ",gold.hourly,,true",
                "rollback," + id + ",gold.hourly,wrong,true", "publish," + id + ",gold.hourly,,true");
    }

    /** The rows that are not of the range. */
    private List<String> others() {
        assertThat(run("query", "-o", "csv", "SELECT who, window_start, n FROM gold.hourly WHERE window_start < '"
                + FROM + "' OR window_start >= '" + TO + "' ORDER BY ALL")).as(console.err()).isZero();
        return console.out().lines().toList();
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--data", data.toString()));
        return console.run(project, all.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(console.out());
    }

    private long done(String id) {
        Console other = new Console();
        int code = other.run(project, "replay", "status", id, "--data", data.toString(), "-o", "json");
        try {
            return code == 0 ? new ObjectMapper().readTree(other.out()).get("done").asLong() : 0;
        } catch (IOException e) {
            throw new AssertionError(other.out(), e);
        }
    }

    /** The rows of the range. */
    private List<String> rows(String table, String count) {
        assertThat(run("query", "-o", "csv", "SELECT who, window_start, " + count + " AS n FROM " + table
                + " WHERE window_start >= '" + FROM + "' AND window_start < '" + TO + "' ORDER BY ALL"))
                .as(console.err()).isZero();
        return console.out().lines().toList();
    }

    /** Of topics, consumer groups and subjects. */
    private static Set<String> names(Platform platform) throws Exception {
        Set<String> names = new java.util.TreeSet<>();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.instance().bootstrapServers()));
                ConfluentRegistry registry = new ConfluentRegistry(platform.instance().registryUrl(), Map.of())) {
            names.addAll(admin.listTopics().names().get());
            admin.listGroups().all().get().forEach(g -> names.add(g.groupId()));
            names.addAll(registry.subjects());
        }
        names.remove("shop.replays");
        return names;
    }

    /** In three days, up to 70 minutes out of order, which is more than the contract allows. */
    private static void produce(Platform platform, Contract contract) {
        Random random = new Random(SEED);
        try (ConfluentRegistry registry = new ConfluentRegistry(platform.instance().registryUrl(), Map.of());
                var producer = new KafkaProducer<>(Map.of("bootstrap.servers", platform.instance().bootstrapServers()),
                        new ByteArraySerializer(), new ByteArraySerializer())) {
            AvroRowEncoder encoder = AvroRowEncoder.of(AvroTypes.toSchema(contract), contract.rowType(),
                    registry.register(contract.topic() + "-value", AvroTypes.toSchema(contract)));
            for (int i = 0; i < EVENTS; i++) {
                long seconds = Duration.ofDays(3).toSeconds() * i / EVENTS - random.nextInt(70 * 60);
                long at = ChronoUnit.MICROS.between(Instant.EPOCH, FIRST.plusSeconds(seconds));
                producer.send(new ProducerRecord<>(contract.topic(), i % 2, null,
                        encoder.encode(new Object[] {"v" + random.nextInt(5), at})));
            }
        }
    }

    private Path project(String name, String count) throws IOException {
        VisitsFolder shop = VisitsFolder.make(folder.resolve(name), 2, "  - {property: allowedLateness, value: 1h}");
        shop.write("models/gold/hourly.sql", """
            SELECT who, window_start, window_end, %s AS n
            FROM TABLE(TUMBLE(TABLE visits, DESCRIPTOR(at), INTERVAL '1' HOUR))
            GROUP BY who, window_start, window_end
            """.formatted(count));
        shop.write("models/gold/gold.yml", """
            models:
              - name: hourly
                config: {unique_key: [who, window_start]}
            """);
        return shop.path();
    }
}
