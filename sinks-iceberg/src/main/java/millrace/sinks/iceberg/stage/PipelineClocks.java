package millrace.sinks.iceberg.stage;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import millrace.schemas.time.CompleteThrough;
import millrace.schemas.time.TaskWatermark;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How far a topic of the engine's own is complete, from the watermarks that its pipeline writes beside the rows. Reads
 * them to their end at each call, which is once per proposal.
 */
public final class PipelineClocks implements Clocks, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String topic;
    private final String watermarks;
    private final Consumer<byte[], byte[]> consumer;
    private final Admin admin;
    private CompleteThrough decider;
    private Set<Integer> mine = Set.of();
    private final Map<String, TaskWatermark> newest = new HashMap<>();

    /** @param admin stays the caller's to close */
    public PipelineClocks(String topic, String watermarks, Map<String, Object> client, Admin admin) {
        this.topic = topic;
        this.watermarks = watermarks;
        this.admin = admin;
        this.decider = new CompleteThrough(topic);
        Map<String, Object> settings = new HashMap<>(client);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public SortedMap<Integer, Long> at(Map<Integer, Long> position) {
        if (!position.keySet().equals(mine)) {
            // Completeness is judged over the partitions read here; those of others are theirs to judge.
            mine = Set.copyOf(position.keySet());
            decider = new CompleteThrough(topic);
            newest.values().forEach(decider::observe);
        }
        readToEnd();
        OptionalLong candidate = decider.candidate();
        if (candidate.isPresent()) {
            decider.await(candidate.getAsLong(), ends());
        }
        var clocks = new TreeMap<Integer, Long>();
        decider.at(position).ifPresent(through -> mine.forEach(partition -> clocks.put(partition, through)));
        return clocks;
    }

    private void readToEnd() {
        if (consumer.assignment().isEmpty()) {
            List<PartitionInfo> partitions = consumer.listTopics(PATIENCE).get(watermarks);
            if (partitions == null) {
                return;
            }
            List<TopicPartition> all = partitions.stream().map(p -> new TopicPartition(watermarks, p.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(PATIENCE)) {
                TaskWatermark.of(record.key(), record.value()).filter(w -> w.topic().equals(topic)).ifPresent(w -> {
                    newest.put(w.topic() + "/" + w.task(), w);
                    decider.observe(w);
                });
            }
        }
    }

    /** Read uncommitted: the rows a watermark covers may lie before markers that have not landed yet. */
    private Map<Integer, Long> ends() {
        Map<TopicPartition, OffsetSpec> asked = mine.stream()
                .collect(Collectors.toMap(p -> new TopicPartition(topic, p), p -> OffsetSpec.latest()));
        try {
            return admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED)).all().get()
                    .entrySet().stream()
                    .collect(Collectors.toMap(e -> e.getKey().partition(), e -> e.getValue().offset()));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new TimeoutException(e.getCause().getMessage(), e.getCause());
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
