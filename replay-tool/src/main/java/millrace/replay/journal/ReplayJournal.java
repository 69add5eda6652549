package millrace.replay.journal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import millrace.topology.run.Topics;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The replays of a pipeline, in a compacted topic of it: of each what it has come to. Nothing is decided by it that two
 * processes could decide at once: they may both run a replay, and share its work then. Not for use by several threads.
 */
public final class ReplayJournal implements AutoCloseable {
    private final Topics topics;
    private final Map<String, Object> client;
    private final String topic;
    private final Map<String, ReplayEntry> entries = new LinkedHashMap<>();
    private Topics.Tail tail;

    /** @param client settings of Kafka clients by their own names, with {@code bootstrap.servers} */
    public ReplayJournal(Topics topics, Map<String, Object> client, String pipeline) {
        this.topics = topics;
        this.client = Map.copyOf(client);
        topic = topicOf(pipeline);
    }

    static String topicOf(String pipeline) {
        return pipeline + ".replays";
    }

    /** All of them, the newest last. */
    public List<ReplayEntry> all() {
        if (tail == null) {
            tail = topics.tail(topic);
        }
        for (Topics.Entry entry : tail.poll()) {
            ReplayEntries.read(entry.value()).ifPresent(e -> entries.put(e.plan().id(), e));
        }
        List<ReplayEntry> all = new ArrayList<>(entries.values());
        all.sort(Comparator.comparing(ReplayEntry::at));
        return all;
    }

    /** The only one whose id begins so. */
    public Optional<ReplayEntry> find(String id) {
        List<ReplayEntry> found = all().stream().filter(e -> e.plan().id().startsWith(id)).toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    /**
     * Returns when it is written.
     *
     * @throws KafkaException if it cannot be
     */
    public void write(ReplayEntry entry) {
        topics.create(List.of(new Topics.WantedTopic(topic, 1, Map.of("cleanup.policy", "compact"))));
        Map<String, Object> settings = new LinkedHashMap<>(client);
        settings.put("acks", "all");
        settings.put("max.block.ms", 10_000);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, ReplayEntries.key(entry), ReplayEntries.value(entry))).get();
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
