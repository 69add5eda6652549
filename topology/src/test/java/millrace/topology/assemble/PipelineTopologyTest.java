package millrace.topology.assemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.EndMarker;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import millrace.topology.operator.OriginHeader;
import millrace.topology.plan.PlanNode;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.source.RegistryGate;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whole pipelines on one partition, from bytes to bytes. */
class PipelineTopologyTest {
    private static final PlanNode.Scan ORDERS = Orders.scan("orders", PlanNode.Scan.Kind.CONTRACT, Orders.ROW, 0, 1, 3);
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    private final MemoryRegistry registry = new MemoryRegistry();
    private final int orderSchema = registry.add(AvroTypes.toSchema(Orders.contract("orders", 1)));
    private final AvroRowEncoder encoder = Orders.encoder(orderSchema);
    private Pipeline pipeline;
    private TopologyTestDriver driver;

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void aRowPassesThroughSilverToGold() throws Malformed {
        start(halves(), gold());
        send("a", 10L, 0);
        send("b", 3L, 1);
        assertThat(rows("silver.halves")).containsExactly(List.of("a", 50L), List.of("b", 166L));
        assertThat(rows("gold.large")).containsExactly(List.of("b"));
    }

    @Test
    void aFailingExpressionTakesItsSourceRecordToQuarantineAndLeavesOtherModelsAlone() throws Malformed {
        start(halves(), Orders.model("silver.copy", ORDERS));
        send("a", 0L, 0);
        assertThat(rows("silver.halves")).isEmpty();
        assertThat(rows("silver.copy")).hasSize(1);
        assertThat(quarantine()).singleElement().satisfies(q -> {
            assertThat(at(q, "reason")).isEqualTo("EXPRESSION_FAILED");
            assertThat(at(q, "model")).isEqualTo("silver.halves");
            assertThat(at(q, "expression")).isEqualTo("500 / amount");
            assertThat(at(q, "actual")).isEqualTo("division by zero");
            assertThat((byte[]) at(q, "value")).isEqualTo(encoder.encode(row("a", 0L, 0)));
            assertThat(at(q, "event_time")).isEqualTo(micros(0));
        });
    }

    @Test
    void whatIsWrongWithARecordIsSaidInQuarantineWithItsOrigin() throws Malformed {
        start();
        Headers headers = new RecordHeaders().add("trace", new byte[] {1}).add("trace", new byte[] {2});
        send(null, headers);
        send(new byte[] {5}, headers);
        send(new byte[] {0, 0, 0, 9, 9, 1}, headers);
        send(encoder.encode(row("a", 1L, null)), headers);
        send(encoder.encode(row("a", 1L, 3601)), headers);
        send(encoder.encode(row("a", 1001L, 0)), headers);
        send(Arrays.copyOf(encoder.encode(row("a", 1L, 0)), 8), headers);
        assertThat(quarantine()).extracting(q -> at(q, "reason") + " " + at(q, "field") + " " + at(q, "offset"))
                .containsExactly("VALUE_MISSING null 0", "RECORD_MALFORMED null 1", "SCHEMA_ID_UNKNOWN null 2",
                        "EVENT_TIME_MISSING at 3", "EVENT_TIME_AHEAD at 4", "EXPECTATION_FAILED amount 5",
                        "RECORD_MALFORMED amount 6");
        send(new byte[] {5}, headers);
        assertThat(quarantine()).singleElement().satisfies(q -> {
            assertThat(at(q, "topic")).isEqualTo("orders-topic");
            assertThat(at(q, "contract")).isEqualTo("orders");
            assertThat(at(q, "contract_version")).isEqualTo("2.1.0");
            assertThat((byte[]) at(q, "value")).containsExactly(5);
            assertThat(at(q, "headers")).asInstanceOf(
                    InstanceOfAssertFactories.map(String.class, byte[].class))
                    .containsOnlyKeys("trace", "trace#2");
        });
    }

    @Test
    void theRegistryIsAskedOncePerSchemaAndForAnUnknownIdNotAtEveryRecord() throws Malformed {
        start(halves());
        for (int i = 0; i < 100; i++) {
            send("a", 1L, 0);
            send(new byte[] {0, 0, 0, 9, 9, 1}, new RecordHeaders());
        }
        assertThat(registry.asked()).isEqualTo(2);
        assertThat(rows("silver.halves")).hasSize(100);
        assertThat(quarantine()).hasSize(100);
    }

    @Test
    void waitsForARegistryThatIsAwayAndQuarantinesNothing() throws Malformed {
        start(halves());
        registry.beAwayFor(3);
        send("a", 10L, 0);
        assertThat(rows("silver.halves")).hasSize(1);
        assertThat(quarantine()).isEmpty();
    }

    @Test
    void rowsCarryEventTimeClockAndOriginInAHeader() {
        start(halves());
        send("a", 10L, 5);
        send("b", 10L, 3);
        var records = output("web.silver.halves").readRecordsToList();
        assertThat(records).extracting(r -> OriginHeader.of(r.headers()).orElseThrow()).containsExactly(
                new OriginHeader(micros(5), micros(3), micros(-5), 0, 0, 0),
                new OriginHeader(micros(3), micros(3), micros(-5), 0, 0, 1));
        assertThat(records).allSatisfy(r -> {
            assertThat(r.key()).isNull();
            assertThat(r.getRecordTime()).isEqualTo(NOW);
        });
    }

    @Test
    void aUniqueKeyIsTheRecordsKeyAndANullInItIsRefused() throws Malformed {
        start(Orders.model("silver.keyed", ORDERS, "amount", "id"));
        send("a", 2L, 0);
        send("a", null, 0);
        assertThat(output("web.silver.keyed").readRecordsToList()).extracting(TestRecord::key)
                .containsExactly(new byte[] {4, 2, 'a'});
        assertThat(quarantine()).singleElement().satisfies(q -> {
            assertThat(at(q, "reason")).isEqualTo("KEY_MISSING");
            assertThat(at(q, "field")).isEqualTo("amount");
            assertThat(at(q, "model")).isEqualTo("silver.keyed");
        });
    }

    @Test
    void aRowTooLargeForItsTopicAndARecordTooLargeForQuarantineStopNothing() throws Malformed {
        start(Orders.model("silver.copy", ORDERS));
        send("x".repeat(9_990), 1L, 0);
        send("x".repeat(20_000), 1L, 0);
        send("a", 1L, 0);
        assertThat(rows("silver.copy")).extracting(r -> r.get(0).toString().length()).containsExactly(1);
        assertThat(quarantine()).hasSize(2).allSatisfy(q -> {
            assertThat(at(q, "reason")).isEqualTo("ROW_TOO_LARGE");
            assertThat(at(q, "value")).isNull();
            assertThat(at(q, "actual").toString()).contains("too large for this topic");
        });
    }

    @Test
    void aUnionOfASourceWithItselfGivesEveryRowTwice() throws Malformed {
        start(Orders.model("silver.twice", new PlanNode.Union(List.of(ORDERS, ORDERS), ORDERS.rowType())));
        send("a", 1L, 0);
        assertThat(rows("silver.twice")).hasSize(2);
    }

    @Test
    void watermarksFollowTheClockAndTheEndMarkerEndsThem() {
        start(halves(), gold());
        send("a", 10L, 5);
        send("b", 0L, 7); // fails its expression later, but its time counts
        send("wild", 1L, 200_000_000);
        assertThat(watermarks()).as("the first time is told with the row that gives it")
                .containsExactly(new TaskWatermark("orders-topic", 0, 1, micros(3), micros(-5), 1));
        driver.advanceWallClockTime(Duration.ofMillis(100));
        assertThat(watermarks()).containsExactlyInAnyOrder(
                new TaskWatermark("orders-topic", 0, 1, micros(5), micros(-3), 3),
                new TaskWatermark("web.silver.halves", 0, 1, micros(5), micros(-3), -1),
                new TaskWatermark("web.gold.large", 0, 1, micros(5), micros(-3), -1));
        driver.advanceWallClockTime(Duration.ofMillis(100));
        assertThat(watermarks()).as("nothing new").isEmpty();
        var end = EndMarker.record("orders-topic", 0);
        driver.createInputTopic("orders-topic", new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(end.key(), null, end.headers(), NOW));
        assertThat(watermarks()).extracting(TaskWatermark::watermark).hasSize(3).containsOnly(TaskWatermark.END);
        assertThat(output("orders-topic.quarantine").readRecordsToList()).as("b and wild, not the marker").hasSize(2);
    }

    @Test
    void aContractWithoutModelsStillHasItsQuarantine() throws Malformed {
        start();
        send("a", 10L, 0);
        send(new byte[] {9}, new RecordHeaders());
        assertThat(quarantine()).hasSize(1);
    }

    @Test
    void unrelatedContractsAreSubTopologiesOfTheirOwn() {
        pipeline = new Pipeline("web", List.of(Orders.contract("orders", 1), Orders.contract("other", 2)),
                List.of(halves()));
        String described = topology().describe().toString();
        assertThat(described).contains("Sub-topology: 1").doesNotContain("Sub-topology: 2")
                .contains("Processor: orders/source", "orders-topic.clock-hook", "topics: [other-topic]")
                .contains("silver.halves/output (topic: web.silver.halves)")
                .as("what is called and not forwarded to").doesNotContain("silver.halves/calc", "silver.halves/emit");
        driver = driver();
    }

    /** {@code SELECT id, 500 / amount FROM orders}. */
    private static Pipeline.PlannedModel halves() {
        return Orders.model("silver.halves", Orders.calc(ORDERS, Optional.empty(), Orders.column(ORDERS, 0),
                Orders.call("/", Orders.literal(500), Orders.column(ORDERS, 1))));
    }

    /** {@code SELECT id FROM silver.halves WHERE c1 > 100}. */
    private static Pipeline.PlannedModel gold() {
        FieldType.Struct silver = halves().plan().rowType();
        PlanNode.Scan scan = Orders.scan("silver.halves", PlanNode.Scan.Kind.MODEL, silver, 1, 0);
        return Orders.model("gold.large",
                Orders.calc(scan, Optional.of(Orders.call(">", Orders.column(scan, 0), Orders.literal(100))),
                        Orders.column(scan, 1)));
    }

    private void start(Pipeline.PlannedModel... models) {
        pipeline = new Pipeline("web", List.of(Orders.contract("orders", 1)), List.of(models));
        driver = driver();
    }

    private TopologyTestDriver driver() {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "web");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return new TopologyTestDriver(topology(), config, NOW);
    }

    private Topology topology() {
        return TopologyAssembler.assemble(pipeline, Orders.surroundings(pipeline, registry),
                new RegistryGate(registry, InstantSource.system()), Orders.interpreter());
    }

    private void send(String id, Long amount, Integer second) {
        send(encoder.encode(row(id, amount, second)), new RecordHeaders());
    }

    private void send(byte[] value, Headers headers) {
        driver.createInputTopic("orders-topic", new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(null, value, headers, NOW));
    }

    private static Object[] row(String id, Long amount, Integer second) {
        return new Object[] {id, amount, "never read", second == null ? null : micros(second)};
    }

    private static long micros(int second) {
        return NOW.plusSeconds(second).toEpochMilli() * 1000;
    }

    private TestOutputTopic<byte[], byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private List<List<Object>> rows(String model) throws Malformed {
        FieldType.Struct type = pipeline.models().stream().filter(m -> m.name().equals(model)).findFirst()
                .orElseThrow().plan().rowType();
        return decoded("web." + model, type).stream().map(Arrays::asList).toList();
    }

    private List<Object[]> quarantine() throws Malformed {
        return decoded("orders-topic.quarantine", QuarantineRecord.ROW);
    }

    private List<Object[]> decoded(String topic, FieldType.Struct type) throws Malformed {
        var decoder = AvroRowDecoder.of(AvroTypes.toSchema(topic, type), type);
        List<Object[]> rows = new ArrayList<>();
        for (byte[] value : output(topic).readValuesToList()) {
            rows.add(decoder.decodeFramed(value));
        }
        return rows;
    }

    private static Object at(Object[] quarantined, String column) {
        return quarantined[QuarantineRecord.ROW.indexOf(column)];
    }

    private List<TaskWatermark> watermarks() {
        return output("web.watermarks").readRecordsToList().stream()
                .map(r -> TaskWatermark.of(r.key(), r.value()).orElseThrow()).toList();
    }
}
