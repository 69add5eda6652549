package millrace.ops.bench.nexmark;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.time.EndMarker;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Fills the topics of the project: event {@code n} goes to partition {@code n} modulo their number. */
public final class NexmarkLoad implements AutoCloseable {
    /** How many rows the side input has, with the keys from 0 on. */
    public static final int SIDE_ROWS = 10_000;
    private static final Duration BEFORE = Duration.ofHours(1);

    private final NexmarkGenerator generator;
    private final Contract events;
    private final AvroRowEncoder encoder;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    public NexmarkLoad(NexmarkGenerator generator, Contract events, String bootstrapServers, SchemaRegistry registry) {
        this.generator = generator;
        this.events = events;
        encoder = encoder(events, registry);
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", 20,
                "batch.size", 128 << 10, "compression.type", "lz4", "delivery.timeout.ms", 600_000, "max.block.ms",
                600_000), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static AvroRowEncoder encoder(Contract contract, SchemaRegistry registry) {
        Schema schema = AvroTypes.toSchema(contract);
        return AvroRowEncoder.of(schema, contract.rowType(), registry.register(contract.topic() + "-value", schema));
    }

    /**
     * Creates a contract's topic. Event times are made up, so nothing in it is ever too old.
     *
     * @throws ExecutionException if the cluster refuses
     */
    public static void createTopic(Contract contract, String bootstrapServers)
            throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(Set.of(new NewTopic(contract.topic(), contract.partitions(), (short) 1)
                    .configs(Map.of("retention.ms", "-1")))).all().get();
        }
    }

    /**
     * Produces the events from one number up to another, which is left out; all are acknowledged then.
     *
     * @throws KafkaException if one cannot be written
     */
    public void produce(long from, long to) {
        for (long n = from; n < to && failure.get() == null; n++) {
            NexmarkEvent event = generator.event(n);
            send(events, (int) (n % events.partitions()), event.dateTime(), encoder.encode(event.row()));
        }
        flush();
    }

    /**
     * Fills the side input, valid from an hour before the first event on, and ends it.
     *
     * @throws KafkaException if a row cannot be written
     */
    public void produceSideInput(Contract side, SchemaRegistry registry) {
        AvroRowEncoder rows = encoder(side, registry);
        long at = generator.start().minus(BEFORE).toEpochMilli();
        for (long key = 0; key < SIDE_ROWS; key++) {
            send(side, (int) (key % side.partitions()), at, rows.encode(new Object[] {key, "value-" + key,
                    at * 1_000}));
        }
        end(side);
    }

    /**
     * Says of every partition that no events come any more.
     *
     * @throws KafkaException if that cannot be written
     */
    public void end() {
        end(events);
    }

    private void end(Contract contract) {
        for (int p = 0; p < contract.partitions(); p++) {
            producer.send(EndMarker.record(contract.topic(), p), this::note);
        }
        flush();
    }

    private void send(Contract contract, int partition, long millis, byte[] value) {
        producer.send(new ProducerRecord<>(contract.topic(), partition, millis, null, value, List.of()), this::note);
    }

    private void note(Object sent, Exception error) {
        if (error != null) {
            failure.compareAndSet(null, error);
        }
    }

    private void flush() {
        producer.flush();
        if (failure.get() != null) {
            throw new KafkaException("an event could not be written", failure.get());
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(10));
    }
}
