package millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a reader of committed records finds in a topic. It reads to the end of the log itself: a transaction that is
 * committed has its markers written after the commit returns, that of a killed process stays open until the broker ends
 * it, and until then the end that such a reader is told lies before all of it.
 */
public final class CommittedTopic {
    private CommittedTopic() {}

    /**
     * Every committed record that is in the topic now, those of a partition in its order.
     *
     * @param as what a failure says of the test
     */
    public static List<ConsumerRecord<byte[], byte[]>> read(String servers, String topic, String as) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        try (var consumer = consumer(servers, "read_committed"); var log = consumer(servers, "read_uncommitted")) {
            List<TopicPartition> all = log.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = Map.copyOf(log.endOffsets(all));
            while (all.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                assertThat(System.nanoTime()).as("%s can be read to its end %s; %s", topic, ends, as)
                        .isLessThan(deadline);
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String servers, String isolation) {
        return new KafkaConsumer<>(Map.of("bootstrap.servers", servers, "isolation.level", isolation),
                new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
