package millrace.topology.archive;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import millrace.topology.bundle.Bundling;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A consumer that goes on with records of an archive where Kafka has let them go, so that whoever polls it sees one log.
 * While a partition is read from the archive it is paused in Kafka; at the archive's end, where it was when the partition
 * was begun, it is looked again at what Kafka has, since retention goes on meanwhile.
 *
 * <p>
 * It is a Kafka consumer and no wrapper around one: of its seventy methods these are all that differ, and Kafka Streams
 * calls no other that would have to.
 */
final class ArchiveConsumer extends KafkaConsumer<byte[], byte[]> {
    private static final Duration ASK = Duration.ofSeconds(5);

    private final RecordArchive archive;
    private final int most;
    private final Bundling bundling = new Bundling();
    /** Partitions of which it is to be found out who has the next record; paused in Kafka. */
    private final Set<TopicPartition> undecided = new HashSet<>();
    /** Partitions that are read from the archive, the one that has waited longest first; paused in Kafka. */
    private final Map<TopicPartition, ArchiveRange> archived = new LinkedHashMap<>();
    /** What the owner of the consumer has paused. */
    private final Set<TopicPartition> paused = new HashSet<>();
    private final Map<String, ArchiveReader> readers = new HashMap<>();

    ArchiveConsumer(Map<String, Object> config, RecordArchive archive) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.archive = archive;
        most = Integer.parseInt(config.get(ConsumerConfig.MAX_POLL_RECORDS_CONFIG).toString());
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        decide();
        boolean waits = archived.keySet().stream().allMatch(paused::contains);
        ConsumerRecords<byte[], byte[]> polled = pollKafka(waits ? timeout : Duration.ZERO);
        return archived.isEmpty() ? polled : and(polled);
    }

    private ConsumerRecords<byte[], byte[]> pollKafka(Duration timeout) {
        try {
            return super.poll(timeout);
        } catch (OffsetOutOfRangeException e) {
            Map<TopicPartition, Long> begins = beginningOffsets(e.partitions());
            if (e.offsetOutOfRangePartitions().entrySet().stream().anyMatch(
                    p -> !archive.has(p.getKey().topic()) || p.getValue() >= begins.get(p.getKey()))) {
                throw e;
            }
            hold(e.partitions());
            return ConsumerRecords.empty();
        }
    }

    /** Finds out who has the next record of each partition of which that is not known; tries again later if Kafka is slow. */
    private void decide() {
        if (undecided.isEmpty()) {
            return;
        }
        try {
            Map<TopicPartition, Long> begins = beginningOffsets(undecided, ASK);
            for (TopicPartition partition : List.copyOf(undecided)) {
                long next = super.position(partition, ASK);
                long until = archive.until(partition, next, begins.get(partition));
                undecided.remove(partition);
                if (until > next) {
                    archived.put(partition, new ArchiveRange(next, until));
                    closeReader(partition.topic());
                } else if (!paused.contains(partition)) {
                    super.resume(Set.of(partition));
                }
            }
        } catch (TimeoutException e) {
            // They stay undecided.
        }
    }

    private void hold(Collection<TopicPartition> partitions) {
        super.pause(partitions);
        undecided.addAll(partitions);
    }

    /** What was polled, and at most a poll's worth of records from the archive. */
    private ConsumerRecords<byte[], byte[]> and(ConsumerRecords<byte[], byte[]> polled) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        int room = most;
        for (TopicPartition partition : List.copyOf(archived.keySet())) {
            if (room > 0 && !paused.contains(partition)) {
                List<ConsumerRecord<byte[], byte[]>> taken = take(partition, room);
                if (!taken.isEmpty()) {
                    records.put(partition, taken);
                    room -= taken.size();
                }
                next.put(partition, new OffsetAndMetadata(position(partition)));
            }
        }
        ConsumerRecords<byte[], byte[]> bundled = bundling.onConsume(new ConsumerRecords<>(records, next));
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> all = new HashMap<>();
        polled.partitions().forEach(p -> all.put(p, polled.records(p)));
        bundled.partitions().forEach(p -> all.put(p, bundled.records(p)));
        next.putAll(polled.nextOffsets());
        return new ConsumerRecords<>(all, next);
    }

    private List<ConsumerRecord<byte[], byte[]>> take(TopicPartition partition, int room) {
        ArchiveRange range = archived.remove(partition);
        List<ConsumerRecord<byte[], byte[]>> taken = readers.computeIfAbsent(partition.topic(), t -> read(t, partition,
                range)).next(partition.partition(), room);
        long next = taken.isEmpty() ? range.to() : taken.get(taken.size() - 1).offset() + 1;
        if (next < range.to()) {
            archived.put(partition, new ArchiveRange(next, range.to()));
        } else {
            super.seek(partition, range.to());
            undecided.add(partition);
        }
        return taken;
    }

    private ArchiveReader read(String topic, TopicPartition partition, ArchiveRange range) {
        Map<Integer, ArchiveRange> ranges = new HashMap<>();
        archived.forEach((p, r) -> {
            if (p.topic().equals(topic)) {
                ranges.put(p.partition(), r);
            }
        });
        ranges.put(partition.partition(), range);
        return archive.read(topic, ranges);
    }

    private void closeReader(String topic) {
        ArchiveReader reader = readers.remove(topic);
        if (reader != null) {
            reader.close();
        }
    }

    private void forget(Collection<TopicPartition> partitions) {
        partitions.stream().map(TopicPartition::topic).distinct().forEach(this::closeReader);
        undecided.removeAll(partitions);
        partitions.forEach(archived::remove);
        paused.removeAll(partitions);
    }

    @Override
    public long position(TopicPartition partition) {
        ArchiveRange range = archived.get(partition);
        return range == null ? super.position(partition) : range.from();
    }

    @Override
    public long position(TopicPartition partition, Duration timeout) {
        ArchiveRange range = archived.get(partition);
        return range == null ? super.position(partition, timeout) : range.from();
    }

    /** Of a partition that is read from the archive nobody asks Kafka. */
    @Override
    public OptionalLong currentLag(TopicPartition partition) {
        return archived.containsKey(partition) ? OptionalLong.empty() : super.currentLag(partition);
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        super.seek(partition, offset);
        holdAnew(partition);
    }

    @Override
    public void seek(TopicPartition partition, OffsetAndMetadata offset) {
        super.seek(partition, offset);
        holdAnew(partition);
    }

    private void holdAnew(TopicPartition partition) {
        if (archive.has(partition.topic())) {
            archived.remove(partition);
            hold(Set.of(partition));
        }
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        paused.addAll(partitions);
        super.pause(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        paused.removeAll(partitions);
        super.resume(partitions.stream().filter(p -> !undecided.contains(p) && !archived.containsKey(p))
                .collect(Collectors.toSet()));
    }

    @Override
    public Set<TopicPartition> paused() {
        return Set.copyOf(paused);
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        super.subscribe(topics, new Assignment(listener));
    }

    @Override
    public void subscribe(Pattern topics, ConsumerRebalanceListener listener) {
        super.subscribe(topics, new Assignment(listener));
    }

    @Override
    public void unsubscribe() {
        super.unsubscribe();
        List<TopicPartition> all = new ArrayList<>(paused);
        all.addAll(undecided);
        all.addAll(archived.keySet());
        forget(all);
    }

    @Override
    public void close() {
        forget(List.copyOf(archived.keySet()));
        super.close();
    }

    @Override
    public void close(CloseOptions options) {
        forget(List.copyOf(archived.keySet()));
        super.close(options);
    }

    /** Nothing of a partition is fetched before it is known who has it. */
    private final class Assignment implements ConsumerRebalanceListener {
        private final ConsumerRebalanceListener owner;

        Assignment(ConsumerRebalanceListener owner) {
            this.owner = owner;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            hold(partitions.stream().filter(p -> archive.has(p.topic())).toList());
            owner.onPartitionsAssigned(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            owner.onPartitionsRevoked(partitions);
            forget(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            owner.onPartitionsLost(partitions);
            forget(partitions);
        }
    }
}
