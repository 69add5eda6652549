package millrace.ops.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import millrace.ops.deploy.Deployment;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.schemas.contract.ContractFile;
import millrace.schemas.topic.WritableTopics;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.event.SinkEventCodec;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.file.Appended;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.topology.aggregate.Aggregates;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.sql.SqlCompiler;

class PlatformObserverTest {
    private static final String TOPIC = "shop.orders.v1";
    private static final String CONTROL = "millrace.control";

    @TempDir
    Path folder;

    @Test
    void whatIsShownIsReadFromTopicsAndTables() throws Exception {
        Deployment deployment = deployment();
        DeployedTable bronze = deployment.tables().getFirst();
        Map<String, String> properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        Catalog catalog = Catalogs.open(properties);
        Instant start = Instant.parse("2026-11-19T10:00:00Z");
        var clock = new Object() {
            Instant now = start;
        };
        Activity works = activity();
        Map<String, Object> kafka;
        PlatformObserver observer;
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"))) {
            kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (PlatformObserver nothingYet = new PlatformObserver(List.of(deployment), kafka, CONTROL, properties,
                    works, () -> clock.now)) {
                TableStatus before = nothingYet.status().table("bronze.orders").orElseThrow();
                assertThat(before.condition()).isEqualTo(Condition.EMPTY);
                assertThat(before.explanation()).contains("does not exist yet");
            }
            createTopic(kafka, TOPIC, 2);
            createTopic(kafka, CONTROL, 16);
            send(kafka, 0, start.minusSeconds(300), 10);
            send(kafka, 0, start.minusSeconds(120), 5);
            Table table = new IcebergTables(catalog).loadOrCreate(bronze.spec());
            commit(table, Map.of(0, 10L));

            observer = new PlatformObserver(List.of(deployment), kafka, CONTROL, properties, works, () -> clock.now);
            TableStatus behind = observer.status().table("bronze.orders").orElseThrow();
            assertThat(behind.condition()).isEqualTo(Condition.BEHIND);
            assertThat(behind.lag()).isEqualTo(5);
            assertThat(behind.partitions()).containsExactly(new TableStatus.PartitionStatus(0, 10, 0, 15),
                    new TableStatus.PartitionStatus(1, 0, 0, 0));
            assertThat(behind.newest()).contains(start.minusSeconds(300));
            assertThat(behind.waiting()).contains(Duration.ofSeconds(120));
            assertThat(behind.completeThrough()).contains(Instant.parse("2026-11-19T09:59:00Z"));

            commit(table, Map.of(0, 15L));
            TableStatus current = next(observer).table("bronze.orders").orElseThrow();
            assertThat(current.lag()).isZero();
            assertThat(current.waiting()).isEmpty();
            assertThat(current.freshness()).contains(Duration.ofSeconds(120));
            assertThat(current.condition()).isEqualTo(Condition.STALE);

            // What workers say on the control topic is heard, also by an observer that starts afterwards.
            say(kafka, new SinkEvent.Blocked(table.uuid(), "worker-1", "TOPIC_RECREATED", "another id", "adopt it",
                    start.minusSeconds(9)));
            clock.now = Instant.now();
            assertThat(next(observer).blocked()).containsExactly(
                    new Blocked("bronze.orders", "TOPIC_RECREATED", "another id", "adopt it", start.minusSeconds(9)));
            try (PlatformObserver later = new PlatformObserver(List.of(deployment), kafka, CONTROL, properties, works,
                    () -> clock.now)) {
                assertThat(later.status().table("bronze.orders").orElseThrow().condition())
                        .isEqualTo(Condition.BLOCKED);
            }
            say(kafka, new SinkEvent.Unblocked(table.uuid(), "worker-1"));
            assertThat(next(observer).blocked()).isEmpty();
            assertThat(observer.status().pipelines().getFirst().state()).isEqualTo("not running");
        }
        // The broker is gone: the status still answers, says so, and shows what was last seen.
        Status without = next(observer);
        assertThat(without.condition()).isEqualTo(Condition.BLOCKED);
        assertThat(without.blocked()).extracting(Blocked::code).containsOnly("BROKER_UNAVAILABLE");
        assertThat(without.table("bronze.orders").orElseThrow().partitions()).hasSize(2);
        observer.close();
    }

    @Test
    void rowsThatModelsRefuseAreCountedBesideThoseOfContracts() throws Exception {
        Deployment deployment = deployment(Model.of("gold", "totals", "models/gold/totals.sql",
                "SELECT id, COUNT(*) AS n FROM orders GROUP BY id"), "id");
        Map<String, String> properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        Catalog catalog = Catalogs.open(properties);
        TableSpec refused = deployment.tables().stream().map(DeployedTable::spec)
                .filter(t -> t.qualifiedName().equals("quarantine.gold_totals")).findFirst().orElseThrow();
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"))) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            createTopic(kafka, CONTROL, 16);
            refuse(new IcebergTables(catalog).loadOrCreate(refused), refused, "EXPRESSION_FAILED", "EXPRESSION_FAILED",
                    "KEY_MISSING");
            try (PlatformObserver observer = new PlatformObserver(List.of(deployment), kafka, CONTROL, properties,
                    activity(), Instant::now)) {
                Status status = observer.status();
                assertThat(status.tables()).extracting(TableStatus::name).containsExactly("bronze.orders",
                        "gold.totals", "quarantine.gold_totals", "quarantine.orders");
                assertThat(status.quarantine()).containsExactly(
                        new QuarantineStatus("shop", "orders", "bronze.orders", TOPIC + ".quarantine",
                                "quarantine.orders", 0, 0, Map.of()),
                        new QuarantineStatus("shop", "gold.totals", "gold.totals", "shop.gold.totals.quarantine",
                                "quarantine.gold_totals", 3, 0, Map.of("EXPRESSION_FAILED", 2L, "KEY_MISSING", 1L)));
            }
        }
    }

    private static void refuse(Table table, TableSpec spec, String... reasons) {
        var schema = AvroTypes.toSchema("Refused", spec.columns());
        AvroRowEncoder encoder = AvroRowEncoder.of(schema, spec.columns(), 1);
        StagedWriter writer = StagedWriter.open(table, spec, id -> schema, "w");
        for (int i = 0; i < reasons.length; i++) {
            Object[] row = new Object[spec.columns().fields().size()];
            Map.of("topic", TOPIC, "topic_id", new UUID(0, 0), "partition", 0, "offset", (long) i, "timestamp", 0L,
                    "headers", Map.of(), "contract", "", "contract_version", "", "reason", reasons[i])
                    .forEach((column, value) -> row[spec.columns().indexOf(column)] = value);
            assertThat(writer.append(0, i, 0, null, encoder.encode(row), null)).isEqualTo(Appended.WRITTEN);
        }
        var append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();
    }

    private static Activity activity() {
        return new Activity() {
            @Override
            public Optional<PipelineActivity> pipeline(String name) {
                return Optional.empty();
            }

            @Override
            public Map<String, Blocked> tables() {
                return Map.of();
            }

            @Override
            public boolean fillsTables() {
                return true;
            }

            @Override
            public List<Blocked> blocked() {
                return List.of();
            }
        };
    }

    /** The next look, not the one that is remembered for a moment. */
    private static Status next(PlatformObserver observer) throws InterruptedException {
        Thread.sleep(1_000);
        return observer.status();
    }

    private Deployment deployment() {
        return deployment(List.of());
    }

    private Deployment deployment(Model model, String key) {
        return deployment(List.of(new Model(model.layer(), model.name(), model.sqlFile(), model.sql(), "", List.of(),
                Model.Config.DEFAULT.withUniqueKey(List.of(key)).withRetention(Model.Config.FOREVER))));
    }

    private Deployment deployment(List<Model> models) {
        var contract = ContractFile.read("contracts/orders.odcs.yaml", """
            apiVersion: v3.2.0
            kind: DataContract
            id: shop.orders
            name: orders
            version: 1.0.0
            status: active
            schema:
              - name: orders
                physicalName: shop.orders.v1
                physicalType: topic
                properties:
                  - {name: id, logicalType: string, required: true}
            slaProperties:
              - {property: freshness, value: 60, unit: s}
            customProperties:
              - {property: partitions, value: 2}
            """);
        Project project = new Project("shop", "", folder, Project.Defaults.STANDARD, Map.of(),
                Profile.embedded(folder.resolve("data"), Profile.Ports.FREE));
        FunctionLibrary functions = FunctionLibrary.builtIn();
        return Deployment.of(project, List.of(contract), models,
                SqlCompiler.compile(List.of(contract), models, functions), functions,
                Aggregates.builtIn());
    }

    private static void commit(Table table, Map<Integer, Long> position) {
        table.refresh();
        var append = table.newAppend();
        append.set("millrace.position", new SourcePosition("id", new java.util.TreeMap<>(position)).toJson());
        append.set("millrace.complete-through", "2026-11-19T09:59:00Z");
        append.commit();
    }

    private static void createTopic(Map<String, Object> kafka, String name, int partitions) throws Exception {
        try (Admin admin = Admin.create(kafka)) {
            WritableTopics.create(admin, List.of(new NewTopic(name, partitions, (short) 1)
                    .configs(Map.of("retention.ms", "-1"))));
        }
    }

    private static void send(Map<String, Object> kafka, int partition, Instant at, int count) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(new ProducerRecord<>(TOPIC, partition, at.toEpochMilli(), null,
                    "x".getBytes(StandardCharsets.UTF_8)));
        }
        send(kafka, records);
    }

    private static void say(Map<String, Object> kafka, SinkEvent event) {
        UUID table = event.table();
        send(kafka, List.of(new ProducerRecord<>(CONTROL, SinkEventCodec.partition(table, 16),
                SinkEventCodec.key(table), SinkEventCodec.encode(event))));
    }

    private static void send(Map<String, Object> kafka, List<ProducerRecord<byte[], byte[]>> records) {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            records.forEach(producer::send);
            producer.flush();
        }
    }
}
