package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
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
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules of a platform that stops in the middle of a run, fails at another, and is asked by others. */
class ScheduleCommandTest {
    private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);
    private static final int LATE = 40;

    @TempDir
    Path folder;

    private final List<JsonNode> alerts = new CopyOnWriteArrayList<>();
    private VisitsFolder shop;
    private ShopCommands user;

    @Test
    void whatIsDueIsDoneOnceWhateverHappensMeanwhile() throws Exception {
        HttpServer hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/", exchange -> {
            alerts.add(new ObjectMapper().readTree(exchange.getRequestBody()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        hook.start();
        try {
            shop(hook.getAddress().getPort());
            try (Platform platform = start()) {
                nineDays(platform);
                assertThat(user.run("schedule", "list")).as(user.err()).isZero();
                assertThat(user.out()).contains("nightly", "amend", "30 2 1 1 *", "gold.hourly complete");
                assertThat(user.run("schedule", "run", "nightli")).isEqualTo(ExitCode.PROBLEM.code());
                assertThat(user.err()).contains("SCHEDULE_UNKNOWN", "nightly");
                // The day is not over for the table, and will not be.
                assertThat(user.run("schedule", "run", "report", "--key", "a")).as(user.err()).isZero();
                awaitRun("report#a", "given up");
                assertThat(user.out()).contains("CUT_TOO_EARLY");
                Patience.until(() -> "an alert", () -> !alerts.isEmpty());
                assertThat(alerts.get(0).get("run").asText()).isEqualTo("report#a");
                assertThat(alerts.get(0).get("attempt").asInt()).isEqualTo(2);
                assertThat(alerts.get(0).get("why").asText()).contains("was given up after 2 attempts");

                assertThat(user.run("schedule", "run", "nightly", "--key", "b", "-o", "json")).as(user.err()).isZero();
                assertThat(user.json().get("id").asText()).isEqualTo("nightly#b");
                awaitRun("nightly#b", "running");
            }
            assertThat(user.run("schedule", "list")).as("nothing runs").isZero();
            try (Platform platform = start()) {
                awaitRun("nightly#b", "done");
                assertThat(user.out()).contains(LATE + " late records taken in by 1 replay");
                assertThat(user.rows("SELECT sum(n) FROM gold.hourly WHERE window_start >= '" + TODAY.minusDays(5)
                        + "' AND window_start < '" + TODAY.minusDays(4) + "'")).containsExactly(Integer.toString(
                                200 + LATE));
                for (int i = 0; i < 2; i++) {
                    JsonNode asked = post(platform, "/v1/pipelines/shop/schedules/nightly/runs?key=b");
                    assertThat(asked.get("status").asText()).as("who asks again gets what was done").isEqualTo("DONE");
                }
                assertThat(post(platform, "/v1/pipelines/shop/schedules/tidy/runs?key=c").get("id").asText())
                        .isEqualTo("tidy#c");
                awaitRun("tidy#c", "done");
                Patience.until(() -> "the table of runs", () -> user.rows("SELECT count(*) FROM millrace.runs").get(0)
                        .equals("4"));
                assertThat(user.rows("SELECT id, action, status FROM millrace.runs ORDER BY ended_at")).containsExactly(
                        "shop/report#a/1,cut,failed", "shop/report#a/2,cut,given up",
                        "shop/nightly#b/1,amend,done", "shop/tidy#c/1,compact,done");
                assertThat(user.run("topics", "plan")).as(user.err()).isZero();
            }
        } finally {
            hook.stop(0);
        }
    }

    private void awaitRun(String run, String status) throws Exception {
        Patience.until(() -> user.out() + user.err(), () -> user.run("schedule", "runs") == 0 && user.out().lines()
                .anyMatch(l -> l.startsWith(run + " ") && l.contains(status)));
    }

    private JsonNode post(Platform platform, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return new ObjectMapper().readTree(client.send(HttpRequest.newBuilder(
                    URI.create(platform.instance().http()).resolve(path)).POST(HttpRequest.BodyPublishers.noBody())
                    .build(), HttpResponse.BodyHandlers.ofString()).body());
        }
    }

    private Platform start() throws InterruptedException {
        Project project = Project.read(shop.path(), "dev", Map.of());
        Platform platform = Platform.start(List.of(Deployment.read(project)), Role.ALL,
                project.profile().withData(folder.resolve("data")).withPorts(Profile.Ports.FREE), Clock.systemUTC());
        assertThat(platform.awaitRunning(Duration.ofSeconds(90))).as(platform.status().toString()).isTrue();
        return platform;
    }

    /** Two hundred a day, the last of them yesterday; and some of five days ago at the end. */
    private void nineDays(Platform platform) throws Exception {
        Contract contract = platform.deployments().get(0).pipeline().contracts().get(0);
        try (ConfluentRegistry registry = new ConfluentRegistry(platform.instance().registryUrl(), Map.of());
                var producer = new KafkaProducer<>(Map.of("bootstrap.servers", platform.instance().bootstrapServers()),
                        new ByteArraySerializer(), new ByteArraySerializer())) {
            AvroRowEncoder encoder = AvroRowEncoder.of(AvroTypes.toSchema(contract), contract.rowType(),
                    registry.register(contract.topic() + "-value", AvroTypes.toSchema(contract)));
            Instant first = TODAY.minusDays(9).atStartOfDay(ZoneOffset.UTC).toInstant();
            for (int i = 0; i < 1_800 + LATE; i++) {
                Instant at = i < 1_800
                        ? first.plusSeconds(i * 432L)
                        : TODAY.minusDays(5).atTime(12, i % 60).toInstant(ZoneOffset.UTC);
                producer.send(new ProducerRecord<>(contract.topic(), encoder.encode(new Object[] {"v" + i % 7,
                        ChronoUnit.MICROS.between(Instant.EPOCH, at)})));
            }
        }
        Patience.until(() -> platform.status().toString(), () -> platform.status().table("gold.hourly__late")
                .map(TableStatus::rows).filter(rows -> rows >= LATE).isPresent());
    }

    private void shop(int hook) throws IOException {
        shop = VisitsFolder.make(folder.resolve("shop"), 1, "  - {property: allowedLateness, value: 1h}");
        user = new ShopCommands(shop.path(), folder.resolve("data"));
        shop.write("millrace.yaml",
                """
                    name: shop
                    defaults:
                      commit.interval: 1s
                    schedules:
                      - {action: cut, name: report, complete: gold.hourly, cron: "0 0 1 1 *", tables: gold.hourly, retries: 1, backoff: 1s}
                      - {action: amend, name: nightly, cron: "30 2 1 1 *", last: 8d, after: report}
                      - {action: compact, name: tidy, cron: "0 4 1 1 *", tables: [gold.hourly]}
                    """);
        shop.write("profiles.yaml", "dev: {alerts.webhook: \"http://127.0.0.1:" + hook + "/alerts\"}\n");
        shop.write("models/gold/hourly.sql", """
            SELECT who, window_start, window_end, COUNT(*) AS n
            FROM TABLE(TUMBLE(TABLE visits, DESCRIPTOR(at), INTERVAL '1' HOUR))
            GROUP BY who, window_start, window_end
            """);
        shop.write("models/gold/gold.yml", """
            models:
              - name: hourly
                config: {unique_key: [who, window_start], partition_by: [day(window_start)]}
            """);
    }
}
