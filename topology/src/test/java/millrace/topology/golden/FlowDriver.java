package millrace.topology.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Stream;
import millrace.schemas.contract.Contract;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.EndMarker;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import millrace.topology.assemble.MemoryRegistry;
import millrace.topology.assemble.Orders;
import millrace.topology.assemble.Pipeline;
import millrace.topology.assemble.TopologyAssembler;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.flow.RowBytes;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.late.LateRow;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.source.RegistryGate;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** A pipeline in one thread, without a cluster; of its topics each has one partition. */
final class FlowDriver implements AutoCloseable {
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    private final Pipeline pipeline;
    private final Path state = Files.createTempDirectory("flow");
    private final Map<String, AvroRowEncoder> encoders = new HashMap<>();
    private final Map<String, AvroRowEncoder> keyEncoders = new HashMap<>();
    private final TopologyTestDriver driver;

    FlowDriver(Pipeline pipeline) throws IOException {
        this.pipeline = pipeline;
        MemoryRegistry registry = new MemoryRegistry();
        for (Contract c : pipeline.contracts()) {
            encoders.put(c.name(), AvroRowEncoder.of(AvroTypes.toSchema(c), c.rowType(),
                    registry.add(AvroTypes.toSchema(c))));
            keyEncoders.put(c.name(), AvroRowEncoder.of(AvroTypes.toSchema("test.Key", c.keyType()), c.keyType(),
                    registry.add(AvroTypes.toSchema("test.Key", c.keyType()))));
        }
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "web");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        driver = new TopologyTestDriver(TopologyAssembler.assemble(pipeline, Orders.surroundings(pipeline, registry),
                new RegistryGate(registry, InstantSource.system()),
                new CalcCompiler(FunctionLibrary.builtIn())::compile), config, NOW);
    }

    void send(String contract, Object[] row) {
        Contract c = pipeline.contract(contract).orElseThrow();
        driver.createInputTopic(c.topic(), new ByteArraySerializer(), new ByteArraySerializer()).pipeInput(
                new TestRecord<>(null, encoders.get(contract).encode(row), new RecordHeaders(),
                        NOW.plusSeconds(86_400)));
    }

    /** @param key values of the contract's key columns, in their order; null for a record without a key */
    void delete(String contract, Object[] key) {
        Contract c = pipeline.contract(contract).orElseThrow();
        driver.createInputTopic(c.topic(), new ByteArraySerializer(), new ByteArraySerializer()).pipeInput(
                new TestRecord<>(key == null ? null : keyEncoders.get(contract).encode(key), null, new RecordHeaders(),
                        NOW.plusSeconds(86_400)));
    }

    void tick() {
        pass(Duration.ofMillis(100));
    }

    void pass(Duration time) {
        driver.advanceWallClockTime(time);
    }

    void end() {
        for (Contract c : pipeline.contracts()) {
            var end = EndMarker.record(c.topic(), 0);
            driver.createInputTopic(c.topic(), new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput(new TestRecord<>(end.key(), null, end.headers(), NOW));
        }
    }

    /** What has come out since the last time, a line each. */
    void read(Consumer<String> line) throws Malformed {
        for (Contract c : pipeline.contracts()) {
            String topic = QuarantineRecord.topicOf(c.topic());
            for (TestRecord<byte[], byte[]> record : records(topic)) {
                line.accept("fail " + c.name() + " " + decoded(topic, QuarantineRecord.ROW,
                        record.value())[QuarantineRecord.ROW.indexOf("reason")]);
            }
        }
        for (Pipeline.PlannedModel model : pipeline.models()) {
            String topic = pipeline.topicOf(model.name());
            FieldType.Struct type = model.plan().rowType();
            for (TestRecord<byte[], byte[]> record : records(topic)) {
                line.accept(record.value() == null
                        ? "- " + model.name() + " " + key(model, record.key())
                        : "+ " + model.name() + " " + JsonValues.text(type, decoded(topic, type, record.value())));
            }
            for (String side : pipeline.sideTopicsOf(model).keySet()) {
                boolean late = side.equals(LateRow.topicOf(topic));
                FieldType.Struct of = late ? LateRow.ROW : QuarantineRecord.ROW;
                for (TestRecord<byte[], byte[]> record : records(side)) {
                    line.accept((late ? "late " : "fail ") + model.name() + " "
                            + decoded(side, of, record.value())[of.indexOf(late ? "row" : "reason")]);
                }
            }
        }
    }

    private List<TestRecord<byte[], byte[]>> records(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    private static Object[] decoded(String topic, FieldType.Struct type, byte[] value) throws Malformed {
        return AvroRowDecoder.of(AvroTypes.toSchema(topic, type), type).decodeFramed(value);
    }

    private static String key(Pipeline.PlannedModel model, byte[] key) {
        if (key == null) {
            return "without a key";
        }
        FieldType.Struct row = model.plan().rowType();
        FieldType.Struct type = new FieldType.Struct(model.config().rowKey().stream().map(row::indexOf)
                .map(row.fields()::get).map(f -> Field.required(f.name(), f.type())).toList());
        return JsonValues.text(type, new RowBytes(type).read(key));
    }

    @Override
    public void close() throws IOException {
        driver.close();
        try (Stream<Path> files = Files.walk(state)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        }
    }
}
