package millrace.sink;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.process.Patience;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.topic.WritableTopics;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.maintain.MaintenanceRules;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.rewrite.RewriteRules;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.run.SinkState;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.statestores.rocksdb.StateMemory;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker with a topic of rows that come, change and go by key, and the tables that they land in. */
final class ChangingRows implements AutoCloseable {
    static final FieldType.Struct ROW = new FieldType.Struct(
            List.of(Field.required("id", new FieldType.Int64()), Field.required("version", new FieldType.Int64()),
                    Field.optional("name", new FieldType.Text()), Field.optional("share", new FieldType.Float64()),
                    Field.optional("amount", new FieldType.Decimal(20, 2))));
    private static final FieldType.Struct KEY = new FieldType.Struct(List.of(ROW.fields().get(0)));
    private static final String TOPIC = "rows";
    /** The same changes, as if they had been computed in another way. */
    static final String MENDED = "mended";
    /** How much later its versions are. */
    private static final long MENDED_BY = 1_000_000;

    private final Random random;
    private final int keyCount;
    private final Path folder;
    private final EmbeddedBroker broker;
    private final Catalog catalog;
    private final KafkaProducer<byte[], byte[]> producer;
    private final MemoryRegistry registry = new MemoryRegistry();
    private final AvroRowEncoder values = AvroRowEncoder.of(AvroTypes.toSchema("Row", ROW), ROW,
            registry.register(TOPIC, AvroTypes.toSchema("Row", ROW)));
    private final AvroRowEncoder keys = AvroRowEncoder.of(AvroTypes.toSchema("key", KEY), KEY, 0);
    private final Map<Long, Long> versions = new TreeMap<>();
    private long produced;
    private final List<Change> changes = new ArrayList<>();
    private int mended;

    private record Change(byte[] key, long id, long version, boolean gone) {}

    private ChangingRows(long seed, int keyCount, Path folder, EmbeddedBroker broker) {
        random = new Random(seed);
        this.keyCount = keyCount;
        this.folder = folder;
        this.broker = broker;
        catalog = Catalogs.open(catalogProperties());
        producer = new KafkaProducer<>(kafka(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    static ChangingRows start(long seed, int keyCount, Path folder)
            throws IOException, InterruptedException, ExecutionException {
        ChangingRows rows = new ChangingRows(seed, keyCount, folder, EmbeddedBroker.start(folder.resolve("kafka")));
        try (Admin admin = Admin.create(rows.kafka())) {
            WritableTopics.create(admin, List.of(
                    new NewTopic(SinkConfig.CONTROL_TOPIC, SinkConfig.CONTROL_PARTITIONS, (short) 1),
                    new NewTopic(TOPIC, 2, (short) 1), new NewTopic(MENDED, 2, (short) 1)));
        }
        return rows;
    }

    /** A table of all records. */
    static TableSpec bronze() {
        return table("bronze", TableSpec.Layout.BRONZE, List.of(), Map.of());
    }

    /** A table of the newest row of each key. */
    static TableSpec newest(String namespace, List<String> sortBy, Map<String, String> properties) {
        return table(namespace, TableSpec.Layout.ENGINE, sortBy, properties).ofNewest(List.of("id"));
    }

    private static TableSpec table(String namespace, TableSpec.Layout layout, List<String> sortBy,
            Map<String, String> properties) {
        return new TableSpec(namespace, "rows", TOPIC, ROW, layout, Optional.empty(), List.of(), sortBy,
                Duration.ofMillis(200), 128L << 20, properties);
    }

    Map<String, String> catalogProperties() {
        return Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
    }

    private Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    /** With maintenance that looks at the tables all the time, where that role is played. */
    SinkConfig config() {
        return config("live");
    }

    private SinkConfig config(String pipeline) {
        MaintenanceRules often = new MaintenanceRules(Duration.ofMillis(300), 64, Duration.ofSeconds(5),
                Duration.ofMinutes(1), 2, RewriteRules::forTarget, Duration.ofSeconds(2), Duration.ofSeconds(3),
                Duration.ofDays(1));
        return SinkConfig.of(pipeline, kafka())
                .withIndexes(new SinkConfig.Indexes(folder.resolve("indexes"), StateMemory.USUAL))
                .withMaintenance(new SinkConfig.Maintenance(2, 0, often));
    }

    SinkRuntime sink(List<TableSpec> specs, Set<Role> roles) {
        return sink("live", specs, roles);
    }

    /** Of another pipeline, which lands other tables of the same topics, or the same ones on other branches. */
    SinkRuntime sink(String pipeline, List<TableSpec> specs, Set<Role> roles) {
        return SinkRuntime.start(config(pipeline), specs, roles, catalog, registry, Clock.systemUTC());
    }

    Table table(TableSpec spec) {
        return new IcebergTables(catalog).load(spec).orElseThrow();
    }

    /** Produces changes of random keys, one in eight a delete, and flushes. */
    void change(int records) {
        for (int i = 0; i < records; i++) {
            long id = random.nextInt(keyCount);
            boolean gone = random.nextInt(8) == 0;
            byte[] key = Arrays.copyOf(keys.buffer(), keys.write(new Object[] {id}));
            long version = ++produced;
            producer.send(new ProducerRecord<>(TOPIC, key, gone ? null : values.encode(row(id, version))));
            changes.add(new Change(key, id, version, gone));
            if (gone) {
                versions.remove(id);
            } else {
                versions.put(id, version);
            }
        }
        producer.flush();
    }

    /** Writes the changes that it does not have yet to the other topic, with other versions, and flushes. */
    void mend() {
        for (; mended < changes.size(); mended++) {
            Change c = changes.get(mended);
            producer.send(new ProducerRecord<>(MENDED, c.key(),
                    c.gone() ? null : values.encode(row(c.id(), c.version() + MENDED_BY))));
        }
        producer.flush();
    }

    /** What the tables of the newest should have that are fed by the other topic. */
    List<String> expectedMended() {
        return versions.entrySet().stream().map(e -> text(i -> row(e.getKey(), e.getValue() + MENDED_BY)[i])).sorted()
                .toList();
    }

    String topicId(String topic) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(kafka())) {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).topicId().toString();
        }
    }

    IcebergTables tables() {
        return new IcebergTables(catalog);
    }

    private static Object[] row(long id, long version) {
        return new Object[] {id, version, version % 7 == 0 ? null : "n" + version % 13,
                version % 5 == 0 ? null : version / 4.0,
                version % 3 == 0 ? null : new BigDecimal(version % 2 == 0 ? -version : version).movePointLeft(2)};
    }

    long produced() {
        return produced;
    }

    /** The rows that the tables of the newest should have, as {@link #text}, in the order of those. */
    List<String> expected() {
        return versions.entrySet().stream().map(e -> text(i -> row(e.getKey(), e.getValue())[i])).sorted().toList();
    }

    /** A row's values separated by bars. */
    static String text(Function<Integer, Object> value) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < ROW.fields().size(); i++) {
            Object v = value.apply(i);
            texts.add(v instanceof BigDecimal d ? d.setScale(2).toPlainString() : String.valueOf(v));
        }
        return String.join("|", texts);
    }

    void awaitLanded(SinkRuntime sink) {
        Patience.until("all rows in the tables", Duration.ofMinutes(2), () -> hasLanded(sink),
                () -> sink.states().toString());
    }

    boolean hasLanded(SinkRuntime sink) {
        return sink.states().values().stream().allMatch(state -> state instanceof SinkState.Running running
                && running.mark().isPresent() && running.mark().get().position().next().values().stream()
                        .mapToLong(Long::longValue).sum() == produced);
    }

    int files(TableSpec spec) {
        return total(spec, "total-data-files");
    }

    int deleteFiles(TableSpec spec) {
        return total(spec, "total-delete-files");
    }

    private int total(TableSpec spec, String what) {
        return new IcebergTables(catalog).load(spec).map(Table::currentSnapshot)
                .map(s -> Integer.parseInt(s.summary().getOrDefault(what, "0"))).orElse(0);
    }

    /** What there is to read of a table: data files, each with what is deleted in it. */
    List<FileScanTask> toRead(TableSpec spec) throws IOException {
        List<FileScanTask> tasks = new ArrayList<>();
        try (CloseableIterable<FileScanTask> planned = new IcebergTables(catalog).load(spec).orElseThrow().newScan()
                .planFiles()) {
            planned.forEach(tasks::add);
        }
        return tasks;
    }

    /** The rows of a table, in some columns, as they are read by Iceberg's own reader. */
    List<String> rows(TableSpec spec, Function<Record, String> text) throws IOException {
        List<String> rows = new ArrayList<>();
        try (TableRows all = TableRows.of(new IcebergTables(catalog).load(spec).orElseThrow())) {
            all.forEach(row -> rows.add(text.apply(row)));
        }
        rows.sort(String::compareTo);
        return rows;
    }

    @Override
    public void close() {
        producer.close();
        broker.close();
        Catalogs.close(catalog);
    }
}
