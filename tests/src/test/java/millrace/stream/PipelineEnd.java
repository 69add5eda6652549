package millrace.stream;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import millrace.process.Patience;
import millrace.schemas.time.TaskWatermark;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** When a pipeline is through with topics that have an end marker. */
public final class PipelineEnd {
    private PipelineEnd() {}

    /** Waits until every task of every one of these models has said that everything has come. */
    public static void await(String servers, String pipeline, Collection<String> models) {
        Map<String, TaskWatermark> newest = new HashMap<>();
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", servers, "isolation.level",
                "read_committed"), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition watermarks = new TopicPartition(TaskWatermark.topicOf(pipeline), 0);
            consumer.assign(List.of(watermarks));
            consumer.seekToBeginning(List.of(watermarks));
            Patience.until("the end of " + pipeline, Duration.ofMinutes(3), () -> {
                for (var r : consumer.poll(Duration.ofMillis(200))) {
                    TaskWatermark.of(r.key(), r.value()).ifPresent(w -> newest.put(w.topic() + "/" + w.task(), w));
                }
                return models.stream().allMatch(m -> isEnded(newest, pipeline + "." + m));
            }, () -> new TreeMap<>(newest).values().toString());
        }
    }

    private static boolean isEnded(Map<String, TaskWatermark> newest, String topic) {
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
}
