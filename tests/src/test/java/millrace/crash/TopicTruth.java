package millrace.crash;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What a topic holds, read by a plain consumer from start to end: the truth that every table is compared with. */
public final class TopicTruth {
    /** One record: which order it is, and where it lies. */
    public record Placed(long order, int partition, long offset) {
        public String origin() {
            return partition + "|" + offset;
        }
    }

    private TopicTruth() {}

    public static List<Placed> read(String bootstrapServers, String topic) {
        List<Placed> placed = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < end.get(p))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    placed.add(new Placed(
                            Long.parseLong(new String(record.key(), StandardCharsets.UTF_8).substring("o-".length())),
                            record.partition(), record.offset()));
                }
            }
        }
        return placed;
    }
}
