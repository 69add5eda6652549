package millrace.topology.assemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.EndMarker;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.late.LateRow;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.source.RegistryGate;
import millrace.topology.source.SourceTime;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import millrace.topology.time.IdleOffers;
import millrace.topology.time.TimeJournal;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Windows from SQL to records, on one partition and through a real exchange. Disorder and lateness are 30 seconds, unless
 * a test allows amendments.
 */
class WindowsTopologyTest {
    private static final Contract CLICKS = TestContracts.contract("clicks",
            "id bigint not null, who text, v bigint, ts timestamptz(6) not null");
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
    private static final String BY_MINUTE = """
        SELECT who, window_start, window_end, window_time, COUNT(*) AS n, SUM(v) AS s
        FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
        GROUP BY who, window_start, window_end, window_time
        """;

    @TempDir
    File state;

    private final MemoryRegistry registry = new MemoryRegistry();
    private final int schema = registry.add(AvroTypes.toSchema(CLICKS));
    private final AvroRowEncoder encoder = AvroRowEncoder.of(AvroTypes.toSchema(CLICKS), CLICKS.rowType(), schema);
    private final Map<String, List<String>> keys = new HashMap<>();
    private Contract clicks = CLICKS;
    private SourceTime time = SourceTime.NONE;
    private Pipeline pipeline;
    private TopologyTestDriver driver;

    @AfterEach
    void close() {
        if (driver != null) {
            driver.close();
        }
    }

    @Test
    void aWindowComesOutWhenTimeHasPassedItAndWhatComesLaterIsSetAside() throws Malformed {
        start(Map.of("silver.m", BY_MINUTE));
        send("a", 1L, 5);
        send("a", 2L, 59);
        send("b", 4L, 61);
        tick();
        assertThat(rows("silver.m")).isEmpty();
        send("a", 3L, 89);
        tick();
        assertThat(rows("silver.m")).as("one second is missing").isEmpty();
        send("b", 5L, 90);
        send("a", 100L, 10);
        tick();
        assertThat(rows("silver.m")).containsExactly(
                List.of("a", micros(0), micros(60), micros(60) - 1000, 2L, 3L));
        List<List<Object>> late = decoded("web.silver.m__late", LateRow.ROW);
        assertThat(late).singleElement().satisfies(row -> {
            assertThat(row.get(LateRow.ROW.indexOf("offset"))).isEqualTo(5L);
            assertThat(row.get(LateRow.ROW.indexOf("window_end"))).isEqualTo(micros(60));
            assertThat(row.get(LateRow.ROW.indexOf("row")).toString()).contains("\"who\":\"a\"");
        });
        end();
        assertThat(rows("silver.m")).containsExactlyInAnyOrder(
                List.of("b", micros(60), micros(120), micros(120) - 1000, 2L, 9L),
                List.of("a", micros(60), micros(120), micros(120) - 1000, 1L, 3L));
        assertThat(watermarks()).contains(new TaskWatermark("web.silver.m", 0, 1, TaskWatermark.END,
                TaskWatermark.END, -1));
        send("a", 1L, 500);
        tick();
        assertThat(rows("silver.m")).as("behind the end").isEmpty();
        assertThat(decoded("web.silver.m__late", LateRow.ROW)).singleElement()
                .satisfies(row -> assertThat(row.get(LateRow.ROW.indexOf("horizon"))).isNull());
    }

    @Test
    void anExpressionThatFailsOnAComputedRowStopsNothing() throws Malformed {
        Map<String, String> models = new LinkedHashMap<>();
        models.put("silver.m", BY_MINUTE);
        models.put("silver.same", "SELECT who, 100 / (n - 1) AS x FROM (" + BY_MINUTE + ") t");
        models.put("gold.above", "SELECT who, 100 / (n - 1) AS x FROM silver.m");
        start(models);
        send("a", 1L, 5);
        send("b", 1L, 5);
        send("b", 1L, 6);
        end();
        for (String model : List.of("silver.same", "gold.above")) {
            assertThat(rows(model)).as(model).containsExactly(List.of("b", 100L));
            assertThat(decoded("web." + model + ".quarantine", QuarantineRecord.ROW)).as(model).singleElement()
                    .satisfies(q -> {
                        assertThat(q.get(QuarantineRecord.ROW.indexOf("reason"))).isEqualTo("EXPRESSION_FAILED");
                        assertThat(q.get(QuarantineRecord.ROW.indexOf("model"))).isEqualTo(model);
                        assertThat(new String((byte[]) q.get(QuarantineRecord.ROW.indexOf("value")))).contains("a");
                    });
        }
    }

    @Test
    void windowsOverWindowsOfAnotherModelCloseInTheirTurn() throws Malformed {
        Map<String, String> models = new LinkedHashMap<>();
        models.put("silver.m", BY_MINUTE);
        models.put("gold.hourly", """
            SELECT window_end, SUM(n) AS n, COUNT(*) AS minutes
            FROM TABLE(TUMBLE((SELECT n, window_time AS at FROM silver.m), DESCRIPTOR(at), INTERVAL '1' HOUR))
            GROUP BY window_start, window_end
            """);
        start(models);
        for (int second = 0; second <= 3690; second += 30) {
            send("a", 1L, second);
        }
        tick();
        assertThat(rows("gold.hourly")).containsExactly(List.of(micros(3600), 120L, 60L));
    }

    @Test
    void aUnionOfASourceAndItsOwnWindowsIsOnePartOfTheTopology() throws Malformed {
        Map<String, String> models = new LinkedHashMap<>();
        models.put("silver.m", BY_MINUTE);
        models.put("gold.both", "SELECT who, v, ts FROM clicks UNION ALL SELECT who, n, window_time FROM silver.m");
        models.put("gold.again", """
            SELECT window_end, COUNT(*) AS n, SUM(v) AS v
            FROM TABLE(TUMBLE(TABLE gold.both, DESCRIPTOR(ts), INTERVAL '5' MINUTE))
            GROUP BY window_start, window_end
            """);
        start(models);
        send("a", 10L, 5);
        send("a", 10L, 6);
        send("a", 10L, 65);
        send("a", 10L, 330);
        tick();
        assertThat(rows("gold.both")).hasSize(6);
        assertThat(rows("gold.again")).as("three clicks, and two minutes of two and one")
                .containsExactly(List.of(micros(300), 5L, 33L));
    }

    @Test
    void aRowThatAmendsChangesEveryModelAtOnceThoughItMovesNoClock() throws Malformed {
        clicks = amendable(Duration.ofHours(2));
        keys.put("silver.m", List.of("who", "window_start"));
        keys.put("gold.hourly", List.of("window_end"));
        Map<String, String> models = new LinkedHashMap<>();
        models.put("silver.m", BY_MINUTE);
        models.put("gold.hourly", """
            SELECT window_end, SUM(n) AS n
            FROM TABLE(TUMBLE((SELECT n, window_time AS at FROM silver.m), DESCRIPTOR(at), INTERVAL '1' HOUR))
            GROUP BY window_start, window_end
            """);
        start(models);
        send("a", 1L, 5);
        send("a", 1L, 3700);
        tick();
        assertThat(rows("silver.m")).extracting(r -> r.get(4)).containsExactly(1L);
        assertThat(rows("gold.hourly")).containsExactly(List.of(micros(3600), 1L));
        send("a", 1L, 6);
        tick();
        assertThat(rows("silver.m")).extracting(r -> r.get(4)).containsExactly(2L);
        tick();
        assertThat(rows("gold.hourly")).containsExactly(List.of(micros(3600), 2L));
    }

    @Test
    void aFloorOfTheJournalIsObeyedBeforeAnyRecordHasCome() {
        TimeJournal journal = new TimeJournal(List.of(
                new TimeEntry.Floor(Orders.TOPIC_ID.toString(), 0, 0, micros(200))));
        time = new SourceTime(journal, new IdleOffers());
        start(Map.of("silver.m", BY_MINUTE));
        tick();
        assertThat(watermarks()).contains(
                new TaskWatermark("test.clicks", 0, 1, micros(200), micros(200), 0),
                new TaskWatermark("web.silver.m", 0, 1, micros(200), micros(200), -1));
        tick();
        assertThat(watermarks()).isEmpty();
    }

    @Test
    void timesFarBeforeAllHistoryStopNothing() throws Malformed {
        start(Map.of("silver.m", BY_MINUTE));
        send("a", 1L, 500);
        for (long ancient : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MIN_VALUE / 2}) {
            sendAt("a", 1L, ancient);
        }
        send("a", 1L, 501);
        end();
        assertThat(rows("silver.m")).containsExactly(
                List.of("a", micros(480), micros(540), micros(540) - 1000, 2L, 2L));
        assertThat(decoded("web.silver.m__late", LateRow.ROW).size()
                + decoded("test.clicks.quarantine", QuarantineRecord.ROW).size()).isEqualTo(3);
    }

    @Test
    void timesFarBeforeAllHistoryAreRefusedAlsoWhereNothingCameBefore() throws Malformed {
        start(Map.of("silver.m", """
            SELECT window_start, window_end, COUNT(*) AS n
            FROM TABLE(HOP(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY))
            GROUP BY window_start, window_end
            """));
        for (long ancient : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MIN_VALUE + 3_000_000_000L}) {
            sendAt("a", 1L, ancient);
        }
        send("a", 1L, 500);
        end();
        assertThat(rows("silver.m")).hasSize(24)
                .allSatisfy(r -> assertThat((Long) r.get(1) - (Long) r.get(0)).isEqualTo(86_400_000_000L));
        assertThat(decoded("test.clicks.quarantine", QuarantineRecord.ROW))
                .extracting(q -> q.get(QuarantineRecord.ROW.indexOf("reason")))
                .containsExactly("EVENT_TIME_TOO_EARLY", "EVENT_TIME_TOO_EARLY", "EVENT_TIME_TOO_EARLY");
    }

    @Test
    void aGroupThatItsTypeCannotHoldStopsNothing() throws Malformed {
        start(Map.of("silver.m", """
            SELECT big, window_end, COUNT(*) AS n FROM (
              SELECT CAST(v AS DECIMAL(38, 0)) * CAST(v AS DECIMAL(38, 0)) * CAST(v AS DECIMAL(38, 0)) AS big,
                window_start, window_end
              FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) t
            GROUP BY big, window_start, window_end
            """));
        send("a", 2L, 5);
        send("a", Long.MAX_VALUE, 5);
        end();
        assertThat(rows("silver.m")).hasSize(1);
        assertThat(decoded("test.clicks.quarantine", QuarantineRecord.ROW)).hasSize(1);
    }

    private void start(Map<String, String> sql) {
        List<Model> models = new ArrayList<>();
        sql.forEach((name, text) -> {
            String[] parts = name.split("\\.");
            models.add(
                    new Model(parts[0], parts[1], "models/" + parts[0] + "/" + parts[1] + ".sql", text, "", List.of(),
                            config(name)));
        });
        List<Plan> plans = SqlCompiler.compile(List.of(clicks), models, FunctionLibrary.builtIn());
        pipeline = new Pipeline("web", List.of(clicks),
                plans.stream().map(p -> new Pipeline.PlannedModel(p, config(p.model()))).toList());
        Surroundings found = Orders.surroundings(pipeline, registry);
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "web");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, state.getPath());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        driver = new TopologyTestDriver(TopologyAssembler.assemble(pipeline,
                new Surroundings(found.sources(), found.schemaIds(), found.largestRecords(),
                        found.watermarkInterval(), time),
                new RegistryGate(registry, InstantSource.system()),
                new CalcCompiler(FunctionLibrary.builtIn())::compile), config, NOW);
    }

    private Model.Config config(String model) {
        return Model.Config.DEFAULT.withUniqueKey(keys.getOrDefault(model, List.of()));
    }

    private static Contract amendable(Duration lateness) {
        Contract c = CLICKS;
        EventTime e = c.eventTime().orElseThrow();
        return new Contract(c.id(), c.name(), c.version(), c.status(), c.topic(), c.recordName(), c.description(),
                c.owner(), c.columns(), c.key(),
                Optional.of(new EventTime(e.column(), e.disorder(), lateness, e.maxAhead(), e.idleTimeout())),
                c.partitions(), c.format(), c.kind(), c.raw(), c.freshness(), c.quality(), c.place());
    }

    private void send(String who, Long v, int second) {
        sendAt(who, v, micros(second));
    }

    private void sendAt(String who, Long v, long at) {
        driver.createInputTopic("test.clicks", new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(null, encoder.encode(new Object[] {1L, who, v, at}), new RecordHeaders(),
                        NOW.plusSeconds(1000)));
    }

    private void end() {
        var end = EndMarker.record("test.clicks", 0);
        driver.createInputTopic("test.clicks", new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(end.key(), null, end.headers(), NOW));
    }

    private void tick() {
        driver.advanceWallClockTime(Duration.ofMillis(100));
    }

    private static long micros(int second) {
        return NOW.plusSeconds(second).toEpochMilli() * 1000;
    }

    private List<List<Object>> rows(String model) throws Malformed {
        return decoded("web." + model, pipeline.models().stream().filter(m -> m.name().equals(model)).findFirst()
                .orElseThrow().plan().rowType());
    }

    private List<List<Object>> decoded(String topic, FieldType.Struct type) throws Malformed {
        var decoder = AvroRowDecoder.of(AvroTypes.toSchema(topic, type), type);
        List<List<Object>> rows = new ArrayList<>();
        for (byte[] value : driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readValuesToList()) {
            if (value != null) { // a row that was taken back
                rows.add(Arrays.asList(decoder.decodeFramed(value)));
            }
        }
        return rows;
    }

    private List<TaskWatermark> watermarks() {
        return driver.createOutputTopic("web.watermarks", new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList().stream().map(r -> TaskWatermark.of(r.key(), r.value()).orElseThrow()).toList();
    }
}
