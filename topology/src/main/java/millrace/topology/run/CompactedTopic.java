package millrace.topology.run;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The newest value of each key, in a topic of one partition, for little that is written seldom. Not for use by several
 * threads.
 */
public final class CompactedTopic implements AutoCloseable {
    private static final int LARGEST = 8 << 20;

    private final Topics topics;
    private final Map<String, Object> client;
    private final String name;
    private final Map<String, byte[]> values = new LinkedHashMap<>();
    private Topics.Tail tail;

    /**
     * @param topics stays the caller's to close
     * @param client settings of Kafka clients by their own names, with {@code bootstrap.servers}
     */
    public CompactedTopic(Topics topics, Map<String, Object> client, String name) {
        this.topics = topics;
        this.client = Map.copyOf(client);
        this.name = name;
    }

    /** How such a topic is made, by whoever makes it before anything is written. */
    public static Topics.WantedTopic wanted(String name) {
        return new Topics.WantedTopic(name, 1,
                Map.of("cleanup.policy", "compact", "max.message.bytes", Integer.toString(LARGEST)));
    }

    /** As they are now, the oldest key first; nothing if nobody has written any. */
    public Map<String, byte[]> read() {
        if (tail == null) {
            tail = topics.tail(name);
        }
        for (Topics.Entry entry : tail.poll()) {
            String key = new String(entry.key(), StandardCharsets.UTF_8);
            if (entry.value() == null) {
                values.remove(key);
            } else {
                values.put(key, entry.value());
            }
        }
        return Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * Returns when it is written.
     *
     * @throws KafkaException if it cannot be
     */
    public void write(String key, byte[] value) {
        write(Collections.singletonMap(key, value));
    }

    /**
     * Writes several, in their order; a key without a value goes. Returns when all are written.
     *
     * @throws KafkaException if they cannot be; some may be
     */
    public void write(Map<String, byte[]> all) {
        if (topics.describe(List.of(name)).isEmpty()) {
            topics.create(List.of(wanted(name)));
        }
        Map<String, Object> settings = new LinkedHashMap<>(client);
        settings.put("acks", "all");
        settings.put("max.block.ms", 10_000);
        settings.put("max.request.size", LARGEST);
        settings.put("compression.type", "zstd");
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<?>> sent = new ArrayList<>();
            all.forEach((key, value) -> sent
                    .add(producer.send(new ProducerRecord<>(name, key.getBytes(StandardCharsets.UTF_8), value))));
            for (Future<?> one : sent) {
                one.get();
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException k ? k : new KafkaException(e.getCause());
        }
    }

    @Override
    public void close() {
        if (tail != null) {
            tail.close();
        }
    }
}
