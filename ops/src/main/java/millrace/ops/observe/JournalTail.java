package millrace.ops.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.HashSet;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;

/**
 * What pipelines have told about time, from their small compacted topics: the newest watermark of every task, and the
 * newest floor of every source partition. Not for use by several threads.
 */
final class JournalTail implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<String> topics = new HashSet<>();
    private final Map<String, Map<Integer, TaskWatermark>> watermarks = new HashMap<>();
    private final Map<String, TimeEntry.Floor> floors = new HashMap<>();

    JournalTail(Map<String, ?> clientSettings) {
        Map<String, Object> settings = new HashMap<>(clientSettings);
        settings.put("default.api.timeout.ms", 5_000);
        settings.put("request.timeout.ms", 5_000);
        settings.put("isolation.level", "read_committed");
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", false);
        settings.put("allow.auto.create.topics", false);
        settings.put("fetch.max.wait.ms", 50);
        settings.remove("group.id");
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Reads what has been told since the last call; topics that are not there yet are looked for again next time.
     *
     * @param followers those of {@code names} of applications that follow another, which tells of the sources of both
     * @param sources topics of contracts
     */
    void read(Collection<String> names, Set<String> followers, Set<String> sources) {
        if (!topics.containsAll(names)) {
            assign(names);
        }
        if (topics.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())
                && System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                hear(record.key(), record.value(), followers.contains(record.topic()) ? sources : Set.of());
            }
        }
    }

    private void hear(byte[] key, byte[] value, Set<String> passedOver) {
        TaskWatermark.of(key, value).filter(w -> !passedOver.contains(w.topic())).ifPresent(
                w -> watermarks.computeIfAbsent(w.topic(), t -> new HashMap<>()).put(w.task(), w));
        TimeEntry.of(key, value).ifPresent(entry -> {
            if (entry instanceof TimeEntry.Floor floor) {
                floors.merge(floor.topicId() + "/" + floor.partition(), floor,
                        (a, b) -> a.offset() >= b.offset() ? a : b);
            }
        });
    }

    /** Starts with those of the topics that were not read before at their beginnings. */
    private void assign(Collection<String> names) {
        var there = consumer.listTopics();
        List<TopicPartition> all = new ArrayList<>(consumer.assignment());
        List<TopicPartition> fresh = new ArrayList<>();
        for (String name : names) {
            if (!topics.contains(name) && there.containsKey(name)) {
                there.get(name).forEach(p -> fresh.add(new TopicPartition(name, p.partition())));
                topics.add(name);
            }
        }
        if (!fresh.isEmpty()) {
            Map<TopicPartition, Long> positions = new HashMap<>();
            all.forEach(p -> positions.put(p, consumer.position(p)));
            all.addAll(fresh);
            consumer.assign(all);
            positions.forEach(consumer::seek);
            consumer.seekToBeginning(fresh);
        }
    }

    /** What a task has told of its topic last. */
    Optional<TaskWatermark> watermark(String topic, int task) {
        return Optional.ofNullable(watermarks.getOrDefault(topic, Map.of()).get(task));
    }

    /** How far a topic is complete: what the slowest of the tasks that write it has told; empty before all have. */
    OptionalLong through(String topic) {
        Map<Integer, TaskWatermark> told = watermarks.getOrDefault(topic, Map.of());
        int tasks = told.values().stream().mapToInt(TaskWatermark::tasks).max().orElse(0);
        long least = Long.MAX_VALUE;
        for (int task = 0; task < tasks; task++) {
            if (!told.containsKey(task)) {
                return OptionalLong.empty();
            }
            least = Math.min(least, told.get(task).watermark());
        }
        return tasks == 0 ? OptionalLong.empty() : OptionalLong.of(least);
    }

    /** Whether a partition was declared idle behind this offset or a later one. */
    boolean isPassedOver(String topicId, int partition, long end) {
        TimeEntry.Floor floor = floors.get(topicId + "/" + partition);
        return floor != null && floor.offset() >= end;
    }

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(2)));
    }
}
