package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import millrace.sinks.iceberg.event.SinkEventCodec;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears what is said on the control topic from a short time ago on. Not for use by several threads. */
final class ControlTail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlTail.class);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;
    private List<TopicPartition> partitions = List.of();

    ControlTail(Map<String, ?> clientSettings, String topic) {
        this.topic = topic;
        Map<String, Object> settings = new HashMap<>(clientSettings);
        settings.put("default.api.timeout.ms", 5_000);
        settings.put("request.timeout.ms", 5_000);
        settings.put("auto.offset.reset", "latest");
        settings.put("enable.auto.commit", false);
        settings.put("fetch.max.wait.ms", 50);
        settings.remove("group.id");
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Tells the log everything that has been said since the last call; the first call reaches back. */
    void hear(BlockedLog log, Instant now, Duration back) {
        if (partitions.isEmpty() && !assign(now.minus(back))) {
            return;
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long deadline = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))
                && System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                hear(log, record);
            }
        }
    }

    private static void hear(BlockedLog log, ConsumerRecord<byte[], byte[]> record) {
        try {
            SinkEventCodec.decode(record.value())
                    .ifPresent(e -> log.hear(e, Instant.ofEpochMilli(record.timestamp())));
        } catch (IllegalArgumentException e) {
            LOG.warn("{}-{} offset {} is no event: {}", record.topic(), record.partition(), record.offset(),
                    e.getMessage());
        }
    }

    private boolean assign(Instant from) {
        var found = consumer.listTopics().get(topic);
        if (found == null) {
            return false;
        }
        partitions = found.stream().map(p -> new TopicPartition(topic, p.partition())).toList();
        consumer.assign(partitions);
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(p -> times.put(p, from.toEpochMilli()));
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.offsetsForTimes(times).forEach((partition, first) -> consumer.seek(partition,
                first == null ? ends.get(partition) : first.offset()));
        return true;
    }

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(2)));
    }
}
