package millrace.sinks.iceberg.run;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import millrace.sinks.iceberg.event.ControlLog;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.event.SinkEventCodec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** A process's view of the control topic: sends events, and hears those that are sent from now on. */
final class KafkaControl implements ControlLog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaControl.class);

    private final String topic;
    private final int partitions;
    private final Producer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<Consumer<SinkEvent>> listeners = new CopyOnWriteArrayList<>();
    private final Map<UUID, Map<String, SinkEvent.Blocked>> blocked = new ConcurrentHashMap<>();
    private final Said said = new Said();
    private final Thread thread;
    private volatile boolean closing;

    /** @param pipeline for the log */
    KafkaControl(String pipeline, String topic, Map<String, Object> client) {
        this.topic = topic;
        Map<String, Object> sending = new HashMap<>(client);
        sending.put(ProducerConfig.ACKS_CONFIG, "all");
        sending.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        sending.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        sending.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16 << 20);
        sending.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20);
        // A broker that is away is not waited for: what is missed is sent again.
        sending.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        producer = new KafkaProducer<>(sending, new ByteArraySerializer(), new ByteArraySerializer());
        Map<String, Object> hearing = new HashMap<>(client);
        hearing.remove(ConsumerConfig.GROUP_ID_CONFIG);
        hearing.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        hearing.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        consumer = new KafkaConsumer<>(hearing, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        partitions = consumer.partitionsFor(topic).size();
        if (partitions == 0) { // created a moment ago, and not known to the broker that was asked
            consumer.close();
            producer.close(Duration.ZERO);
            throw new UnknownTopicOrPartitionException("the control topic " + topic + " has no partitions yet");
        }
        List<TopicPartition> all = java.util.stream.IntStream.range(0, partitions)
                .mapToObj(p -> new TopicPartition(topic, p)).toList();
        consumer.assign(all);
        consumer.seekToEnd(all);
        all.forEach(consumer::position);
        thread = Thread.ofPlatform().name("millrace-control").daemon().start(() -> {
            MDC.put("pipeline", pipeline);
            hear();
        });
    }

    int partitionOf(UUID table) {
        return SinkEventCodec.partition(table, partitions);
    }

    /** Called with every event from now on, in the order of its partition, by one thread. */
    void onEvent(Consumer<SinkEvent> listener) {
        listeners.add(listener);
    }

    /** Called with what committers answer, as {@link #onEvent}. */
    void onAnswer(Consumer<SinkEvent.Answer> listener) {
        onEvent(event -> {
            if (event instanceof SinkEvent.Answer answer) {
                listener.accept(answer);
            }
        });
    }

    /** What processes have said of a table and not taken back. */
    List<SinkEvent.Blocked> blocked(UUID table) {
        return List.copyOf(blocked.getOrDefault(table, Map.of()).values());
    }

    /**
     * This process is about to end. What it has called blocked is not, as far as anybody knows: it takes that back, and
     * says no more of the kind. Whoever works on those tables next finds out for himself.
     */
    void leave() {
        said.takeBack().forEach(this::send);
    }

    @Override
    public void send(SinkEvent event) {
        if (!said.allows(event)) {
            return;
        }
        try {
            producer.send(new ProducerRecord<>(topic, partitionOf(event.table()), SinkEventCodec.key(event.table()),
                    SinkEventCodec.encode(event)), (metadata, failure) -> {
                        if (failure != null) {
                            LOG.warn("An event of table {} was not sent and will be: {}", event.table(),
                                    failure.toString());
                        }
                    });
        } catch (InterruptException e) {
            throw e;
        } catch (org.apache.kafka.common.KafkaException e) {
            LOG.warn("An event of table {} was not sent and will be: {}", event.table(), e.toString());
        }
    }

    private void hear() {
        while (!closing) {
            try {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    try {
                        SinkEventCodec.decode(record.value()).ifPresent(this::heard);
                    } catch (IllegalArgumentException e) {
                        LOG.warn("The control topic holds something else at {}-{}: {}", record.partition(),
                                record.offset(), e.getMessage());
                    }
                }
            } catch (WakeupException e) {
                continue;
            } catch (RuntimeException e) {
                LOG.warn("Cannot hear the control topic, trying again: {}", e.toString());
                Pause.beforeRetry();
            }
        }
    }

    private void heard(SinkEvent event) {
        switch (event) {
            case SinkEvent.Blocked b -> blocked.computeIfAbsent(b.table(), t -> new ConcurrentHashMap<>())
                    .put(b.reporter(), b);
            case SinkEvent.Unblocked u -> blocked.getOrDefault(u.table(), new ConcurrentHashMap<>())
                    .remove(u.reporter());
            case SinkEvent.FilesStaged s -> blocked.getOrDefault(s.table(), new ConcurrentHashMap<>())
                    .remove(s.proposal().worker());
            case SinkEvent.SchemaNeeded s -> {}
            case SinkEvent.RewriteStaged r -> {}
            case SinkEvent.RangeStaged r -> {}
            case SinkEvent.Answer a -> {}
        }
        listeners.forEach(listener -> listener.accept(event));
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
        producer.close(Duration.ofSeconds(2));
    }
}
