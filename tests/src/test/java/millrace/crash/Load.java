package millrace.crash;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Produces {@link Order}s at a rate until told to stop; outlives kills of the broker and doubles nothing. */
public final class Load implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;
    private final Thread thread;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile boolean stopping;
    private volatile long produced;

    /** Begins with the first order. */
    public Load(String bootstrapServers, String topic, long seed, int perSecond, int schemaId, Schema schema) {
        this(bootstrapServers, topic, seed, 0, perSecond, schemaId, schema);
    }

    /**
     * Begins at once.
     *
     * @param first the order to begin with: how many an earlier load has {@link #produced}
     */
    public Load(String bootstrapServers, String topic, long seed, long first, int perSecond, int schemaId,
            Schema schema) {
        produced = first;
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "acks", "all",
                "enable.idempotence", true, "delivery.timeout.ms", 600_000, "max.block.ms", 600_000, "linger.ms", 20,
                "reconnect.backoff.max.ms", 500), new ByteArraySerializer(), new ByteArraySerializer());
        thread = new Thread(() -> produce(topic, seed, first, perSecond, schemaId, schema), "load");
        thread.start();
    }

    private void produce(String topic, long seed, long first, int perSecond, int schemaId, Schema schema) {
        long started = System.nanoTime();
        long index = first;
        while (!stopping && failure.get() == null) {
            Order order = Order.of(seed, index, System.currentTimeMillis() * 1000);
            byte[] value = order.fate() == Order.Fate.GARBAGE ? order.garbage() : encode(order, schemaId, schema);
            producer.send(new ProducerRecord<>(topic, order.id().getBytes(StandardCharsets.UTF_8), value),
                    (metadata, exception) -> {
                        if (exception != null) {
                            failure.compareAndSet(null, exception);
                        }
                    });
            index++;
            long ahead = started + (index - first) * 1_000_000_000L / perSecond - System.nanoTime();
            if (ahead > 0) {
                LockSupport.parkNanos(ahead);
            }
            produced = index;
        }
        producer.flush();
    }

    private static byte[] encode(Order order, int schemaId, Schema schema) {
        GenericRecord record = new GenericData.Record(schema);
        record.put("id", order.id());
        record.put("customer", order.customer());
        record.put("amount", ByteBuffer.wrap(order.amount().unscaledValue().toByteArray()));
        boolean millis = schema.getField("ordered_at").schema()
                .getLogicalType() instanceof LogicalTypes.TimestampMillis;
        record.put("ordered_at", millis ? order.orderedAtMicros() / 1000 : order.orderedAtMicros());
        var bytes = new ByteArrayOutputStream();
        try {
            var frame = new DataOutputStream(bytes);
            frame.writeByte(0);
            frame.writeInt(schemaId);
            var encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public long produced() {
        return produced;
    }

    /** Ends the load and returns how many orders there are now, all of them acknowledged. */
    public long finish() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
        if (failure.get() != null) {
            throw new IllegalStateException("the load could not be produced", failure.get());
        }
        return produced;
    }

    @Override
    public void close() {
        stopping = true;
        producer.close(java.time.Duration.ZERO);
    }
}
