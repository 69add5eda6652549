package millrace.topology.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import millrace.schemas.contract.Contract;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.EndMarker;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import millrace.topology.assemble.Pipeline;
import millrace.topology.assemble.Surroundings;
import millrace.topology.assemble.TopologyAssembler;
import millrace.topology.compile.RowFunction;
import millrace.topology.late.LateRow;
import millrace.topology.origin.SourceTopic;
import millrace.topology.plan.PlanNode;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.source.RegistryGate;
import millrace.topology.source.SourceTime;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/**
 * Runs the part of a pipeline that one model needs on a handful of records: the same topology as on a cluster, in one
 * task and without a broker. Every source has one partition; how many there are changes no result, only when it comes.
 */
public final class Trial {
    private static final Duration TICK = Duration.ofMillis(100);
    private static final int ROOM = 1 << 20;

    private final Pipeline whole;
    private final Function<PlanNode.Calc, Supplier<RowFunction>> compiler;

    /**
     * What came of it.
     *
     * @param rows of the model, after all changes by key
     * @param late rows that came too late for a window of the model, as {@link LateRow#ROW}
     * @param refused records of the sources, and computed rows, as {@link QuarantineRecord#ROW}
     */
    public record Outcome(List<Object[]> rows, List<Object[]> late, List<Object[]> refused) {}

    /** @param compiler gives a function for each calculation of a plan */
    public Trial(Pipeline whole, Function<PlanNode.Calc, Supplier<RowFunction>> compiler) {
        this.whole = whole;
        this.compiler = compiler;
    }

    /** Runs a test and judges it. */
    public Verdict run(ModelTest test) {
        return Verdict.of(test, run(test.model(), test.given()));
    }

    /** Runs one model on what is given, in this order; nothing is left behind. */
    public Outcome run(String model, List<ModelTest.Given> given) {
        Pipeline pipeline = alone(whole.only(Set.of(model)));
        TrialRegistry registry = new TrialRegistry();
        Path state = temporaryFolder();
        try (TopologyTestDriver driver = new TopologyTestDriver(
                TopologyAssembler.assemble(pipeline, surroundings(pipeline, registry),
                        new RegistryGate(registry, InstantSource.system()), compiler),
                config(state), TestValues.DAY.atStartOfDay().toInstant(ZoneOffset.UTC))) {
            send(driver, pipeline, registry, given);
            // What is summed up goes through one exchange after the other.
            for (int i = 0; i < 2 + 2 * depth(pipeline); i++) {
                driver.advanceWallClockTime(TICK);
            }
            return outcome(driver, pipeline, model);
        } finally {
            delete(state);
        }
    }

    /** The same pipeline over sources of one partition that are written as Avro. */
    private static Pipeline alone(Pipeline pipeline) {
        return new Pipeline(pipeline.name(), pipeline.contracts().stream().map(Trial::alone).toList(),
                pipeline.models(), pipeline.aggregates());
    }

    private static Contract alone(Contract c) {
        return new Contract(c.id(), c.name(), c.version(), c.status(), c.topic(), c.recordName(), c.description(),
                c.owner(), c.columns(), c.key(), c.eventTime(), 1, Contract.WireFormat.AVRO, c.kind(), c.raw(),
                c.freshness(), c.quality(), c.place());
    }

    private static Surroundings surroundings(Pipeline pipeline, TrialRegistry registry) {
        Map<String, SourceTopic> sources = new HashMap<>();
        Map<String, Integer> ids = new HashMap<>();
        Map<String, Integer> room = new HashMap<>();
        List<Contract> contracts = pipeline.contracts().stream().sorted(Comparator.comparing(Contract::name)).toList();
        for (int i = 0; i < contracts.size(); i++) {
            Contract contract = contracts.get(i);
            sources.put(contract.name(), new SourceTopic(contract, topicId(contract), 1, i));
            write(QuarantineRecord.topicOf(contract.topic()), QuarantineRecord.ROW, registry, ids, room);
        }
        for (Pipeline.PlannedModel model : pipeline.models()) {
            write(pipeline.topicOf(model.name()), model.plan().rowType(), registry, ids, room);
            pipeline.sideTopicsOf(model).forEach((topic, row) -> write(topic, row, registry, ids, room));
        }
        return new Surroundings(sources, ids, room, TICK, SourceTime.NONE);
    }

    private static void write(String topic, FieldType.Struct row, TrialRegistry registry, Map<String, Integer> ids,
            Map<String, Integer> room) {
        String subject = Pipeline.subjectOf(topic);
        ids.put(subject, registry.register(subject, AvroTypes.toSchema(topic, row)));
        room.put(topic, ROOM);
    }

    private static Uuid topicId(Contract contract) {
        UUID id = UUID.nameUUIDFromBytes(contract.topic().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    private static Properties config(Path state) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "trial");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // Without it Kafka Streams warns at every start; there is no global thread.
        config.put("processing.exception.handler.global.enabled", true);
        return config;
    }

    private static void send(TopologyTestDriver driver, Pipeline pipeline, TrialRegistry registry,
            List<ModelTest.Given> given) {
        Map<String, AvroRowEncoder> encoders = new HashMap<>();
        pipeline.contracts().forEach(c -> encoders.put(c.name(), AvroRowEncoder.of(AvroTypes.toSchema(c), c.rowType(),
                registry.register("", AvroTypes.toSchema(c)))));
        for (ModelTest.Given one : given) {
            Contract contract = one.source();
            var topic = driver.createInputTopic(contract.topic(), new ByteArraySerializer(),
                    new ByteArraySerializer());
            topic.pipeInput(switch (one) {
                case ModelTest.Given.Row row -> new TestRecord<>(null,
                        encoders.get(contract.name()).encode(row.row()), new RecordHeaders(), timestamp(row));
                case ModelTest.Given.Delete delete -> new TestRecord<>(key(contract, delete, registry), null,
                        new RecordHeaders(), delete.timestamp().isPresent()
                                ? Instant.ofEpochMilli(delete.timestamp().getAsLong())
                                : TestValues.DAY.atStartOfDay().toInstant(ZoneOffset.UTC));
                case ModelTest.Given.End end -> {
                    var marker = EndMarker.record(contract.topic(), 0);
                    yield new TestRecord<>(marker.key(), null, marker.headers(), Instant.EPOCH);
                }
            });
        }
    }

    private static byte[] key(Contract contract, ModelTest.Given.Delete delete, TrialRegistry registry) {
        var schema = AvroTypes.toSchema(contract.recordName() + ".Key", contract.keyType());
        return AvroRowEncoder.of(schema, contract.keyType(), registry.register("", schema)).encode(delete.key());
    }

    /** Kafka's time of a record: what the case says, else just what its event time asks for. */
    private static Instant timestamp(ModelTest.Given.Row row) {
        if (row.timestamp().isPresent()) {
            return Instant.ofEpochMilli(row.timestamp().getAsLong());
        }
        Optional<Long> eventTime = row.source().eventTime()
                .map(e -> (Long) row.row()[row.source().rowType().indexOf(e.column())]);
        return eventTime.map(micros -> Instant.ofEpochMilli(Math.max(0, Math.ceilDiv(micros, 1000L))))
                .orElse(TestValues.DAY.atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    /** How many exchanges lie between a source and a model at most. */
    private static int depth(Pipeline pipeline) {
        return pipeline.models().stream().mapToInt(m -> exchanges(m.plan().root())).sum();
    }

    private static int exchanges(PlanNode node) {
        return (node instanceof PlanNode.Exchange ? 1 : 0) + node.inputs().stream().mapToInt(Trial::exchanges).sum();
    }

    private static Outcome outcome(TopologyTestDriver driver, Pipeline pipeline, String model) {
        Pipeline.PlannedModel planned = pipeline.models().stream().filter(m -> m.name().equals(model)).findFirst()
                .orElseThrow();
        List<Object[]> refused = new ArrayList<>();
        pipeline.contracts().forEach(
                c -> refused.addAll(rows(driver, QuarantineRecord.topicOf(c.topic()), QuarantineRecord.ROW)));
        List<Object[]> late = new ArrayList<>();
        pipeline.models().forEach(m -> pipeline.sideTopicsOf(m).forEach((topic, type) -> {
            if (type == QuarantineRecord.ROW) {
                refused.addAll(rows(driver, topic, type));
            } else if (m == planned) {
                late.addAll(rows(driver, topic, type));
            }
        }));
        return new Outcome(rows(driver, pipeline.topicOf(model), planned.plan().rowType()), late, refused);
    }

    /** What a topic says in the end: the last row of each key, and every row without one. */
    private static List<Object[]> rows(TopologyTestDriver driver, String topic, FieldType.Struct type) {
        AvroRowDecoder decoder = AvroRowDecoder.of(AvroTypes.toSchema(topic, type), type);
        Map<Bytes, byte[]> byKey = new LinkedHashMap<>();
        List<byte[]> keyless = new ArrayList<>();
        for (KeyValue<byte[], byte[]> record : driver
                .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readKeyValuesToList()) {
            if (record.key == null) {
                keyless.add(record.value);
            } else if (record.value == null) {
                byKey.remove(Bytes.wrap(record.key));
            } else {
                byKey.put(Bytes.wrap(record.key), record.value);
            }
        }
        return Stream.concat(byKey.values().stream(), keyless.stream()).map(value -> decoded(decoder, value)).toList();
    }

    private static Object[] decoded(AvroRowDecoder decoder, byte[] value) {
        try {
            return decoder.decodeFramed(value);
        } catch (Malformed e) {
            throw new IllegalStateException("the engine wrote what it cannot read", e);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("millrace-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
