package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

import millrace.ops.observe.TableStatus.PartitionStatus;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Looks at topics and groups without leaving a trace there. Not for use by several threads. Throws
 * {@link KafkaException} when the brokers do not answer.
 */
final class TopicProbe implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final Duration PATIENCE = Duration.ofMillis(1_500);
    private static final long MARKERS = 3;

    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> consumer;
    /** The newest timestamp before a position does not change while the position does not. */
    private final Map<TopicPartition, Known> newest = new HashMap<>();

    private record Known(long position, Optional<Instant> timestamp) {}

    TopicProbe(Map<String, ?> clientSettings) {
        Map<String, Object> settings = new HashMap<>(clientSettings);
        settings.put("request.timeout.ms", TIMEOUT_MILLIS);
        settings.put("default.api.timeout.ms", TIMEOUT_MILLIS);
        admin = Admin.create(settings);
        settings.put("isolation.level", "read_committed");
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", false);
        settings.put("max.partition.fetch.bytes", 16 << 10); // one batch is enough, and always comes
        settings.put("fetch.max.wait.ms", 50);
        settings.remove("group.id");
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** First and end offsets of every partition of the topics that exist. */
    Map<String, SortedMap<Integer, PartitionStatus>> bounds(Collection<String> topics) {
        Map<TopicPartition, OffsetSpec> starts = new HashMap<>();
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        admin.describeTopics(topics).topicNameValues().forEach((topic, future) -> get(future).ifPresent(
                t -> t.partitions().stream().map(TopicPartitionInfo::partition).forEach(p -> {
                    starts.put(new TopicPartition(topic, p), OffsetSpec.earliest());
                    ends.put(new TopicPartition(topic, p), OffsetSpec.latest());
                })));
        var committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
        var foundStarts = get(admin.listOffsets(starts).all()).orElse(Map.of());
        var foundEnds = get(admin.listOffsets(ends, committed).all()).orElse(Map.of());
        Map<String, SortedMap<Integer, PartitionStatus>> bounds = new HashMap<>();
        foundEnds.forEach((partition, end) -> {
            long start = foundStarts.get(partition).offset();
            bounds.computeIfAbsent(partition.topic(), t -> new TreeMap<>()).put(partition.partition(),
                    new PartitionStatus(partition.partition(), start, start, end.offset()));
        });
        return bounds;
    }

    /**
     * How far tables are in their topics.
     *
     * @param bounds as {@link #bounds} gave them
     * @param position the next offset by partition; a partition that is not there is at its start
     */
    TopicFigures figures(String topic, SortedMap<Integer, PartitionStatus> bounds, Map<Integer, Long> position) {
        List<PartitionStatus> partitions = new ArrayList<>();
        Map<TopicPartition, Long> before = new HashMap<>();
        Map<TopicPartition, Long> waiting = new HashMap<>();
        Optional<Instant> latest = Optional.empty();
        for (PartitionStatus bound : bounds.values()) {
            TopicPartition partition = new TopicPartition(topic, bound.partition());
            long next = position.getOrDefault(bound.partition(), bound.start());
            partitions.add(new PartitionStatus(bound.partition(), next, bound.start(), bound.end()));
            Known known = newest.get(partition);
            if (known != null && known.position() == next) {
                latest = later(latest, known.timestamp());
            } else if (next > bound.start()) {
                // Behind the last record there may be the markers of its transaction.
                before.put(partition, Math.max(bound.start(), next - MARKERS));
            }
            if (next < bound.end()) {
                waiting.put(partition, Math.max(next, bound.start()));
            }
        }
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> found = read(before);
        for (TopicPartition partition : before.keySet()) {
            long next = position.get(partition.partition());
            Optional<Instant> timestamp = found.getOrDefault(partition, List.of()).stream()
                    .filter(r -> r.offset() < next).map(r -> Instant.ofEpochMilli(r.timestamp()))
                    .reduce((a, b) -> a.isAfter(b) ? a : b);
            newest.put(partition, new Known(next, timestamp));
            latest = later(latest, timestamp);
        }
        Optional<Instant> oldest = read(waiting).values().stream().flatMap(List::stream)
                .map(r -> Instant.ofEpochMilli(r.timestamp())).reduce((a, b) -> a.isBefore(b) ? a : b);
        return new TopicFigures(partitions, latest, oldest);
    }

    /** How many members a consumer group has now; 0 if there is no such group. */
    int members(String group) {
        return get(admin.describeConsumerGroups(List.of(group)).describedGroups().get(group))
                .filter(g -> g.groupState() != GroupState.DEAD).map(ConsumerGroupDescription::members)
                .map(Collection::size).orElse(0);
    }

    /** What a consumer group goes on with, by partition. */
    Map<TopicPartition, Long> committed(String group) {
        Map<TopicPartition, Long> next = new HashMap<>();
        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()).orElse(Map.of())
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        next.put(partition, offset.offset());
                    }
                });
        return next;
    }

    /** The latest Kafka timestamp in each partition; one without records is not there. */
    Map<TopicPartition, Instant> lastRecords(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(p -> asked.put(p, OffsetSpec.maxTimestamp()));
        Map<TopicPartition, Instant> found = new HashMap<>();
        get(admin.listOffsets(asked).all()).orElse(Map.of()).forEach((partition, last) -> {
            if (last.timestamp() >= 0) {
                found.put(partition, Instant.ofEpochMilli(last.timestamp()));
            }
        });
        return found;
    }

    /** The ids of the topics that exist, as text. */
    Map<String, String> ids(Collection<String> topics) {
        Map<String, String> ids = new HashMap<>();
        admin.describeTopics(topics).topicNameValues()
                .forEach((topic, future) -> get(future).ifPresent(t -> ids.put(topic, t.topicId().toString())));
        return ids;
    }

    /** The first records at these offsets, as far as they come soon. */
    private Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> read(Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> found = new HashMap<>();
        if (offsets.isEmpty()) {
            return found;
        }
        consumer.assign(offsets.keySet());
        offsets.forEach(consumer::seek);
        Set<TopicPartition> open = new HashSet<>(offsets.keySet());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!open.isEmpty() && System.nanoTime() < deadline) {
            var records = consumer.poll(Duration.ofMillis(100));
            for (TopicPartition partition : records.partitions()) {
                found.computeIfAbsent(partition, p -> records.records(p));
            }
            open.removeIf(p -> found.containsKey(p) || consumer.position(p) > offsets.get(p));
            consumer.pause(found.keySet());
        }
        consumer.unsubscribe();
        return found;
    }

    private static Optional<Instant> later(Optional<Instant> a, Optional<Instant> b) {
        return a.isEmpty() || b.isPresent() && b.get().isAfter(a.get()) ? b : a;
    }

    /** Empty if what was asked for does not exist. */
    private static <T> Optional<T> get(org.apache.kafka.common.KafkaFuture<T> future) {
        try {
            return Optional.ofNullable(future.get());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException
                    || e.getCause() instanceof GroupIdNotFoundException) {
                return Optional.empty();
            }
            throw e.getCause() instanceof KafkaException k ? k : new KafkaException(e.getCause());
        }
    }

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(2)));
        admin.close(Duration.ofSeconds(2));
    }
}
