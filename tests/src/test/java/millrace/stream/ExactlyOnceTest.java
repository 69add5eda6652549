package millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.process.CommittedTopic;
import millrace.schemas.time.CompleteThrough;
import millrace.schemas.time.EndMarker;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import millrace.topology.operator.OriginHeader;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.RunState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills stream workers at random moments under load and compares, key by key, what is in the model's topics and in
 * quarantine with what was produced. The seed is printed with a failure.
 */
class ExactlyOnceTest {
    private static final int PARTITIONS = 4;
    private static final long SEED = Long.getLong("millrace.seed", 20261120);
    private static final int ROUNDS = "long".equals(System.getProperty("millrace.suite")) ? 20 : 3;

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private final Map<String, Long> expectedSilver = new TreeMap<>();
    private final Map<String, String> expectedQuarantine = new TreeMap<>();
    private final long[] nextOffset = new long[PARTITIONS];
    private long made;

    @Test
    void everyRecordIsInEachModelOnceOrInQuarantineOnceWhateverIsKilled() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"))) {
            String servers = broker.bootstrapServers();
            try (PipelineRun first = run(servers)) {
                first.start();
                assertThat(first.await(RunState.Running.class::isInstance,
                        Duration.ofMinutes(1))).as("seed %d", SEED).isPresent();
            }
            List<Process> workers = new ArrayList<>();
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    while (workers.size() < 2) {
                        workers.add(worker(servers, workers.size()));
                    }
                    long before = committed(servers);
                    produce(servers, 4_000);
                    awaitMoreThan(before, servers);
                    // The older worker is killed in the midst of its work; the other takes its partitions over.
                    produce(servers, 2_000 + random.nextInt(4_000));
                    workers.get(0).destroyForcibly().waitFor();
                    Process survivor = workers.get(1);
                    workers.clear();
                    workers.add(survivor);
                }
            } finally {
                for (Process worker : workers) {
                    worker.destroyForcibly().waitFor();
                }
            }
            end(servers);
            try (PipelineRun last = run(servers)) {
                last.start();
                assertThat(last.drain(Duration.ofMinutes(3))).as("drained; seed %d, state %s", SEED, last.state())
                        .isTrue();
            }
            verify(servers);
        }
    }

    private void verify(String servers) throws Malformed {
        assertThat(rows(servers, Clicks.SILVER)).as("silver, seed %d", SEED).isEqualTo(expectedSilver);
        assertThat(rows(servers, Clicks.GOLD)).as("gold, seed %d", SEED).isEqualTo(expectedSilver);
        assertThat(quarantine(servers)).as("quarantine, seed %d", SEED).isEqualTo(expectedQuarantine);
        // The loader has said of every partition that it is complete, so the model's topic is complete for ever.
        CompleteThrough through = new CompleteThrough(Clicks.SILVER);
        for (var r : read(servers, "web.watermarks")) {
            TaskWatermark.of(r.key(), r.value()).ifPresent(through::observe);
        }
        assertThat(through.candidate()).as("watermark, seed %d", SEED).hasValue(TaskWatermark.END);
    }

    private Map<String, Long> rows(String servers, String topic) throws Malformed {
        var decoder = AvroRowDecoder.of(AvroTypes.toSchema(topic, Clicks.row()), Clicks.row());
        Map<String, Long> rows = new TreeMap<>();
        for (var r : read(servers, topic)) {
            Object[] row = decoder.decodeFramed(r.value());
            Long before = rows.put((String) row[0], (Long) row[1]);
            assertThat(before).as("%s twice in %s, seed %d", row[0], topic, SEED).isNull();
            assertThat(OriginHeader.of(r.headers())).hasValueSatisfying(o -> {
                assertThat(o.eventTime()).isEqualTo(row[2]);
                assertThat(o.horizon()).isLessThanOrEqualTo(o.watermark());
            });
        }
        return rows;
    }

    /** Origin (partition and offset) to the reason. */
    private Map<String, String> quarantine(String servers) throws Malformed {
        String topic = QuarantineRecord.topicOf(Clicks.TOPIC);
        var decoder = AvroRowDecoder.of(AvroTypes.toSchema(topic, QuarantineRecord.ROW), QuarantineRecord.ROW);
        Map<String, String> quarantine = new TreeMap<>();
        for (var r : read(servers, topic)) {
            Object[] row = decoder.decodeFramed(r.value());
            String origin = row[2] + "/" + row[3];
            String before = quarantine.put(origin, (String) row[QuarantineRecord.ROW.indexOf("reason")]);
            assertThat(before).as("%s twice in quarantine, seed %d", origin, SEED).isNull();
        }
        return quarantine;
    }

    private void produce(String servers, int count) {
        var registry = new FixedRegistry();
        AvroRowEncoder encoder = Clicks.encoder(registry.add(Clicks.schema()));
        try (var producer = producer(servers)) {
            for (int i = 0; i < count; i++) {
                long n = made++;
                int partition = random.nextInt(PARTITIONS);
                long now = System.currentTimeMillis();
                Long time = (now - random.nextInt(10_000)) * 1000;
                byte[] value;
                String reason = null;
                switch (random.nextInt(50)) {
                    case 0 -> {
                        value = new byte[] {'{', '}'};
                        reason = "RECORD_MALFORMED";
                    }
                    case 1 -> {
                        value = null;
                        reason = "VALUE_MISSING";
                    }
                    case 2 -> {
                        value = encoder.encode(new Object[] {"k" + n, n, null});
                        reason = "EVENT_TIME_MISSING";
                    }
                    case 3 -> {
                        value = encoder.encode(new Object[] {"k" + n, n, (now + 7_200_000) * 1000});
                        reason = "EVENT_TIME_AHEAD";
                    }
                    default -> {
                        value = encoder.encode(new Object[] {"k" + n, n, time});
                        if (Clicks.isFailing(n)) {
                            reason = "EXPRESSION_FAILED";
                        } else if (!Clicks.isDropped(n)) {
                            expectedSilver.put("k" + n, n * 2);
                        }
                    }
                }
                if (reason != null) {
                    expectedQuarantine.put(partition + "/" + nextOffset[partition], reason);
                }
                producer.send(new ProducerRecord<>(Clicks.TOPIC, partition, now, null, value));
                nextOffset[partition]++;
            }
        }
    }

    private void end(String servers) {
        try (var producer = producer(servers)) {
            for (int p = 0; p < PARTITIONS; p++) {
                producer.send(EndMarker.record(Clicks.TOPIC, p));
            }
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(String servers) {
        return new KafkaProducer<>(Map.of("bootstrap.servers", servers, "linger.ms", "5"), new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static long committed(String servers) {
        try (var consumer = committedConsumer(servers)) {
            return sum(consumer.endOffsets(partitions(Clicks.SILVER)));
        }
    }

    private static void awaitMoreThan(long before, String servers) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        try (var consumer = committedConsumer(servers)) {
            while (sum(consumer.endOffsets(partitions(Clicks.SILVER))) <= before) {
                assertThat(System.nanoTime()).as("the workers commit something; seed %d", SEED).isLessThan(deadline);
                Thread.sleep(50);
            }
        }
    }

    private static long sum(Map<TopicPartition, Long> offsets) {
        return offsets.values().stream().mapToLong(Long::longValue).sum();
    }

    private static List<TopicPartition> partitions(String topic) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int p = 0; p < (topic.endsWith("watermarks") ? 1 : PARTITIONS); p++) {
            partitions.add(new TopicPartition(topic, p));
        }
        return partitions;
    }

    private static KafkaConsumer<byte[], byte[]> committedConsumer(String servers) {
        return new KafkaConsumer<>(Map.of("bootstrap.servers", servers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String servers, String topic) {
        return CommittedTopic.read(servers, topic, "seed " + SEED);
    }

    private PipelineRun run(String servers) {
        var registry = new FixedRegistry();
        registry.add(Clicks.schema());
        return new PipelineRun(Clicks.pipeline(PARTITIONS), StreamWorker.settings(servers, folder.resolve("main")),
                registry, Clicks.compiler(), InstantSource.system());
    }

    private Process worker(String servers, int slot) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx300m", "-cp",
                System.getProperty("java.class.path"), StreamWorker.class.getName(), servers,
                folder.resolve("worker" + slot + "-" + made).toString())
                .redirectErrorStream(true).redirectOutput(folder.resolve("worker" + made + slot + ".log").toFile())
                .start();
    }
}
