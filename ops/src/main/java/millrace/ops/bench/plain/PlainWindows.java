package millrace.ops.bench.plain;

import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import millrace.schemas.contract.Contract;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Counts the rows of a contract's topic per key and window, written with the DSL as one would who knows it: only the two
 * columns that matter are decoded, and nothing but the key goes through the topic in between. Exactly once; what Kafka
 * Streams decides by default stays so, its cache too.
 */
public final class PlainWindows implements AutoCloseable {
    private static final byte[] NOTHING = {};

    private final KafkaStreams streams;
    private final LongAdder counted = new LongAdder();

    /**
     * How it runs.
     *
     * @param application also the name of its consumer group, and what its own topics begin with
     * @param state a folder for its stores
     * @param output a topic that is there; its keys are {@code key@start} with the window's start in milliseconds
     * @param commit how often it commits
     * @param grace how long after its end, by the largest event time that its task has seen, a window still counts
     */
    public record Settings(String bootstrapServers, String application, Path state, String output, Duration window,
            Duration grace, Duration commit, int threads) {
    }

    /** What is counted: of one row. */
    private record Event(String key, long millis) {
    }

    /** @param key the column that rows are counted by, of text */
    public PlainWindows(Contract contract, String key, Settings settings) {
        streams = new KafkaStreams(topology(contract, key, settings), properties(settings));
    }

    private Topology topology(Contract contract, String key, Settings settings) {
        TimestampExtractor eventTime = (ConsumerRecord<Object, Object> r, long before) -> r.value() instanceof Event e
                ? e.millis()
                : before;
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(contract.topic(), Consumed.with(Serdes.ByteArray(), events(contract, key))
                .withTimestampExtractor(eventTime).withName("events"))
                .filter((none, event) -> event != null)
                .map((none, event) -> KeyValue.pair(event.key(), NOTHING))
                .groupByKey(Grouped.with("keys", Serdes.String(), Serdes.ByteArray()))
                .windowedBy(TimeWindows.ofSizeAndGrace(settings.window(), settings.grace()))
                .aggregate(() -> 0L, (k, nothing, count) -> {
                    counted.increment();
                    return count + 1;
                }, Materialized.with(Serdes.String(), Serdes.Long()))
                .toStream((window, count) -> window.key() + "@" + window.window().start())
                .to(settings.output(), Produced.with(Serdes.String(), Serdes.Long()));
        return builder.build();
    }

    private static Serde<Event> events(Contract contract, String key) {
        int keyColumn = contract.rowType().indexOf(key);
        int timeColumn = contract.rowType().indexOf(contract.eventTime().orElseThrow().column());
        BitSet needed = new BitSet();
        needed.set(keyColumn);
        needed.set(timeColumn);
        // A decoder serves one thread, the deserializer serves all.
        ThreadLocal<AvroRowDecoder> decoders = ThreadLocal.withInitial(
                () -> AvroRowDecoder.of(AvroTypes.toSchema(contract), contract.columns(), needed));
        return Serdes.serdeFrom((topic, event) -> {
            throw new UnsupportedOperationException("events are only read");
        }, (topic, bytes) -> {
            if (bytes == null) {
                return null;
            }
            try {
                Object[] row = decoders.get().decodeFramed(bytes);
                return new Event((String) row[keyColumn], (long) row[timeColumn] / 1_000);
            } catch (Malformed e) {
                throw new SerializationException(e);
            }
        });
    }

    private static Properties properties(Settings settings) {
        Properties properties = new Properties();
        properties.putAll(Map.of("application.id", settings.application(), "bootstrap.servers",
                settings.bootstrapServers(), "state.dir", settings.state().toString(), "num.stream.threads",
                settings.threads(), "processing.guarantee", "exactly_once_v2", "commit.interval.ms",
                settings.commit().toMillis(),
                "replication.factor", 1, "consumer.auto.offset.reset", "earliest", "producer.compression.type",
                "lz4"));
        return properties;
    }

    /** Starts; returns at once. */
    public void start() {
        streams.start();
    }

    /**
     * Waits until so many rows are counted or dropped.
     *
     * @return false if that took longer
     */
    public boolean await(long rows, Duration longest) throws InterruptedException {
        return await(rows, longest, done -> {});
    }

    /** The same, and tells now and then how many are. */
    public boolean await(long rows, Duration longest, LongConsumer progress) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        for (long done = 0; done < rows; done = counted() + dropped()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            progress.accept(done);
            Thread.sleep(50);
        }
        return true;
    }

    /** How many rows it has counted. */
    public long counted() {
        return counted.sum();
    }

    /** How many it has dropped, as it says itself, since their windows were over. */
    public long dropped() {
        return (long) streams.metrics().values().stream()
                .filter(m -> m.metricName().name().equals("dropped-records-total"))
                .mapToDouble(m -> (double) m.metricValue()).sum();
    }

    /** Commits what is processed, and stops. */
    @Override
    public void close() {
        streams.close();
    }
}
