package millrace.topology.run;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import millrace.schemas.topic.WritableTopics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The real cluster. */
public final class KafkaTopics implements Topics {
    private final RunSettings settings;
    private final Admin admin;
    private final short replication;

    /** Asks nothing yet. */
    public KafkaTopics(RunSettings settings) {
        this.settings = settings;
        Map<String, Object> config = new HashMap<>(settings.kafka());
        config.put("bootstrap.servers", settings.bootstrapServers());
        // Whether the cluster answers is asked every few seconds; the client's own minute would hide that it does not.
        config.putIfAbsent("request.timeout.ms", "5000");
        config.putIfAbsent("default.api.timeout.ms", "8000");
        admin = Admin.create(config);
        replication = settings.replication();
    }

    @Override
    public Map<String, Facts> describe(Collection<String> names) {
        Map<String, TopicDescription> descriptions = new HashMap<>();
        admin.describeTopics(names).topicNameValues()
                .forEach((name, future) -> get(future).ifPresent(d -> descriptions.put(name, d)));
        Map<ConfigResource, Config> configs = get(admin.describeConfigs(descriptions.keySet().stream()
                .map(n -> new ConfigResource(ConfigResource.Type.TOPIC, n)).toList()).all()).orElse(Map.of());
        Map<String, Facts> facts = new HashMap<>();
        descriptions.forEach((name, d) -> {
            Config config = configs.get(new ConfigResource(ConfigResource.Type.TOPIC, name));
            facts.put(name, new Facts(d.topicId(), d.partitions().size(), largestRecord(config), isCompacted(config)));
        });
        return facts;
    }

    private static boolean isCompacted(Config config) {
        return Optional.ofNullable(config).map(c -> c.get(TopicConfig.CLEANUP_POLICY_CONFIG))
                .filter(e -> e.value().contains(TopicConfig.CLEANUP_POLICY_COMPACT)).isPresent();
    }

    private static int largestRecord(Config config) {
        return Optional.ofNullable(config).map(c -> c.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG))
                .map(e -> Integer.parseInt(e.value())).orElse(1 << 20);
    }

    @Override
    public void create(Collection<WantedTopic> topics) {
        Optional<Short> copies = replication < 0 ? Optional.empty() : Optional.of(replication);
        try {
            WritableTopics.create(admin, topics.stream()
                    .map(t -> new NewTopic(t.name(), Optional.of(t.partitions()), copies).configs(t.config()))
                    .toList());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterUnavailableException(e);
        } catch (ExecutionException e) {
            throw refused(e);
        }
    }

    @Override
    public void widen(Map<String, Integer> partitions) {
        Map<String, NewPartitions> asked = new HashMap<>();
        partitions.forEach((topic, count) -> asked.put(topic, NewPartitions.increaseTo(count)));
        admin.createPartitions(asked).values().values().forEach(KafkaTopics::get);
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<String> topics) {
        return offsets(topics, OffsetSpec.latest());
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<String> topics) {
        return offsets(topics, OffsetSpec.earliest());
    }

    private Map<TopicPartition, Long> offsets(Collection<String> topics, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        admin.describeTopics(topics).topicNameValues().forEach((name, future) -> get(future).ifPresent(
                d -> d.partitions().stream().map(TopicPartitionInfo::partition)
                        .forEach(p -> asked.put(new TopicPartition(name, p), spec))));
        return get(admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all())
                .orElse(Map.of()).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().offset()));
    }

    @Override
    public Map<TopicPartition, Long> committed(String group) {
        Map<TopicPartition, Long> committed = new HashMap<>();
        offsetsOf(group).forEach((partition, offset) -> committed.put(partition, offset.offset()));
        return committed;
    }

    @Override
    public Map<TopicPartition, Long> floors(String group) {
        Map<TopicPartition, Long> floors = new HashMap<>();
        offsetsOf(group).forEach((partition, offset) -> StartFloor.read(offset.metadata())
                .ifPresent(floor -> floors.put(partition, floor)));
        return floors;
    }

    private Map<TopicPartition, OffsetAndMetadata> offsetsOf(String group) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(
                get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()).orElse(Map.of()));
        offsets.values().removeIf(Objects::isNull);
        return offsets;
    }

    @Override
    public boolean commit(String group, Map<TopicPartition, Start> starts) {
        Map<TopicPartition, OffsetAndMetadata> asked = starts.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> new OffsetAndMetadata(e.getValue().offset(),
                        StartFloor.write(e.getValue().floor()))));
        try {
            get(admin.alterConsumerGroupOffsets(group, asked).all());
            return true;
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof UnknownMemberIdException) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public Tail tail(String topic) {
        return new KafkaTail(settings, topic);
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(2));
    }

    /** Empty if what was asked for is not there, or was there before. */
    private static <T> Optional<T> get(Future<T> future) {
        try {
            return Optional.ofNullable(future.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterUnavailableException(e);
        } catch (ExecutionException e) {
            if (List.of(UnknownTopicOrPartitionException.class, TopicExistsException.class,
                    GroupIdNotFoundException.class).contains(e.getCause().getClass())) {
                return Optional.empty();
            }
            throw refused(e);
        }
    }

    private static RuntimeException refused(ExecutionException e) {
        return e.getCause() instanceof RetriableException
                ? new ClusterUnavailableException(e.getCause())
                : new IllegalStateException(e.getCause().getMessage(), e.getCause());
    }
}
