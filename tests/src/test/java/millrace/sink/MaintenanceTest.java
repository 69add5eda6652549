package millrace.sink;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Collectors;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.process.Patience;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.topic.WritableTopics;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.maintain.MaintenanceRules;
import millrace.sinks.iceberg.maintain.MaintenanceState;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.rewrite.RewriteRules;
import millrace.sinks.iceberg.run.Compaction;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.run.SinkState;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.statestores.rocksdb.StateMemory;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.Record;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables stay in few files while rows come and change, whoever is restarted meanwhile, and lose none. */
class MaintenanceTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_129L);
    private static final FieldType.Struct ROW = new FieldType.Struct(
            List.of(Field.required("id", new FieldType.Int64()), Field.required("version", new FieldType.Int64())));
    private static final FieldType.Struct KEY = new FieldType.Struct(List.of(ROW.fields().get(0)));
    private static final int KEYS = 400;
    private static final int ROUNDS = 60;
    private static final int FEW_FILES = 20;

    @TempDir
    Path folder;

    @Test
    void filesStayFewAndRowsStayRight() throws Exception {
        Random random = new Random(SEED);
        MemoryRegistry registry = new MemoryRegistry();
        AvroRowEncoder values = AvroRowEncoder.of(AvroTypes.toSchema("Row", ROW), ROW,
                registry.register("rows", AvroTypes.toSchema("Row", ROW)));
        AvroRowEncoder keys = AvroRowEncoder.of(AvroTypes.toSchema("key", KEY), KEY, 0);
        TableSpec all = new TableSpec("bronze", "rows", "rows", ROW, TableSpec.Layout.BRONZE, Optional.empty(),
                List.of(), List.of(), Duration.ofMillis(200), 128L << 20, Map.of());
        TableSpec newest = new TableSpec("gold", "rows", "rows", ROW, TableSpec.Layout.ENGINE, Optional.empty(),
                List.of(), List.of("version desc"), Duration.ofMillis(200), 128L << 20, Map.of())
                .ofNewest(List.of("id"));
        Map<Long, Long> expected = new TreeMap<>();
        long version = 0;
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"))) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            Catalog catalog = Catalogs.open(Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse")));
            MaintenanceRules often = new MaintenanceRules(Duration.ofMillis(300), Duration.ofSeconds(5),
                    Duration.ofMinutes(1), 2, RewriteRules::forTarget, Duration.ofSeconds(2), Duration.ofDays(1));
            SinkConfig config = SinkConfig.of("live", kafka)
                    .withIndexes(new SinkConfig.Indexes(folder.resolve("indexes"), StateMemory.USUAL))
                    .withMaintenance(new SinkConfig.Maintenance(2, 0, often));
            try (Admin admin = Admin.create(kafka);
                    KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka, new ByteArraySerializer(),
                            new ByteArraySerializer())) {
                WritableTopics.create(admin, List.of(
                        new NewTopic(SinkConfig.CONTROL_TOPIC, SinkConfig.CONTROL_PARTITIONS, (short) 1),
                        new NewTopic("rows", 2, (short) 1)));
                List<TableSpec> specs = List.of(all, newest);
                SinkRuntime landing = SinkRuntime.start(config, specs, Set.of(Role.STAGE, Role.COMMIT), catalog,
                        registry, Clock.systemUTC());
                SinkRuntime keeping = SinkRuntime.start(config, specs, Set.of(Role.MAINTAIN), catalog, registry,
                        Clock.systemUTC());
                try {
                    for (int round = 0; round < ROUNDS; round++) {
                        for (int i = 0; i < 40; i++) {
                            long id = random.nextInt(KEYS);
                            boolean gone = random.nextInt(8) == 0;
                            int length = keys.write(new Object[] {id});
                            byte[] key = Arrays.copyOf(keys.buffer(), length);
                            producer.send(new ProducerRecord<>("rows", key,
                                    gone ? null : values.encode(new Object[] {id, ++version})));
                            if (gone) {
                                expected.remove(id);
                            } else {
                                expected.put(id, version);
                            }
                        }
                        producer.flush();
                        Thread.sleep(250);
                        if (round % 25 == 24) {
                            landing.close();
                            landing = SinkRuntime.start(config, specs, Set.of(Role.STAGE, Role.COMMIT), catalog,
                                    registry, Clock.systemUTC());
                        }
                    }
                    SinkRuntime landed = landing;
                    SinkRuntime kept = keeping;
                    long records = ROUNDS * 40L;
                    Patience.until("all rows in the tables, in few files", Duration.ofMinutes(2),
                            () -> isAt(landed, records) && files(catalog, all) < FEW_FILES
                                    && files(catalog, newest) < FEW_FILES,
                            () -> landed.states() + " " + kept.maintenance() + ", files " + files(catalog, all)
                                    + " and "
                                    + files(catalog, newest));
                    assertThat(kept.maintenance().values()).hasSize(2).allSatisfy(
                            state -> assertThat(state.rewrites().done()).isPositive())
                            .extracting(MaintenanceState::problem)
                            .containsOnly(Optional.empty());
                    keeping.close();
                    MaintenanceState compacted = Compaction.run(config,
                            Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse")), newest,
                            Clock.systemUTC(), () -> false, soFar -> {});
                    assertThat(compacted.problem()).isEmpty();
                    assertThat(compacted.rewrites().unanswered()).isZero();
                    assertThat(files(catalog, newest)).isEqualTo(1);
                    assertThat(rows(catalog, newest, "id", "version")).as("seed %d", SEED)
                            .isEqualTo(expected.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).sorted()
                                    .toList());
                    assertThat(rows(catalog, all, "_topic_partition", "_offset")).doesNotHaveDuplicates()
                            .hasSize((int) records);
                } finally {
                    keeping.close();
                    landing.close();
                }
            }
        }
    }

    private static boolean isAt(SinkRuntime sink, long records) {
        return sink.states().values().stream().allMatch(state -> state instanceof SinkState.Running running
                && running.mark().isPresent() && running.mark().get().position().next().values().stream()
                        .mapToLong(Long::longValue).sum() == records);
    }

    private static int files(Catalog catalog, TableSpec spec) {
        return new IcebergTables(catalog).load(spec).map(Table::currentSnapshot)
                .map(s -> Integer.parseInt(s.summary().get("total-data-files"))).orElse(0);
    }

    private static List<String> rows(Catalog catalog, TableSpec spec, String... columns) throws Exception {
        List<String> rows = new ArrayList<>();
        try (TableRows all = TableRows.of(new IcebergTables(catalog).load(spec).orElseThrow())) {
            for (Record row : all) {
                rows.add(Arrays.stream(columns).map(c -> String.valueOf(row.getField(c)))
                        .collect(Collectors.joining(" ")));
            }
        }
        rows.sort(String::compareTo);
        return rows;
    }
}
