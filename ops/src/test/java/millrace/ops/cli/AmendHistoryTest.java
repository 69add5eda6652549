package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Random;
import millrace.ops.deploy.Deployment;
import millrace.ops.observe.TableStatus;
import millrace.ops.platform.Platform;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.run.Role;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.time.EndMarker;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of visits, of which no day can be computed alone, and visits that come days late. */
class AmendHistoryTest {
    private static final long SEED = Long.getLong("millrace.seed", 53);
    private static final LocalDate TODAY = LocalDate.now(ZoneOffset.UTC);
    private static final int LATE = 60;
    /** As DuckDB finds them: a visit begins one if there was none of the visitor for half an hour. */
    private static final String SESSIONS = "SELECT who, min(\"at\") AS first_at, count(*) AS n FROM (SELECT who, \"at\", "
            + "sum(CASE WHEN \"at\" - before <= INTERVAL 30 MINUTE THEN 0 ELSE 1 END) OVER (PARTITION BY who ORDER BY "
            + "\"at\", \"_topic_partition\", \"_offset\" ROWS UNBOUNDED PRECEDING) AS session FROM (SELECT who, \"at\", \"_topic_partition\", \"_offset\", lag(\"at\") OVER (PARTITION BY "
            + "who ORDER BY \"at\", \"_topic_partition\", \"_offset\") AS before FROM bronze.visits WHERE \"at\" IS NOT NULL)) GROUP BY who, session ORDER BY ALL";

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private VisitsFolder shop;
    private ShopCommands user;

    @Test
    void wholeHistoriesTakeLateVisitsInAndGoOn() throws Exception {
        shop();
        Deployment deployment = Deployment.read(Project.read(shop.path(), "dev", Map.of()));
        try (Platform platform = Platform.start(List.of(deployment), Role.ALL,
                Profile.embedded(folder.resolve("data"), Profile.Ports.FREE), Clock.systemUTC())) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(90))).as(platform.status().toString()).isTrue();
            Contract contract = deployment.pipeline().contracts().get(0);
            try (ConfluentRegistry registry = new ConfluentRegistry(platform.instance().registryUrl(), Map.of());
                    var producer = new KafkaProducer<>(
                            Map.of("bootstrap.servers", platform.instance().bootstrapServers()),
                            new ByteArraySerializer(), new ByteArraySerializer())) {
                AvroRowEncoder encoder = AvroRowEncoder.of(AvroTypes.toSchema(contract), contract.rowType(),
                        registry.register(contract.topic() + "-value", AvroTypes.toSchema(contract)));
                Instant first = TODAY.minusDays(9).atStartOfDay(ZoneOffset.UTC).toInstant();
                for (int i = 0; i < 1_600; i++) {
                    send(producer, contract, encoder, i % 2, first.plusSeconds(i * 432L));
                }
                for (int i = 0; i < LATE; i++) {
                    send(producer, contract, encoder, i % 2, TODAY.minusDays(5).atTime(12, i % 60)
                            .toInstant(ZoneOffset.UTC));
                }
                producer.flush();
                Patience.until(() -> platform.status().toString(), () -> platform.status().table("gold.sessions__late")
                        .map(TableStatus::rows).filter(rows -> rows >= LATE).isPresent());
                assertThat(user.run("replay", "amend", "--last", "8d")).as(user.err()).isZero();
                assertThat(user.out()).contains(LATE + " stay out: only a replay of everything could take them in: "
                        + "gold.sessions looks without end");
                assertThat(user.run("replay", "amend", "--last", "8d", "--history")).as(user.err()).isZero();
                assertThat(user.out()).contains(LATE + " late records would be taken in", "gold.sessions",
                        "nothing was changed");

                assertThat(user.run("replay", "amend", "--last", "8d", "--history", "--execute")).as(user.err())
                        .isZero();
                assertThat(user.out()).contains("gold.sessions are given out by shop-replay-");
                assertThat(user.run("replay", "amend", "--last", "8d", "--history", "--execute")).as(user.err())
                        .isZero();
                assertThat(user.out()).contains("there was nothing to do");

                // Rows that come then are counted by what has taken its place.
                for (int i = 1_600; i < 1_800; i++) {
                    send(producer, contract, encoder, i % 2, first.plusSeconds(i * 432L));
                }
                for (int p = 0; p < contract.partitions(); p++) {
                    producer.send(EndMarker.record(contract.topic(), p));
                }
            }
            Patience.until(() -> platform.status().toString(),
                    () -> user.rows("SELECT sum(n) FROM gold.sessions").get(0)
                            .equals(Integer.toString(1_800 + LATE)));
            Patience.until(() -> "bronze has all", () -> user.rows("SELECT count(\"at\") FROM bronze.visits").get(0)
                    .equals(Integer.toString(1_800 + LATE)));
            assertThat(user.rows("SELECT who, first_at, n FROM gold.sessions ORDER BY ALL")).as("seed %d", SEED)
                    .isEqualTo(user.rows(SESSIONS));
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, Contract contract, AvroRowEncoder encoder, int partition,
            Instant at) {
        producer.send(new ProducerRecord<>(contract.topic(), partition, null, encoder.encode(new Object[] {
                "v" + random.nextInt(5), ChronoUnit.MICROS.between(Instant.EPOCH, at)})));
    }

    private void shop() throws IOException {
        shop = VisitsFolder.make(folder.resolve("shop"), 2, "  - {property: allowedLateness, value: 1h}");
        user = new ShopCommands(shop.path(), folder.resolve("data"));
        shop.write("models/gold/sessions.sql", """
            SELECT who, MIN(at) AS first_at, window_start, window_end, COUNT(*) AS n
            FROM TABLE(SESSION(TABLE visits PARTITION BY who, DESCRIPTOR(at), INTERVAL '30' MINUTE))
            GROUP BY who, window_start, window_end
            """);
        shop.write("models/gold/gold.yml", """
            models:
              - name: sessions
                config: {unique_key: [who, window_start]}
            """);
    }
}
