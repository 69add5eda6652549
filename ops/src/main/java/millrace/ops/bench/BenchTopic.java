package millrace.ops.bench;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.time.EndMarker;
import millrace.schemas.topic.WritableTopics;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Fills a contract's topic as fast as the cluster takes it. Serves one thread. */
public final class BenchTopic implements AutoCloseable {
    private final Contract contract;
    private final AvroRowEncoder encoder;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private long bytes;

    public BenchTopic(Contract contract, String bootstrapServers, SchemaRegistry registry) {
        this.contract = contract;
        Schema schema = AvroTypes.toSchema(contract);
        encoder = AvroRowEncoder.of(schema, contract.rowType(), registry.register(contract.topic() + "-value", schema));
        producer = producer(bootstrapServers);
    }

    /** One that waits long for a cluster that is busy. */
    static KafkaProducer<byte[], byte[]> producer(String bootstrapServers) {
        return new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", 20,
                "batch.size", 128 << 10, "compression.type", "lz4", "delivery.timeout.ms", 600_000, "max.block.ms",
                600_000), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Creates a contract's topic. Event times are made up, so nothing in it is ever too old.
     *
     * @throws ExecutionException if the cluster refuses
     */
    public static void create(Contract contract, String bootstrapServers)
            throws ExecutionException, InterruptedException {
        create(contract.topic(), contract.partitions(), bootstrapServers);
    }

    /**
     * Creates a topic without a contract, in which nothing is ever too old either.
     *
     * @throws ExecutionException if the cluster refuses
     */
    static void create(String topic, int partitions, String bootstrapServers)
            throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            WritableTopics.create(admin, Set.of(new NewTopic(topic, partitions, (short) 1)
                    .configs(Map.of("retention.ms", "-1"))));
        }
    }

    /**
     * Sends a row to partition {@code n} modulo their number.
     *
     * @param millis event time, which becomes the record's timestamp
     */
    public void send(long n, long millis, Object[] row) {
        send((int) (n % contract.partitions()), millis, null, row);
    }

    /**
     * Sends a row to the partition of its key.
     *
     * @param millis event time, which becomes the record's timestamp
     */
    void send(byte[] key, long millis, Object[] row) {
        send(null, millis, key, row);
    }

    private void send(Integer partition, long millis, byte[] key, Object[] row) {
        byte[] value = encoder.encode(row);
        bytes += value.length;
        producer.send(new ProducerRecord<>(contract.topic(), partition, millis, key, value),
                (sent, error) -> note(error));
    }

    /** Whether something could not be written, as far as is known. */
    boolean hasFailed() {
        return failure.get() != null;
    }

    /** Of the values of all rows so far. */
    long bytes() {
        return bytes;
    }

    /**
     * Waits until everything is acknowledged.
     *
     * @throws KafkaException if something could not be written
     */
    public void flush() {
        producer.flush();
        if (failure.get() != null) {
            throw new KafkaException("an event could not be written", failure.get());
        }
    }

    /**
     * Says of every partition that nothing comes any more.
     *
     * @throws KafkaException as {@link #flush}
     */
    public void end() {
        for (int p = 0; p < contract.partitions(); p++) {
            producer.send(EndMarker.record(contract.topic(), p), (sent, error) -> note(error));
        }
        flush();
    }

    private void note(Exception error) {
        if (error != null) {
            failure.compareAndSet(null, error);
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(10));
    }
}
