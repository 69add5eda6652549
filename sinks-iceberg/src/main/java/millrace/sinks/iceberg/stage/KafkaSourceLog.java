package millrace.sinks.iceberg.stage;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A topic read as a member of a consumer group, which shares out the partitions and nothing else. */
public final class KafkaSourceLog implements SourceLog, AutoCloseable {
    private final String topic;
    private final Consumer<byte[], byte[]> consumer;
    private final Admin admin;
    private Set<Integer> assigned = Set.of();
    private long assignment;
    private Flow flow = Flow.PAUSED;

    /**
     * @param client Kafka client settings by their own names; ours go before those that would break the protocol
     * @param admin stays the caller's to close
     */
    public KafkaSourceLog(String topic, String group, Map<String, Object> client, Admin admin) {
        this.topic = topic;
        this.admin = admin;
        this.consumer = new KafkaConsumer<>(settings(group, client), new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic), new Rebalances());
    }

    private static Map<String, Object> settings(String group, Map<String, Object> client) {
        Map<String, Object> settings = new HashMap<>();
        // Few large fetches cost much less than many small ones; half a second more is nothing beside the interval.
        settings.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1 << 20);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 500);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 << 20);
        settings.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 3_000);
        settings.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        settings.putAll(client);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return settings;
    }

    @Override
    public String topicId() {
        try {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).topicId().toString();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return "";
            }
            throw new TimeoutException(e.getCause().getMessage(), e.getCause());
        }
    }

    /** How many partitions the topic has. */
    public int partitions() {
        return consumer.partitionsFor(topic).size();
    }

    @Override
    public long assignment() {
        return assignment;
    }

    @Override
    public Set<Integer> assigned() {
        return assigned;
    }

    @Override
    public Map<Integer, Bounds> bounds(Set<Integer> partitions) {
        List<TopicPartition> all = partitions.stream().map(p -> new TopicPartition(topic, p)).toList();
        Map<TopicPartition, Long> starts = consumer.beginningOffsets(all);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        return all.stream().collect(
                Collectors.toMap(TopicPartition::partition, tp -> new Bounds(starts.get(tp), ends.get(tp))));
    }

    @Override
    public void seek(Map<Integer, Long> offsets) {
        offsets.forEach((partition, offset) -> consumer.seek(new TopicPartition(topic, partition), offset));
    }

    @Override
    public void flow(Flow wanted) {
        if (wanted != flow) {
            flow = wanted;
            switch (wanted) {
                case READING -> consumer.resume(consumer.assignment());
                case PAUSED -> consumer.pause(consumer.assignment());
            }
        }
    }

    @Override
    public Polled poll(Duration atMost) {
        Map<Integer, Long> next = new HashMap<>();
        var byPartition = new TreeMap<Integer, List<ConsumerRecord<byte[], byte[]>>>();
        try {
            long before = assignment;
            ConsumerRecords<byte[], byte[]> records = consumer.poll(atMost);
            if (before == assignment && flow == Flow.READING) {
                for (TopicPartition tp : records.partitions()) {
                    byPartition.put(tp.partition(), records.records(tp));
                }
                for (int partition : assigned) {
                    next.put(partition, consumer.position(new TopicPartition(topic, partition)));
                }
            }
        } catch (InvalidOffsetException e) {
            throw new OffsetGoneException(e);
        }
        return new Polled(byPartition, next);
    }

    @Override
    public long left() {
        return assigned.stream().mapToLong(p -> consumer.currentLag(new TopicPartition(topic, p)).orElse(0)).sum();
    }

    @Override
    public void report(Map<Integer, Long> committed) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        committed.forEach((partition, offset) -> {
            if (assigned.contains(partition)) {
                offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset));
            }
        });
        consumer.commitAsync(offsets, (o, failure) -> {});
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
    }

    private final class Rebalances implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            changed(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            changed(partitions);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            // The group's offsets are not asked: the worker looks up the table's position and seeks before it reads.
            partitions.forEach(tp -> consumer.seek(tp, 0));
            changed(partitions);
        }

        private void changed(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty()) {
                assignment++;
            }
            assigned = consumer.assignment().stream().map(TopicPartition::partition)
                    .collect(Collectors.toUnmodifiableSet());
            consumer.pause(consumer.assignment());
            flow = Flow.PAUSED;
        }
    }
}
