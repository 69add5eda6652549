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
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.event.SinkEventCodec;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.function.FunctionLibrary;

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

    private static Activity activity() {
        return new Activity() {
            @Override
            public Optional<PipelineActivity> pipeline(String name) {
                return Optional.empty();
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
        Project project = new Project("shop", "", folder, Project.Defaults.STANDARD,
                Profile.embedded(folder.resolve("data"), Profile.Ports.FREE));
        return Deployment.of(project, List.of(contract), List.of(), List.of(), FunctionLibrary.builtIn(),
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
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)
                    .configs(Map.of("retention.ms", "-1")))).all().get();
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
