package millrace.ops.registry;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import millrace.schemas.registry.ledger.JournalFormat;
import millrace.schemas.registry.ledger.LedgerEvent;
import millrace.schemas.topic.WritableTopics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A registry's events in one partition of a compacted topic. The transactional id, which is made from the topic's name,
 * lets Kafka itself refuse a writer that another one has followed.
 */
public final class KafkaRegistryJournal implements RegistryJournal {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, Object> client;
    private final TopicPartition partition;
    private final Optional<Short> replication;
    private KafkaProducer<String, String> producer;

    /**
     * @param client settings of Kafka clients, {@code bootstrap.servers} at least
     * @param topic created if it does not exist
     * @param replication of a topic that is created; absent: the cluster's default
     */
    public KafkaRegistryJournal(Map<String, ?> client, String topic, Optional<Short> replication) {
        this.client = Map.copyOf(client);
        this.partition = new TopicPartition(topic, 0);
        this.replication = replication;
    }

    @Override
    public void open(Consumer<LedgerEvent> events) {
        close();
        try {
            createTopic();
            Map<String, Object> settings = new HashMap<>(client);
            settings.putIfAbsent("client.id", "millrace-registry");
            settings.put("transactional.id", "millrace-registry-" + partition.topic());
            settings.put("transaction.timeout.ms", 30_000);
            settings.put("delivery.timeout.ms", 20_000);
            settings.put("request.timeout.ms", 10_000);
            settings.put("max.block.ms", 20_000L);
            producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
            // Ends whatever an earlier writer left open, so that the end read below is the end.
            producer.initTransactions();
            readAll(events);
        } catch (KafkaException e) {
            close();
            throw new JournalFailed("The topic " + partition.topic() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void createTopic() {
        NewTopic topic = new NewTopic(partition.topic(), Optional.of(1), replication)
                .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
        try (Admin admin = Admin.create(client)) {
            WritableTopics.create(admin, List.of(topic));
        } catch (ExecutionException e) {
            throw new KafkaException(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void readAll(Consumer<LedgerEvent> events) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        settings.put("client.id", "millrace-registry-reader");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(POLL).forEach(r -> JournalFormat.read(r.key(), r.value()).ifPresent(events));
            }
        }
    }

    @Override
    public void append(List<LedgerEvent> events) {
        try {
            producer.beginTransaction();
            for (LedgerEvent event : events) {
                JournalFormat.Entry entry = JournalFormat.write(event);
                producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), entry.key(),
                        entry.value()));
            }
            producer.commitTransaction();
        } catch (KafkaException e) {
            throw new JournalFailed("The topic " + partition.topic() + " cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(2));
            producer = null;
        }
    }
}
