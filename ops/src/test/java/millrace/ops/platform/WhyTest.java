package millrace.ops.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

import millrace.ops.deploy.Deployment;
import millrace.ops.observe.TableStatus;
import millrace.ops.observe.Why;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.run.Role;
import millrace.schemas.time.EndMarker;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions that fall silent, on a whole platform: what the status says of them until everything has ended. */
class WhyTest {
    @TempDir
    Path folder;

    /** A topic of three partitions, and a model over it. Sends a second of event time after the other. */
    private static final class Source {
        private final KafkaProducer<byte[], byte[]> producer;
        private final String topic;
        private final String model;
        private Instant next;

        Source(KafkaProducer<byte[], byte[]> producer, String name, Instant start) {
            this.producer = producer;
            this.topic = "shop." + name;
            this.model = "gold." + name;
            next = start;
        }

        /** To the first so many partitions. */
        void go(int partitions) {
            for (int p = 0; p < partitions; p++) {
                send(p, next);
            }
            next = next.plusSeconds(1);
        }

        void send(int partition, Instant at) {
            producer.send(new ProducerRecord<>(topic, partition, null,
                    ("{\"id\": \"a\", \"at\": \"" + at + "\"}").getBytes(StandardCharsets.UTF_8)));
            producer.flush();
        }

        void end() {
            for (int p = 0; p < 3; p++) {
                producer.send(EndMarker.record(topic, p));
            }
            producer.flush();
        }
    }

    @Test
    void whatHoldsATableBackIsNamedAndSoIsWhatBecomesOfIt() throws Exception {
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(3_600);
        try (Platform platform = Platform.start(List.of(deployment()), Role.ALL,
                Profile.embedded(folder.resolve("data"), Profile.Ports.FREE), Clock.systemUTC());
                var producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", platform.instance().bootstrapServers()),
                        new ByteArraySerializer(), new ByteArraySerializer())) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(120))).as(platform.status().toString()).isTrue();

            // Nobody is idle before an hour has passed.
            Source patient = new Source(producer, "patient", start);
            await(platform, patient, "NOTHING_CAME", 0);
            assertThat(await(platform, patient, "NEVER_HAD_A_RECORD", 2).sentence()).startsWith("shop.patient-2 ");
            patient.send(2, start.minusSeconds(90));
            Why silent = await(platform, patient, "SILENT", 2);
            assertThat(silent.sentence()).startsWith("shop.patient-2 ").contains("idleTimeout 1h");
            assertThat(silent.sources()).hasSize(3).allSatisfy(s -> assertThat(s.watermark()).isPresent());
            assertThat(table(platform, patient).completeThrough()).contains(start.minusSeconds(90));

            // Idle after five seconds: the others go on without it, until nothing comes any more.
            Source hasty = new Source(producer, "hasty", start);
            hasty.send(2, start.minusSeconds(90));
            await(platform, hasty, "PASSED_OVER", 2);
            assertThat(await(platform, hasty, "ALL_QUIET", 0).remedy()).contains("millrace topic end shop.hasty");
            hasty.end();
            await(platform, hasty, "ENDED", 0);
            assertThat(table(platform, hasty).rows()).isPositive();
        }
    }

    private static TableStatus table(Platform platform, Source source) {
        return platform.status().table(source.model).orElseThrow();
    }

    /** Waits for a cause, while records come in the first so many partitions. */
    private static Why await(Platform platform, Source source, String cause, int busy) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(180).toNanos();
        TableStatus table = table(platform, source);
        while (!table.why().map(Why::cause).orElse("").equals(cause)) {
            assertThat(System.nanoTime()).as("%s: %s", cause, table).isLessThan(deadline);
            source.go(busy);
            Thread.sleep(500);
            table = table(platform, source);
        }
        return table.why().orElseThrow();
    }

    private Deployment deployment() throws Exception {
        Path project = folder.resolve("project");
        write(project.resolve("millrace.yaml"), """
            name: shop
            defaults: {commit.interval: 300ms}
            """);
        for (var source : Map.of("patient", "1h", "hasty", "5s").entrySet()) {
            write(project.resolve("contracts/" + source.getKey() + ".odcs.yaml"), """
                apiVersion: v3.2.0
                kind: DataContract
                id: shop.%1$s
                name: %1$s
                version: 1.0.0
                status: active
                schema:
                  - name: %1$s
                    physicalName: shop.%1$s
                    physicalType: topic
                    properties:
                      - {name: id, logicalType: string, required: true}
                      - {name: at, logicalType: timestamp, required: true}
                customProperties:
                  - {property: partitions, value: 3}
                  - {property: format, value: json}
                  - {property: eventTime, value: at}
                  - {property: disorder, value: 0s}
                  - {property: allowedLateness, value: 0s}
                  - {property: idleTimeout, value: %2$s}
                """.formatted(source.getKey(), source.getValue()));
            write(project.resolve("models/gold/" + source.getKey() + ".sql"), """
                SELECT id, window_start, COUNT(*) AS n
                FROM TABLE(TUMBLE(TABLE %s, DESCRIPTOR(at), INTERVAL '1' MINUTE))
                GROUP BY id, window_start, window_end
                """.formatted(source.getKey()));
        }
        return Deployment.read(Project.read(project, "dev", Map.of()));
    }

    private static void write(Path file, String text) throws Exception {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
