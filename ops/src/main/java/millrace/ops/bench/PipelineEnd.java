package millrace.ops.bench;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import millrace.schemas.time.TaskWatermark;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Watches whether a pipeline is through with topics that have an end. */
public final class PipelineEnd implements AutoCloseable {
    private final Collection<String> topics;
    private final Map<String, TaskWatermark> newest = new TreeMap<>();
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** @param models those of the pipeline that have topics */
    public PipelineEnd(String bootstrapServers, String pipeline, Collection<String> models) {
        topics = models.stream().map(m -> pipeline + "." + m).toList();
        consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrapServers, "isolation.level",
                "read_committed"), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        TopicPartition watermarks = new TopicPartition(TaskWatermark.topicOf(pipeline), 0);
        consumer.assign(List.of(watermarks));
        consumer.seekToBeginning(List.of(watermarks));
    }

    /** Looks for a while; whether every task of every model has said by now that everything has come. */
    public boolean isReachedWithin(Duration longest) {
        consumer.poll(longest).forEach(r -> TaskWatermark.of(r.key(), r.value())
                .ifPresent(w -> newest.put(w.topic() + "/" + w.task(), w)));
        return topics.stream().allMatch(this::isEnded);
    }

    private boolean isEnded(String topic) {
        TaskWatermark first = newest.get(topic + "/0");
        if (first == null) {
            return false;
        }
        for (int task = 0; task < first.tasks(); task++) {
            TaskWatermark w = newest.get(topic + "/" + task);
            if (w == null || w.watermark() != TaskWatermark.END) {
                return false;
            }
        }
        return true;
    }

    /** How far each task has come, as far as seen. */
    @Override
    public String toString() {
        return newest.values().toString();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
