package millrace.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.schemas.contract.Column;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.EndMarker;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.topic.WritableTopics;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.commit.TableAdoption;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.run.SinkState;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sink on a real broker, a real catalog and real files: every record is in its table exactly once. */
class LandingTest {
    private static final FieldType.Struct ROW = new FieldType.Struct(
            List.of(Field.required("id", new FieldType.Int64()), Field.required("name", new FieldType.Text()),
                    Field.required("at", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true))));

    @TempDir
    static Path folder;
    private static EmbeddedBroker broker;
    private static Admin admin;
    private static Catalog catalog;
    private static KafkaProducer<byte[], byte[]> producer;
    private static final MemoryRegistry REGISTRY = new MemoryRegistry();
    private static int topics;

    private final List<SinkRuntime> running = new ArrayList<>();
    private final String topic = "clicks" + ++topics;
    private final TableSpec spec = new TableSpec("bronze", topic, topic, ROW, TableSpec.Layout.BRONZE,
            Optional.of(new TableSpec.Clock("at", Duration.ofSeconds(1))), List.of(), List.of(),
            Duration.ofMillis(300), 128L << 20, Map.of());
    private final int schema = REGISTRY.register(topic, AvroTypes.toSchema("Click", ROW));
    private final AvroRowEncoder encoder = AvroRowEncoder.of(AvroTypes.toSchema("Click", ROW), ROW, schema);
    private long ids;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(folder.resolve("kafka"));
        admin = Admin.create(kafka());
        WritableTopics.create(admin,
                List.of(new NewTopic(SinkConfig.CONTROL_TOPIC, SinkConfig.CONTROL_PARTITIONS, (short) 1)));
        producer = new KafkaProducer<>(kafka(), new ByteArraySerializer(), new ByteArraySerializer());
        catalog = Catalogs.open("test",
                Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse")));
    }

    @AfterAll
    static void stop() {
        producer.close();
        admin.close();
        broker.close();
    }

    @AfterEach
    void stopSinks() {
        running.forEach(SinkRuntime::close);
    }

    @Test
    void everyRecordIsLandedOnceOverARestart() throws Exception {
        createTopic();
        SinkRuntime first = sink(Role.STAGE, Role.COMMIT);
        produce(500);
        until(() -> rows() >= 200);
        produce(500);
        close(first);
        produce(500);
        sink(Role.STAGE, Role.COMMIT);
        until(() -> rows() >= 1_500);
        assertThat(idsInTable()).hasSize(1_500).allSatisfy((id, times) -> assertThat(times).isEqualTo(1));
        CommitMark mark = mark();
        assertThat(mark.position().next().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(1_500);
        assertThat(mark.completeThrough()).isPresent();
    }

    @Test
    void twoWorkerProcessesShareATopicAndOneLeaves() throws Exception {
        createTopic();
        sink(Role.COMMIT);
        SinkRuntime one = sink(Role.STAGE);
        produce(300);
        until(() -> rows() >= 100);
        sink(Role.STAGE);
        for (int i = 0; i < 10; i++) {
            produce(100);
            Thread.sleep(100);
        }
        close(one);
        produce(300);
        until(() -> rows() >= 1_600);
        assertThat(idsInTable()).hasSize(1_600).allSatisfy((id, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void aNewFieldEvolvesTheTable() throws Exception {
        createTopic();
        sink(Role.STAGE, Role.COMMIT);
        produce(100);
        var wider = new FieldType.Struct(List.of(ROW.fields().get(0), ROW.fields().get(1), ROW.fields().get(2),
                new Field("region", new FieldType.Text(), true)));
        int id = REGISTRY.register(topic, AvroTypes.toSchema("Click", wider));
        AvroRowEncoder after = AvroRowEncoder.of(AvroTypes.toSchema("Click", wider), wider, id);
        for (int i = 0; i < 100; i++) {
            send(after.encode(new Object[] {ids++, "n", 1_000_000L * i, "eu"}));
        }
        until(() -> rows() >= 200);
        assertThat(idsInTable()).hasSize(200);
        assertThat(table().schema().findField("region")).isNotNull();
    }

    @Test
    void aJsonTopicLandsAndItsTableFollowsTheContract() throws Exception {
        createTopic();
        List<Column> contract = ROW.fields().stream().map(Column::of).toList();
        SinkRuntime first = sink(spec.ofJson(contract), Role.STAGE, Role.COMMIT);
        for (int i = 0; i < 100; i++) {
            send(json(
                    "{\"id\": " + ids++ + ", \"name\": \"n\", \"at\": \"1970-01-01T00:00:01Z\", \"region\": \"eu\"}"));
        }
        send(json("{\"id\": "));
        for (int partition = 0; partition < 3; partition++) {
            producer.send(EndMarker.record(topic, partition));
        }
        until(() -> rows() >= 104);
        assertThat(column("id").values().stream().filter(Objects::nonNull)).hasSize(100);
        assertThat(column("_error").values()).filteredOn(Objects::nonNull).hasSize(4)
                .anyMatch(e -> e.toString().contains("JSON")).anyMatch(e -> e.toString().contains("end marker"));
        assertThat(mark().completeThrough()).hasValue(TaskWatermark.END);
        close(first);

        List<Column> wider = new ArrayList<>(contract);
        wider.add(Column.of(Field.optional("region", new FieldType.Text())));
        sink(spec.ofJson(wider), Role.STAGE, Role.COMMIT);
        for (int i = 0; i < 100; i++) {
            send(json("{\"id\": " + ids++ + ", \"region\": \"us\"}"));
        }
        until(() -> rows() >= 204);
        assertThat(column("region").values()).filteredOn("us"::equals).hasSize(100);
        assertThat(column("region").values()).as("read by the contract of then").doesNotContain("eu");
    }

    @Test
    void aCommitterWithAnOlderContractBlocksTheTableUntilItIsReplaced() throws Exception {
        createTopic();
        List<Column> contract = ROW.fields().stream().map(Column::of).toList();
        SinkRuntime older = sink(spec.ofJson(contract), Role.COMMIT);
        until(() -> new IcebergTables(catalog).load(spec).isPresent());
        List<Column> wider = new ArrayList<>(contract);
        wider.add(Column.of(Field.optional("region", new FieldType.Text())));
        SinkRuntime worker = sink(spec.ofJson(wider), Role.STAGE);
        send(json("{\"id\": 1, \"region\": \"us\"}"));
        until(() -> blockedBy(worker, SinkProblem.SCHEMA_NOT_EVOLVED));

        close(older);
        sink(spec.ofJson(wider), Role.COMMIT);
        until(() -> rows() == 1);
        assertThat(column("region").values()).containsExactly("us");
        until(() -> worker.states().get(spec.qualifiedName()) instanceof SinkState.Running);
    }

    @Test
    void aRecreatedTopicBlocksUntilTheTableIsAdopted() throws Exception {
        createTopic();
        SinkRuntime first = sink(Role.STAGE, Role.COMMIT);
        produce(100);
        until(() -> rows() >= 100);
        close(first);
        admin.deleteTopics(List.of(topic)).all().get();
        until(() -> !topicExists());
        createTopic();
        SinkRuntime sink = sink(Role.STAGE, Role.COMMIT);
        produce(50);
        until(() -> blockedBy(sink, SinkProblem.TOPIC_RECREATED));
        assertThat(rows()).isEqualTo(100);

        TableAdoption.of(new IcebergTables(catalog), spec, admin).execute();
        until(() -> rows() >= 150);
        assertThat(idsInTable()).hasSize(150);
        until(() -> sink.states().get(spec.qualifiedName()) instanceof SinkState.Running);
    }

    @Test
    void aTableRolledBackBySomeoneElseBlocksUntilItIsAdopted() throws Exception {
        createTopic();
        SinkRuntime first = sink(Role.STAGE, Role.COMMIT);
        produce(100);
        until(() -> rows() >= 100);
        close(first);
        long early = table().currentSnapshot().snapshotId();
        SinkRuntime second = sink(Role.STAGE, Role.COMMIT);
        produce(100);
        until(() -> rows() >= 200);
        close(second);
        table().manageSnapshots().setCurrentSnapshot(early).commit();
        SinkRuntime sink = sink(Role.STAGE, Role.COMMIT);
        until(() -> blockedBy(sink, SinkProblem.FOREIGN_ROLLBACK));

        TableAdoption.of(new IcebergTables(catalog), spec, admin).execute();
        until(() -> rows() >= 200);
        assertThat(idsInTable()).hasSize(200).allSatisfy((id, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void anUnreachableRegistryBlocksAndLandingGoesOn() throws Exception {
        createTopic();
        REGISTRY.down = true;
        SinkRuntime sink = sink(Role.STAGE, Role.COMMIT);
        produce(100);
        until(() -> blockedBy(sink, SinkProblem.REGISTRY_UNAVAILABLE));
        REGISTRY.down = false;
        until(() -> rows() >= 100);
        assertThat(idsInTable()).hasSize(100);
        until(() -> sink.states().get(spec.qualifiedName()) instanceof SinkState.Running);
    }

    @Test
    void whoStopsWhileBlockedTakesThatBack() throws Exception {
        createTopic();
        SinkRuntime watching = sink(Role.COMMIT);
        REGISTRY.down = true;
        SinkRuntime sink = sink(Role.STAGE);
        produce(10);
        until(() -> blockedBy(watching, SinkProblem.REGISTRY_UNAVAILABLE));
        close(sink);
        until(() -> !blockedBy(watching, SinkProblem.REGISTRY_UNAVAILABLE));
        REGISTRY.down = false;
    }

    private SinkRuntime sink(Role... roles) {
        return sink(spec, roles);
    }

    private SinkRuntime sink(TableSpec of, Role... roles) {
        SinkRuntime sink = SinkRuntime.start(SinkConfig.of("test-" + topic, kafka()), List.of(of), Set.of(roles),
                catalog, REGISTRY, Clock.systemUTC());
        running.add(sink);
        return sink;
    }

    private void close(SinkRuntime sink) {
        running.remove(sink);
        sink.close();
    }

    private boolean blockedBy(SinkRuntime sink, SinkProblem code) {
        return sink.states().get(spec.qualifiedName()) instanceof SinkState.Blocked b && b.problem().code() == code;
    }

    private void createTopic() throws Exception {
        WritableTopics.create(admin, List.of(new NewTopic(topic, 3, (short) 1)));
    }

    private boolean topicExists() {
        try {
            return admin.listTopics().names().get().contains(topic);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void produce(int count) {
        for (int i = 0; i < count; i++) {
            send(encoder.encode(new Object[] {ids, "name " + ids, 1_000_000L * ids++}));
        }
        producer.flush();
    }

    private void send(byte[] value) {
        producer.send(new ProducerRecord<>(topic, (int) (ids % 3), null, value));
    }

    private Table table() {
        return new IcebergTables(catalog).load(spec).orElseThrow();
    }

    private CommitMark mark() {
        return CommitMark.fromSummary(table().currentSnapshot().summary()).orElseThrow();
    }

    private long rows() {
        Optional<Table> table = new IcebergTables(catalog).load(spec);
        return table.map(Table::currentSnapshot).map(s -> Long.parseLong(s.summary().get("total-records"))).orElse(0L);
    }

    private Map<Long, Integer> idsInTable() throws Exception {
        Map<Long, Integer> times = new TreeMap<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table()).select("id").build()) {
            rows.forEach(row -> times.merge((Long) row.getField("id"), 1, Integer::sum));
        }
        return times;
    }

    /** Values of a column by partition and offset. */
    private Map<String, Object> column(String name) throws Exception {
        Map<String, Object> values = new TreeMap<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table()).build()) {
            rows.forEach(row -> values.put(row.getField("_topic_partition") + "-" + row.getField("_offset"),
                    row.getField(name)));
        }
        return values;
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1_200; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("did not come to be within a minute");
    }
}
