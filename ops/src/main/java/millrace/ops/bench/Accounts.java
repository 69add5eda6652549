package millrace.ops.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import millrace.ops.generate.Chance;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Accounts that change all the time, in a topic as the engine writes it: the record's key is Avro of the row's key. About
 * 160 bytes each. Change number {@code n} is a function of the seed and {@code n}.
 */
final class Accounts implements AutoCloseable {
    static final String TOPIC = "bench.accounts";
    static final int PARTITIONS = 4;
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.required("id", new FieldType.Int64()), Field.required("version", new FieldType.Int64()),
            Field.required("changed_at", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true)),
            Field.required("region", new FieldType.Text()), Field.required("balance", new FieldType.Float64()),
            Field.required("note", new FieldType.Text())));
    private static final FieldType.Struct KEY = new FieldType.Struct(List.of(ROW.fields().get(0)));
    private static final String[] REGIONS = {"eu-west-1", "us-east-1", "ap-south-1", "sa-east-1", "af-south-1"};
    private static final int NOTE = 96;
    private static final Duration TICK = Duration.ofMillis(5);

    private final long seed;
    private final int keys;
    private final AvroRowEncoder values;
    private final AvroRowEncoder ids = AvroRowEncoder.of(AvroTypes.toSchema("key", KEY), KEY, 0);
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    Accounts(long seed, int keys, String bootstrapServers, SchemaRegistry registry) {
        this.seed = seed;
        this.keys = keys;
        Schema schema = AvroTypes.toSchema("Account", ROW);
        values = AvroRowEncoder.of(schema, ROW, registry.register(TOPIC + "-value", schema));
        producer = BenchTopic.producer(bootstrapServers);
    }

    /** The table of the newest row of each. */
    static TableSpec table(String name, Duration commitInterval) {
        return new TableSpec("bench", name, TOPIC, ROW, TableSpec.Layout.ENGINE, Optional.empty(), List.of(),
                List.of(), commitInterval, 256L << 20, Map.of()).ofNewest(List.of("id"));
    }

    /**
     * Sends changes as fast as the cluster takes them; they are acknowledged then.
     *
     * @throws KafkaException if one cannot be written
     */
    void send(long from, long to) {
        for (long n = from; n < to && failure.get() == null; n++) {
            send(n);
        }
        flush();
    }

    /**
     * Sends changes at a rate until somebody says stop; they are acknowledged then.
     *
     * @throws KafkaException if one cannot be written
     */
    void send(long from, int perSecond, BooleanSupplier stop) {
        long start = System.nanoTime();
        for (long n = from; !stop.getAsBoolean() && failure.get() == null;) {
            long due = from + (System.nanoTime() - start) / 1_000 * perSecond / 1_000_000;
            for (; n < due; n++) {
                send(n);
            }
            LockSupport.parkNanos(TICK.toNanos());
        }
        flush();
    }

    private void send(long n) {
        long id = Math.floorMod(Chance.random(seed, n, 1), (long) keys);
        int length = ids.write(new Object[] {id});
        long text = Chance.random(seed, n, 2);
        byte[] note = new byte[NOTE];
        for (int i = 0; i < NOTE; i++) {
            note[i] = (byte) ('a' + (i % 8 < 4 ? (text >>> i % 16 * 4 & 15) : i % 26));
        }
        Object[] row = {id, n, Instant.now().toEpochMilli() * 1_000, REGIONS[Math.floorMod((int) text, REGIONS.length)],
                (text >>> 40) / 100.0, new String(note, StandardCharsets.US_ASCII)};
        producer.send(new ProducerRecord<>(TOPIC, Arrays.copyOf(ids.buffer(), length), values.encode(row)),
                (sent, error) -> {
                    if (error != null) {
                        failure.compareAndSet(null, error);
                    }
                });
    }

    private void flush() {
        producer.flush();
        if (failure.get() != null) {
            throw new KafkaException("a change could not be written", failure.get());
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(10));
    }
}
