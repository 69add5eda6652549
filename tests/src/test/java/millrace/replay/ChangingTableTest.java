package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.ops.query.TableQuery;
import millrace.process.Patience;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.topic.WritableTopics;
import millrace.schemas.wire.Malformed;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.commit.TableAdoption;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.statestores.rocksdb.StateMemory;
import millrace.topology.run.PipelineRun;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.Record;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What windows give out, amend and set aside lands in tables that say the same as the topics. */
class ChangingTableTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_126L);
    private static final String MODEL = "gold.tumbling";
    private static final Map<String, String> MODELS = Map.of(MODEL, """
        SELECT who, window_start, COUNT(*) AS n, SUM(amount) AS total, MAX(weight) AS weight
        FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(at), INTERVAL '10' SECOND))
        WHERE who IS NOT NULL
        GROUP BY who, window_start, window_end
        HAVING COUNT(*) <> 2""");
    private static final Map<String, String> KEYS = Map.of(MODEL, "who,window_start");

    private static final long START = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli() * 1000;

    @TempDir
    Path folder;

    @Test
    void theTableIsTheFoldedTopicWhetherItKeepsTheNewestRowsOrAllChanges() throws Exception {
        History history = new History(SEED, 3, 1_500, START);
        Map<String, String> properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        Catalog catalog = Catalogs.open(properties);
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"));
                Scene scene = new Scene(broker.bootstrapServers(), folder, "events", 3, Duration.ofSeconds(1),
                        Duration.ofSeconds(10), Duration.ofMinutes(15), MODELS, KEYS);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            WritableTopics.create(admin,
                    List.of(new NewTopic(SinkConfig.CONTROL_TOPIC, SinkConfig.CONTROL_PARTITIONS, (short) 1)));
            List<TableSpec> specs = scene.tables("live").stream().filter(t -> t.kind() != DeployedTable.Kind.BRONZE)
                    .filter(t -> t.source().equals(MODEL)).map(DeployedTable::spec).toList();
            TableSpec newest = named(specs, MODEL);
            TableSpec late = named(specs, MODEL + "__late");
            assertThat(newest.layout()).isEqualTo(TableSpec.Layout.NEWEST);
            TableSpec gold = new TableSpec("history", newest.name(), newest.topic(), newest.columns(),
                    TableSpec.Layout.ENGINE, Optional.empty(), newest.partitionBy(), newest.sortBy(),
                    newest.commitInterval(), newest.targetFileSize(), newest.properties()).ofChanges(newest.key());
            SinkConfig config = SinkConfig.of("live", kafka(broker))
                    .withIndexes(new SinkConfig.Indexes(folder.resolve("indexes"), StateMemory.USUAL));
            try (PipelineRun run = scene.start("live", "a", 2)) {
                Scene.awaitRunning(run);
                try (SinkRuntime sink = SinkRuntime.start(config, List.of(newest, late, gold),
                        Set.of(Role.STAGE, Role.COMMIT), catalog, scene.registry(), Clock.systemUTC())) {
                    scene.produce(givenOut());
                    Patience.until("a window given out", Duration.ofMinutes(2), () -> rows(scene).size() == 2,
                            () -> rows(scene).toString());
                    scene.produce(amending());
                    // Nothing moves time any more, and the table says so all the same.
                    Patience.until("the amendment in the table", Duration.ofMinutes(2),
                            () -> folded(changesOf(catalog, gold)).stream().anyMatch(r -> r.contains("4, 4"))
                                    && folded(changesOf(catalog, gold)).stream().noneMatch(r -> r.startsWith("[bob,")),
                            () -> folded(changesOf(catalog, gold)).toString());
                    scene.produce(history.events());
                    scene.end();
                    scene.awaitEnd("live");
                    Patience.until("all of both topics in their tables", Duration.ofMinutes(2),
                            () -> isLanded(catalog, gold, admin) && isLanded(catalog, late, admin)
                                    && isLanded(catalog, newest, admin),
                            () -> sink.states().toString());
                }
            }
            List<Record> changes = rows(catalog, gold);
            assertThat(changes).filteredOn(r -> r.getField("_change").equals("delete"))
                    .extracting(r -> r.getField("who"))
                    .as("rows that were taken back").contains("bob");
            assertThat(changes).filteredOn(r -> "ann".equals(r.getField("who"))).as("an update is one record")
                    .hasSizeGreaterThan(1).allMatch(r -> r.getField("_change").equals("upsert"));
            assertThat(folded(changes)).anyMatch(r -> r.startsWith("[ann,")).noneMatch(r -> r.startsWith("[bob,"));
            assertThat(folded(changes)).as("seed %d", SEED).isEqualTo(new TreeSet<>(scene.rows("live", MODEL)))
                    .isNotEmpty();
            assertThat(rows(catalog, newest).stream().map(r -> text(r, newest.columns().fields().size())).sorted()
                    .toList())
                    .as("the newest row of each key, seed %d", SEED).containsExactlyElementsOf(folded(changes));
            assertThat(queried(properties, "history.tumbling")).isEqualTo(folded(changes));
            assertThat(queried(properties, MODEL)).isEqualTo(folded(changes));
            assertThat(rows(catalog, late).stream().map(r -> text(r, r.size())).sorted().toList())
                    .isEqualTo(scene.late("live", MODEL)).isNotEmpty();

            // Offsets of a new topic would lie below those of older changes.
            admin.deleteTopics(List.of(gold.topic())).all().get();
            Patience.until("the topic is gone", Duration.ofMinutes(1), () -> !exists(admin, gold.topic()),
                    gold::topic);
            WritableTopics.create(admin, List.of(new NewTopic(gold.topic(), 3, (short) 1)));
            try (TableAdoption adoption = TableAdoption.of(new IcebergTables(catalog), gold, admin)) {
                assertThatThrownBy(adoption::execute).isInstanceOf(ProblemException.class)
                        .hasMessageContaining("OFFSETS_START_OVER");
            }
        }
    }

    private static Map<String, Object> kafka(EmbeddedBroker broker) {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    /** A window of two groups, and rows that close it in every partition. */
    private static List<History.Event> givenOut() {
        List<History.Event> events = new ArrayList<>(List.of(event(0, "bob", -100)));
        for (int p = 0; p < 3; p++) {
            events.add(event(p, "ann", -100));
            events.add(event(p, null, -85));
        }
        return events;
    }

    /** One more row for each of its groups: one changes, the other is left out from then on. */
    private static List<History.Event> amending() {
        return List.of(event(1, "ann", -93), event(2, "bob", -93));
    }

    private static History.Event event(int partition, String who, int second) {
        return new History.Event(partition, second, who, 1L, 0.5, START + second * 1_000_000L);
    }

    private static List<String> rows(Scene scene) {
        try {
            return scene.rows("live", MODEL);
        } catch (Malformed e) {
            throw new AssertionError(e);
        }
    }

    private static TableSpec named(List<TableSpec> specs, String name) {
        return specs.stream().filter(s -> s.qualifiedName().equals(name)).findFirst().orElseThrow();
    }

    private static boolean exists(Admin admin, String topic) {
        try {
            return admin.listTopics().names().get().contains(topic);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Whether the table's mark is at the end of its topic. */
    private static boolean isLanded(Catalog catalog, TableSpec spec, Admin admin) {
        Optional<CommitMark> mark = new IcebergTables(catalog).load(spec).map(t -> t.currentSnapshot())
                .flatMap(s -> CommitMark.fromSummary(s.summary()));
        return mark.isPresent() && ends(admin, spec.topic()).entrySet().stream()
                .allMatch(e -> e.getValue() == 0 || mark.get().position().next(e.getKey()).orElse(0) >= e.getValue());
    }

    private static Map<Integer, Long> ends(Admin admin, String topic) {
        try {
            int partitions = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
            Map<TopicPartition, OffsetSpec> all = IntStream.range(0, partitions).boxed()
                    .collect(Collectors.toMap(p -> new TopicPartition(topic, p), p -> OffsetSpec.latest()));
            return admin.listOffsets(all).all().get().entrySet().stream()
                    .collect(Collectors.toMap(e -> e.getKey().partition(), e -> e.getValue().offset()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<Record> rows(Catalog catalog, TableSpec spec) throws Exception {
        List<Record> rows = new ArrayList<>();
        try (TableRows all = TableRows.of(new IcebergTables(catalog).load(spec).orElseThrow())) {
            all.forEach(rows::add);
        }
        return rows;
    }

    private static List<Record> changesOf(Catalog catalog, TableSpec spec) {
        try {
            return new IcebergTables(catalog).load(spec).isEmpty() ? List.of() : rows(catalog, spec);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static TreeSet<String> folded(List<Record> changes) {
        Map<List<Object>, Record> newest = new HashMap<>();
        for (Record change : changes) {
            newest.merge(List.of(change.getField("who"), change.getField("window_start")), change,
                    (a, b) -> (long) a.getField("_offset") > (long) b.getField("_offset") ? a : b);
        }
        return newest.values().stream().filter(c -> c.getField("_change").equals("upsert")).map(c -> text(c, 5))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The first columns of a row, as {@link Scene#rows} writes them. */
    private static String text(Record row, int columns) {
        Object[] values = new Object[columns];
        for (int i = 0; i < columns; i++) {
            values[i] = plain(row.get(i));
        }
        return Arrays.deepToString(values);
    }

    private static Object plain(Object value) {
        return switch (value) {
            case OffsetDateTime at -> micros(at.toInstant());
            case ByteBuffer bytes -> bytes.array();
            case null, default -> value;
        };
    }

    private static long micros(Instant at) {
        return at.getEpochSecond() * 1_000_000 + at.getNano() / 1000;
    }

    private static TreeSet<String> queried(Map<String, String> properties, String table) {
        var found = new TreeSet<String>();
        try (TableCatalog catalog = TableCatalog.open(properties)) {
            TableQuery.run(catalog, "select who, epoch_us(window_start), n, total, weight from " + table,
                    new TableQuery.Rows() {
                        @Override
                        public void columns(List<String> names, List<String> types) {}

                        @Override
                        public boolean row(List<Object> values) {
                            found.add(values.toString());
                            return true;
                        }
                    });
        }
        return found;
    }
}
