package millrace.ops.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import millrace.schemas.contract.Contract;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Produces events at a rate. An event happens when it is due, not when it could be sent: if the producer has to wait,
 * what waited shows in every delay that is measured from its time.
 */
final class SteadyLoad implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(5);
    private static final int USER_ID = 2;

    private final Events events;
    private final Contract contract;
    private final AvroRowEncoder encoder;
    private final Producer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile long sent;
    private long bytes;

    SteadyLoad(Events events, Contract contract, String bootstrapServers, SchemaRegistry registry) {
        this.events = events;
        this.contract = contract;
        var schema = AvroTypes.toSchema(contract);
        encoder = AvroRowEncoder.of(schema, contract.rowType(), registry.register(contract.topic() + "-value", schema));
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", 20,
                "batch.size", 128 << 10, "compression.type", "lz4", "delivery.timeout.ms", 600_000, "max.block.ms",
                600_000), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Produces for a while, or until somebody says stop; all of it is acknowledged then.
     *
     * @param from when the first event happens
     * @throws KafkaException if one cannot be written
     */
    void run(Instant from, int perSecond, Duration duration, BooleanSupplier stop) {
        long start = System.nanoTime();
        long startMillis = from.toEpochMilli();
        long all = duration.toMillis() * perSecond / 1_000;
        for (long n = 0; n < all && !stop.getAsBoolean() && failure.get() == null;) {
            long due = Math.min(all, (System.nanoTime() - start) / 1_000 * perSecond / 1_000_000 + 1);
            for (; n < due; n++) {
                send(n, startMillis + n * 1_000 / perSecond);
            }
            sent = n;
            LockSupport.parkNanos(TICK.toNanos());
        }
        producer.flush();
        if (failure.get() != null) {
            throw new KafkaException("an event could not be written", failure.get());
        }
    }

    private void send(long n, long millis) {
        Object[] row = events.row(n, millis * 1_000);
        byte[] value = encoder.encode(row);
        bytes += value.length;
        producer.send(new ProducerRecord<>(contract.topic(), null, millis,
                ((String) row[USER_ID]).getBytes(StandardCharsets.UTF_8), value), (done, e) -> {
                    if (e != null) {
                        failure.compareAndSet(null, e);
                    }
                });
    }

    /** How many events have been handed to the producer. */
    long sent() {
        return sent;
    }

    /** Of the values of all events, once {@link #run} has returned. */
    long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(10));
    }
}
