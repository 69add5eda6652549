package millrace.mend;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import millrace.process.Patience;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.time.EndMarker;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Live traffic: rows of one contract, at a rate that can be changed, round the partitions. */
final class Feed implements AutoCloseable {
    private final Contract contract;
    private final Iterator<Object[]> rows;
    private final AvroRowEncoder encoder;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile int perSecond = 20_000;
    private volatile long limit;
    private volatile long sent;
    private volatile boolean closing;

    /** Sends nothing yet. */
    Feed(String bootstrapServers, String registryUrl, Contract contract, Iterator<Object[]> rows) {
        this.contract = contract;
        this.rows = rows;
        try (ConfluentRegistry registry = new ConfluentRegistry(registryUrl, Map.of())) {
            encoder = AvroRowEncoder.of(AvroTypes.toSchema(contract), contract.rowType(),
                    registry.register(contract.topic() + "-value", AvroTypes.toSchema(contract)));
        }
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 20),
                new ByteArraySerializer(), new ByteArraySerializer());
        thread = Thread.ofPlatform().name("feed").start(this::produce);
    }

    private void produce() {
        try {
            while (!closing && rows.hasNext()) {
                if (sent >= limit) {
                    producer.flush();
                    LockSupport.parkNanos(10_000_000);
                    continue;
                }
                producer.send(new ProducerRecord<>(contract.topic(), (int) (sent % contract.partitions()), null,
                        encoder.encode(rows.next())));
                sent++;
                if (sent % 10 == 0) {
                    LockSupport.parkNanos(10 * 1_000_000_000L / perSecond);
                }
            }
        } catch (RuntimeException e) {
            failure.set(e);
        }
    }

    long sent() {
        if (failure.get() != null) {
            throw failure.get();
        }
        return sent;
    }

    /** Goes on up to a row. */
    void upTo(long row, int rate) {
        perSecond = rate;
        limit = row;
    }

    /** Sends the rest, as fast as it can, and says that nothing comes after it. */
    void end() throws InterruptedException {
        upTo(Long.MAX_VALUE, Integer.MAX_VALUE);
        thread.join();
        sent();
        for (int p = 0; p < contract.partitions(); p++) {
            producer.send(EndMarker.record(contract.topic(), p));
        }
        producer.flush();
    }

    @Override
    public void close() {
        closing = true;
        Patience.join(thread);
        producer.close();
    }
}
