package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.process.Patience;
import millrace.schemas.contract.Contract;
import millrace.schemas.topic.WritableTopics;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.statestores.rocksdb.StateMemory;
import millrace.topology.model.Model;
import millrace.topology.run.PipelineRun;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.Record;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a changelog with deletes the rows that there are come out, are counted, land in a table, and are the same in a replay. */
class ChangelogTest {
    private static final long SEED = Long.getLong("millrace.seed", 73);
    private static final int PARTITIONS = 3;
    private static final long START = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli() * 1000;
    private static final String ROWS = "silver.states";
    private static final String COUNTS = "gold.digits";

    @TempDir
    Path folder;

    @Test
    void theRowsThatThereAre() throws Exception {
        List<History.Event> events = events(new Random(SEED));
        Map<String, Long> truth = new TreeMap<>();
        events.forEach(e -> {
            if (e.amount() == null) {
                truth.remove(e.who());
            } else {
                truth.put(e.who(), e.amount());
            }
        });
        Catalog catalog = Catalogs.open(Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse")));
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Scene scene = new Scene(broker.bootstrapServers(), folder, List.of(source()), models());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            WritableTopics.create(admin,
                    List.of(new NewTopic(SinkConfig.CONTROL_TOPIC, SinkConfig.CONTROL_PARTITIONS, (short) 1)));
            TableSpec table = scene.tables("live").stream().filter(t -> t.name().equals(ROWS)).findFirst().orElseThrow()
                    .spec();
            assertThat(table.layout()).isEqualTo(TableSpec.Layout.NEWEST);
            SinkConfig config = SinkConfig.of("live", Map.of("bootstrap.servers", broker.bootstrapServers()))
                    .withIndexes(new SinkConfig.Indexes(folder.resolve("indexes"), StateMemory.USUAL));
            try (SinkRuntime sink = SinkRuntime.start(config, List.of(table), Set.of(Role.STAGE, Role.COMMIT), catalog,
                    scene.registry(), Clock.systemUTC())) {
                try (PipelineRun run = scene.start("live", "a", 2, Crash.atRow(1_500))) {
                    Scene.awaitRunning(run);
                    scene.produce("states", events.subList(0, events.size() / 2));
                }
                // Another instance, without the disk of the first.
                try (PipelineRun run = scene.start("live", "b", 3)) {
                    Scene.awaitRunning(run);
                    scene.produce("states", events.subList(events.size() / 2, events.size()));
                    scene.end();
                    scene.awaitEnd("live");
                    assertThat(scene.rows("live", ROWS)).as("seed %d", SEED).isEqualTo(rows(truth));
                    assertThat(scene.rows("live", COUNTS)).as("seed %d", SEED).isEqualTo(counts(truth));
                    Patience.until("the rows in the table", Duration.ofMinutes(2),
                            () -> landed(catalog, table).equals(rows(truth)), () -> sink.states().toString());
                }
            }
            try (PipelineRun run = scene.startReplay("replay", "live", 1)) {
                Scene.awaitRunning(run);
                scene.awaitEnd("replay");
            }
            assertThat(scene.rows("replay", ROWS)).as("seed %d", SEED).isEqualTo(rows(truth));
            assertThat(scene.rows("replay", COUNTS)).as("seed %d", SEED).isEqualTo(counts(truth));
        } finally {
            Catalogs.close(catalog);
        }
    }

    /** Each key in one partition, as a producer's partitioner has it; a fourth of the records are deletes. */
    private static List<History.Event> events(Random random) {
        List<History.Event> events = new ArrayList<>();
        for (int i = 0; i < 6_000; i++) {
            int who = random.nextInt(400);
            Long amount = random.nextInt(4) == 0 ? null : (Long) (long) random.nextInt(1_000);
            events.add(new History.Event(who % PARTITIONS, i, "w" + who, amount, 0.5,
                    START + i * 20_000L - random.nextInt(5_000_000)));
        }
        return events;
    }

    private static Scene.Source source() {
        return new Scene.Source("states", "states", PARTITIONS, Duration.ofSeconds(1), Duration.ofSeconds(10),
                Duration.ofMinutes(15), Contract.Kind.CHANGELOG);
    }

    private static List<Model> models() {
        return List.of(
                model(ROWS, "SELECT who, amount FROM states", Model.Config.DEFAULT.withUniqueKey(List.of("who"))),
                model(COUNTS, "SELECT amount % 10 AS digit, COUNT(*) AS n, SUM(amount) AS total FROM silver.states "
                        + "GROUP BY amount % 10",
                        Model.Config.DEFAULT.withUniqueKey(List.of("digit"))
                                .withRetention(Model.Config.FOREVER)));
    }

    private static Model model(String name, String sql, Model.Config config) {
        String[] parts = name.split("\\.");
        return new Model(parts[0], parts[1], name + ".sql", sql, "", List.of(), config);
    }

    private static List<String> rows(Map<String, Long> truth) {
        return truth.entrySet().stream().map(e -> List.of(e.getKey(), e.getValue()).toString()).sorted().toList();
    }

    private static List<String> counts(Map<String, Long> truth) {
        Map<Long, List<Long>> digits = truth.values().stream().collect(Collectors.groupingBy(a -> a % 10));
        return digits.entrySet().stream().map(e -> List.of(e.getKey(), (long) e.getValue().size(),
                e.getValue().stream().mapToLong(Long::longValue).sum()).toString()).sorted().toList();
    }

    private static List<String> landed(Catalog catalog, TableSpec spec) {
        List<String> landed = new ArrayList<>();
        try (TableRows rows = TableRows.of(new IcebergTables(catalog).load(spec).orElseThrow())) {
            for (Record row : rows) {
                landed.add(List.of(row.getField("who"), row.getField("amount")).toString());
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        landed.sort(null);
        return landed;
    }
}
