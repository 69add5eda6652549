package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import millrace.ops.deploy.Deployment;
import millrace.ops.platform.Platform;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.run.Role;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.EndMarker;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka lets go half of what a replay has to read, and then all of it: the replay goes on in bronze, and gives what it gave
 * before, from Avro, JSON and changes, from good records and from such as cannot be read.
 */
class BronzeReplayTest {
    private static final long SEED = Long.getLong("millrace.seed", 52);
    private static final Instant FIRST = Instant.parse("2026-11-01T00:00:00Z");
    private static final String[] EVERYTHING = {"--select",
            "silver.visits silver.orders silver.customers gold.hourly"};
    private static final String[] A_RANGE = {"--select", "gold.hourly", "--from", "2026-11-01T12:00", "--to",
            "2026-11-02T12:00"};
    private static final int EVENTS = 3_000;

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private final long now = System.currentTimeMillis() - EVENTS;
    private final Console console = new Console();
    private Path data;

    @Test
    void whatKafkaHasLetGoIsReplayedFromBronze() throws Exception {
        project();
        data = folder.resolve("data");
        Deployment deployment = Deployment.read(Project.read(folder, "dev", Map.of()));
        try (Platform platform = Platform.start(List.of(deployment), Role.ALL,
                Profile.embedded(data, Profile.Ports.FREE), Clock.systemUTC())) {
            assertThat(platform.awaitRunning(Duration.ofSeconds(90))).as(platform.status().toString()).isTrue();
            List<Contract> contracts = deployment.pipeline().contracts();
            produce(platform, contracts);
            Patience.until(() -> "everything is in the tables: " + platform.status().tables(),
                    () -> platform.status().tables().stream()
                            .filter(t -> !t.name().startsWith("quarantine") && !t.name().endsWith("__late"))
                            .allMatch(
                                    t -> t.completeThrough().filter(c -> c.isAfter(FIRST.plus(Duration.ofDays(9_000))))
                                            .isPresent()));

            Outcome everything = replay(EVERYTHING);
            Outcome range = replay(A_RANGE);
            assertThat(everything.fromBronze()).isEqualTo(0);
            assertThat(everything.refused()).isGreaterThan(100);
            assertThat(everything.rows()).allMatch(rows -> rows.size() > 20);

            letGo(platform, contracts, 0.5);
            Outcome half = replay(EVERYTHING);
            // Of the topic that is compacted all is read from bronze.
            assertThat(half.fromBronze()).isBetween(2L * EVENTS, 2L * EVENTS + 10);
            assertThat(half.unlike(everything)).as("seed %d", SEED).isEmpty();

            letGo(platform, contracts, 1);
            Outcome all = replay(A_RANGE);
            assertThat(all.fromBronze()).isGreaterThan(1_000);
            assertThat(all.unlike(range)).as("seed %d", SEED).isEmpty();
        }
    }

    /**
     * What a replay has come to.
     *
     * @param rows of each branch
     * @param refused records that went to quarantine
     */
    private record Outcome(List<List<String>> rows, long refused, long fromBronze) {
        /** The first rows of a table that one of the two has more often. */
        List<String> unlike(Outcome other) {
            List<String> unlike = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                unlike.addAll(less(rows.get(i), other.rows().get(i)).map(r -> "only here: " + r).toList());
                unlike.addAll(less(other.rows().get(i), rows.get(i)).map(r -> "only there: " + r).toList());
            }
            if (refused != other.refused()) {
                unlike.add("refused " + refused + ", " + other.refused());
            }
            return unlike;
        }

        private static Stream<String> less(List<String> rows, List<String> others) {
            List<String> rest = new LinkedList<>(rows);
            others.forEach(rest::remove);
            return rest.stream().limit(30);
        }
    }

    private Outcome replay(String... range) throws IOException {
        JsonNode plan = json(with(range, "replay", "plan", "-o", "json"));
        String id = plan.get("id").asText();
        long fromBronze = 0;
        for (JsonNode read : plan.get("reads")) {
            fromBronze += read.get("fromBronze").asLong();
        }
        JsonNode done = json(with(range, "replay", "start", "--execute", "-o", "json"));
        assertThat(done.get("status").asText()).isEqualTo("finished");
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode table : done.get("tables")) {
            String[] name = table.asText().split("\\.", 2);
            assertThat(run("query", "-o", "csv", "SELECT * FROM " + name[0] + ".\"" + name[1] + "\" ORDER BY ALL"))
                    .as(console.err()).isZero();
            rows.add(console.out().lines().toList());
        }
        long refused = json("replay", "status", id, "-o", "json").get("quarantined").asLong();
        assertThat(run("replay", "cancel", id, "--execute")).as(console.err()).isZero();
        return new Outcome(rows, refused, fromBronze);
    }

    private static String[] with(String[] rest, String... first) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(rest));
        return all.toArray(String[]::new);
    }

    private JsonNode json(String... command) throws IOException {
        assertThat(run(command)).as(String.join(" ", command) + "\n" + console.err()).isZero();
        return new ObjectMapper().readTree(console.out());
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--data", data.toString()));
        return console.run(folder, all.toArray(String[]::new));
    }

    /** As retention does, of each partition the first part; changes are compacted instead. */
    private static void letGo(Platform platform, List<Contract> contracts, double part) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.instance().bootstrapServers()))) {
            Map<TopicPartition, OffsetSpec> ask = new HashMap<>();
            for (Contract contract : contracts) {
                if (contract.kind() == Contract.Kind.CHANGELOG) {
                    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, contract.topic());
                    admin.incrementalAlterConfigs(Map.of(topic, List.of(new AlterConfigOp(
                            new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET)))).all().get();
                } else {
                    for (int p = 0; p < contract.partitions(); p++) {
                        ask.put(new TopicPartition(contract.topic(), p), OffsetSpec.latest());
                    }
                }
            }
            admin.deleteRecords(admin.listOffsets(ask).all().get().entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey,
                            e -> RecordsToDelete.beforeOffset((long) (e.getValue().offset() * part)))))
                    .all().get();
        }
    }

    private void produce(Platform platform, List<Contract> contracts) {
        try (ConfluentRegistry registry = new ConfluentRegistry(platform.instance().registryUrl(), Map.of());
                var producer = new KafkaProducer<>(Map.of("bootstrap.servers", platform.instance().bootstrapServers()),
                        new ByteArraySerializer(), new ByteArraySerializer())) {
            for (Contract contract : contracts) {
                for (int i = 0; i < EVENTS; i++) {
                    ProducerRecord<byte[], byte[]> record = switch (contract.name()) {
                        case "visits" -> visit(contract, encoder(registry, contract), i);
                        case "orders" -> order(contract, i);
                        default -> customer(contract, registry, i);
                    };
                    if (random.nextInt(3) == 0) {
                        record.headers().add("trace", random.nextBoolean() ? bytes("t" + i) : null).add("trace",
                                bytes(""));
                    }
                    producer.send(record);
                }
                for (int p = 0; p < contract.partitions(); p++) {
                    producer.send(EndMarker.record(contract.topic(), p));
                }
            }
        }
    }

    private static AvroRowEncoder encoder(ConfluentRegistry registry, Contract contract) {
        return AvroRowEncoder.of(AvroTypes.toSchema(contract), contract.rowType(),
                registry.register(contract.topic() + "-value", AvroTypes.toSchema(contract)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** In three days, up to 70 minutes out of order, which is more than the contract allows. */
    private long time(int event) {
        long seconds = Duration.ofDays(3).toSeconds() * event / EVENTS - random.nextInt(70 * 60);
        return ChronoUnit.MICROS.between(Instant.EPOCH, FIRST.plusSeconds(seconds)) + random.nextInt(1_000_000);
    }

    private ProducerRecord<byte[], byte[]> visit(Contract contract, AvroRowEncoder encoder, int i) {
        Object[] row = {"v" + random.nextInt(5), time(i), random.nextInt(4) == 0
                ? null
                : BigDecimal.valueOf(
                        random.nextInt(100_000), 2),
                random.nextInt(9) == 0 ? null : List.of("a", "b" + i),
                random.nextInt(20_000), random.nextBoolean(), new UUID(SEED, i), random.nextDouble(),
                new Object[] {random.nextBoolean() ? "x" : null, random.nextInt()},
                random.nextInt(25) == 0 ? -1L : random.nextInt(50), new byte[] {(byte) i, 0}};
        byte[] value = switch (random.nextInt(40)) {
            case 0 -> null;
            case 1 -> bytes("no Avro");
            default -> encoder.encode(row);
        };
        return new ProducerRecord<>(contract.topic(), i % 2, now + i, bytes("k" + i), value);
    }

    private ProducerRecord<byte[], byte[]> order(Contract contract, int i) {
        String at = Instant.EPOCH.plus(time(i), ChronoUnit.MICROS).toString();
        String value = switch (random.nextInt(30)) {
            case 0 -> "{}";
            case 1 -> "{\"unknown\": 3}";
            case 2 -> "nothing";
            case 3 -> null;
            case 4 -> "{\"id\": " + i + ", \"at\": \"" + at + "\", \"total\": \"much\"}";
            case 5 -> "{\"id\": null, \"at\": \"" + at + "\"}";
            case 6 -> "{\"id\": " + i + ", \"at\": \"" + at + "\", \"note\": null, \"source\": null}";
            default -> "{ \"at\": \"" + at + "\", \"id\": " + i + ", \"total\": " + i + ".25, \"weight\": 0."
                    + random.nextInt(1000) + "e3, \"more\": [1], \"lines\": [{\"sku\": \"s" + i + "\"}]}";
        };
        return new ProducerRecord<>(contract.topic(), i % 2, null, value == null ? null : bytes(value));
    }

    private ProducerRecord<byte[], byte[]> customer(Contract contract, ConfluentRegistry registry, int i) {
        FieldType.Struct keyType = new FieldType.Struct(List.of(Field.required("who", new FieldType.Text())));
        var keySchema = AvroTypes.toSchema("test.Key", keyType);
        byte[] key = AvroRowEncoder.of(keySchema, keyType, registry.register(contract.topic() + "-key", keySchema))
                .encode(new Object[] {"v" + i % 40});
        byte[] value = random.nextInt(4) == 0
                ? null
                : encoder(registry, contract).encode(new Object[] {"v" + i % 40, "tier " + random.nextInt(9)});
        return new ProducerRecord<>(contract.topic(), i % 2, key, value);
    }

    private void project() throws IOException {
        write("millrace.yaml", """
            name: shop
            defaults:
              commit.interval: 1s
            """);
        contract("visits", """
            - {name: who, logicalType: string, required: true}
            - {name: at, logicalType: timestamp, required: true}
            - {name: price, logicalType: number, physicalType: 'decimal(10,2)'}
            - {name: tags, logicalType: array, items: {logicalType: string}}
            - {name: seen, logicalType: date}
            - {name: ok, logicalType: boolean}
            - {name: uid, logicalType: string, logicalTypeOptions: {format: uuid}}
            - {name: score, logicalType: number, physicalType: double}
            - name: detail
              logicalType: object
              properties:
                - {name: a, logicalType: string}
                - {name: b, logicalType: integer, physicalType: int}
            - name: n
              logicalType: integer
              physicalType: long
              required: true
              logicalTypeOptions: {minimum: 0}
            - {name: raw, logicalType: string, physicalType: bytes}
            """, """
            - {property: eventTime, value: at}
            - {property: disorder, value: 1m}
            - {property: allowedLateness, value: 1h}
            """);
        contract("orders", """
            - {name: id, logicalType: integer, physicalType: long, required: true}
            - {name: at, logicalType: timestamp, required: true}
            - {name: total, logicalType: number, physicalType: 'decimal(12,2)'}
            - {name: note, logicalType: string}
            - {name: source, logicalType: string, customProperties: [{property: default, value: web}]}
            - {name: weight, logicalType: number, physicalType: float}
            - name: lines
              logicalType: array
              items:
                logicalType: object
                properties:
                  - {name: sku, logicalType: string}
            """, """
            - {property: format, value: json}
            - {property: eventTime, value: at}
            - {property: disorder, value: 1m}
            """);
        contract("customers", """
            - {name: who, logicalType: string, required: true}
            - {name: tier, logicalType: string}
            """, """
            - {property: kind, value: changelog}
            - {property: key, value: who}
            """);
        write("models/silver/visits.sql",
                "SELECT who, at, price, tags, seen, ok, uid, score, detail, n, raw FROM visits");
        write("models/silver/orders.sql", "SELECT id, at, total, note, source, weight, lines FROM orders");
        write("models/silver/customers.sql", "SELECT who, tier FROM customers");
        write("models/silver/silver.yml", """
            models:
              - name: customers
                config: {unique_key: [who]}
            """);
        write("models/gold/hourly.sql", """
            SELECT who, window_start, window_end, COUNT(*) AS visits, SUM(score) AS score
            FROM TABLE(TUMBLE(TABLE visits, DESCRIPTOR(at), INTERVAL '1' HOUR))
            GROUP BY who, window_start, window_end
            """);
        write("models/gold/gold.yml", """
            models:
              - name: hourly
                config: {unique_key: [who, window_start]}
            """);
    }

    private void contract(String name, String columns, String properties) throws IOException {
        write("contracts/" + name + ".odcs.yaml", """
            apiVersion: v3.2.0
            kind: DataContract
            id: shop.%1$s
            name: %1$s
            version: 1.0.0
            status: active
            schema:
              - name: %1$s
                physicalName: shop.%1$s.v1
                physicalType: topic
                properties:
            """.formatted(name) + columns.indent(6) + "customProperties:\n  - {property: partitions, value: 2}\n"
                + properties.indent(2));
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
