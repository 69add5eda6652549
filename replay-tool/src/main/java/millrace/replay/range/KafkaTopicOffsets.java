package millrace.replay.range;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The offsets of a topic on a cluster. Each call asks the brokers anew; it throws {@link KafkaException} when they do
 * not answer or know no such topic.
 */
public final class KafkaTopicOffsets implements TopicOffsets {
    private final Admin admin;
    private final String topic;

    public KafkaTopicOffsets(Admin admin, String topic) {
        this.admin = admin;
        this.topic = topic;
    }

    @Override
    public Map<Integer, Long> beginning() {
        return list(OffsetSpec.earliest());
    }

    @Override
    public Map<Integer, Long> end() {
        return list(OffsetSpec.latest());
    }

    @Override
    public Map<Integer, Long> at(Instant time) {
        Map<Integer, Long> found = list(OffsetSpec.forTimestamp(time.toEpochMilli()));
        if (found.containsValue(-1L)) { // Kafka's word for "no record that late"
            end().forEach((partition, end) -> found.replace(partition, -1L, end));
        }
        return found;
    }

    private Map<Integer, Long> list(OffsetSpec spec) {
        try {
            var partitions = admin.describeTopics(java.util.List.of(topic)).topicNameValues().get(topic).get()
                    .partitions();
            var answers = admin.listOffsets(partitions.stream()
                    .collect(Collectors.toMap(p -> new TopicPartition(topic, p.partition()), p -> spec,
                            (a, b) -> a)))
                    .all().get();
            Function<Map.Entry<TopicPartition, ListOffsetsResultInfo>, Integer> partition = e -> e.getKey().partition();
            return answers.entrySet().stream().collect(
                    Collectors.toMap(partition, e -> e.getValue().offset(), (a, b) -> a, TreeMap::new));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException k ? k : new KafkaException(e.getCause());
        }
    }
}
