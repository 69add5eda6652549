package millrace.ops.load;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A contract's topic, open for numbered records. A record is written once and in order within its partition; the first
 * that cannot be written ends the writing with its reason.
 */
public final class Destination implements AutoCloseable {
    private static final int ANSWER_WITHIN_MILLIS = 12_000;

    private final Contract contract;
    private final int partitions;
    private final Producer<byte[], byte[]> producer;
    private final AvroRowEncoder encoder;
    private final RecordKeys keys;
    private final Map<Integer, LastLoaded.Tail> tails;
    private volatile Exception failure;

    private Destination(Contract contract, int partitions, Producer<byte[], byte[]> producer, AvroRowEncoder encoder,
            Map<Integer, LastLoaded.Tail> tails) {
        this.contract = contract;
        this.partitions = partitions;
        this.producer = producer;
        this.encoder = encoder;
        this.keys = new RecordKeys(contract);
        this.tails = tails;
    }

    /**
     * Registers the contract's schema and looks how far the topic is.
     *
     * @param client Kafka client settings with {@code bootstrap.servers}
     * @throws ProblemException if the topic does not exist or the cluster does not answer
     */
    public static Destination open(Contract contract, Map<String, Object> client, SchemaRegistry registry) {
        int partitions = partitions(contract.topic(), client);
        var schema = AvroTypes.toSchema(contract);
        int id = registry.register(contract.topic() + "-value", schema);
        Map<Integer, LastLoaded.Tail> tails;
        try (Consumer<byte[], byte[]> consumer = consumer(client)) {
            tails = LastLoaded.of(consumer, contract.topic(), partitions);
        }
        return new Destination(contract, partitions, producer(client),
                AvroRowEncoder.of(schema, contract.rowType(), id), tails);
    }

    private static int partitions(String topic, Map<String, Object> client) {
        try (Admin admin = Admin.create(client)) {
            return admin.describeTopics(List.of(topic), new DescribeTopicsOptions().timeoutMs(ANSWER_WITHIN_MILLIS))
                    .allTopicNames().get().get(topic).partitions().size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new ProblemException(Problem.of(OpsProblem.TOPIC_UNKNOWN, topic,
                        "There is no topic " + topic + " in the cluster.")
                        .withRemedy("Start the pipeline, or create its topics with `millrace topics apply`."));
            }
            throw new ProblemException(Problem.of(OpsProblem.UNREACHABLE, "kafka",
                    client.get("bootstrap.servers") + " does not answer: " + e.getCause().getMessage())
                    .withRemedy(OpsProblem.UNREACHABLE.remedy()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> client) {
        Map<String, Object> p = new HashMap<>(client);
        p.put("isolation.level", "read_committed");
        p.put("enable.auto.commit", "false");
        p.put("auto.offset.reset", "none");
        return new KafkaConsumer<>(p, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Producer<byte[], byte[]> producer(Map<String, Object> client) {
        Map<String, Object> p = new HashMap<>(client);
        p.put("acks", "all");
        p.put("enable.idempotence", "true");
        p.put("linger.ms", "20");
        p.put("batch.size", Integer.toString(128 << 10));
        p.put("compression.type", "lz4");
        return new KafkaProducer<>(p, new ByteArraySerializer(), new ByteArraySerializer());
    }

    public int partitions() {
        return partitions;
    }

    /** How far each partition was when this was opened. */
    public Map<Integer, LastLoaded.Tail> tails() {
        return tails;
    }

    /** The highest number in any partition; -1 if there is none. */
    public long highest() {
        return tails.values().stream().mapToLong(t -> switch (t) {
            case LastLoaded.Tail.Empty e -> -1;
            case LastLoaded.Tail.Reached r -> r.number();
            case LastLoaded.Tail.Ended e -> e.number();
        }).max().orElse(-1);
    }

    byte[] key(Object[] row) {
        return keys.key(row);
    }

    byte[] encode(Object[] row) {
        return encoder.encode(row);
    }

    /** Writes a row under its number. */
    public void write(long number, Object[] row) {
        byte[] key = keys.key(row);
        write(number, key, encoder.encode(row));
    }

    /** Writes bytes as they are: for what is meant to be broken. */
    public void write(long number, byte[] key, byte[] value) {
        var record = new ProducerRecord<>(contract.topic(), RecordKeys.partition(key, number, partitions), key, value);
        LastLoaded.number(record.headers(), number);
        send(record);
    }

    /** The framed bytes of a row, to be spoiled. */
    public byte[] bytes(Object[] row) {
        return encoder.encode(row);
    }

    public byte[] keyOf(Object[] row) {
        return keys.key(row);
    }

    void send(ProducerRecord<byte[], byte[]> record) {
        throwFailure();
        producer.send(record, (done, e) -> {
            if (e != null && failure == null) {
                failure = e;
            }
        });
    }

    /** Returns when everything written is safe in the topic. */
    public void flush() {
        producer.flush();
        throwFailure();
    }

    private void throwFailure() {
        Optional.ofNullable(failure).ifPresent(e -> {
            throw new ProblemException(Problem.of(OpsProblem.UNREACHABLE, contract.topic(),
                    "Records could not be written: " + e.getMessage())
                    .withRemedy("Start the same command again: it goes on where it stopped."));
        });
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(10));
    }
}
