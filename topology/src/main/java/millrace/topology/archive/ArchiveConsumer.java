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
import millrace.topology.follow.ReadingLimit;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer that goes on with records of an archive where Kafka has let them go, so that whoever polls it sees one log.
 * While a partition is read from the archive it is paused in Kafka; at the archive's end, where it was when the partition
 * was begun, it is looked again at what Kafka has, since retention goes on meanwhile. A partition that has come to its
 * limit is paused too, until that moves.
 *
 * <p>
 * It is a Kafka consumer and no wrapper around one: of its seventy methods these are all that differ, and Kafka Streams
 * calls no other that would have to.
 */
final class ArchiveConsumer extends KafkaConsumer<byte[], byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveConsumer.class);
    private static final Duration ASK = Duration.ofSeconds(5);

    private final RecordArchive archive;
    private final ReadingLimit limit;
    private final int most;
    private final Bundling bundling = new Bundling();
    /** Partitions of which it is to be found out who has the next record; paused in Kafka. */
    private final Set<TopicPartition> undecided = new HashSet<>();
    /** Partitions that are read from the archive, the one that has waited longest first; paused in Kafka. */
    private final Map<TopicPartition, ArchiveRange> archived = new LinkedHashMap<>();
    /** Partitions whose next record may not be read yet; paused in Kafka. */
    private final Set<TopicPartition> held = new HashSet<>();
    /** What the owner of the consumer has paused. */
    private final Set<TopicPartition> paused = new HashSet<>();
    /** By partition; one may give several. */
    private final Map<TopicPartition, ArchiveReader> readers = new HashMap<>();

    ArchiveConsumer(Map<String, Object> config, RecordArchive archive, ReadingLimit limit) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.archive = archive;
        this.limit = limit;
        most = Integer.parseInt(config.get(ConsumerConfig.MAX_POLL_RECORDS_CONFIG).toString());
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        letOn();
        decide();
        boolean waits = archived.keySet().stream().allMatch(paused::contains);
        ConsumerRecords<byte[], byte[]> polled = pollKafka(waits ? timeout : Duration.ZERO);
        return archived.isEmpty() ? polled : withArchived(polled);
    }

    private ConsumerRecords<byte[], byte[]> pollKafka(Duration timeout) {
        try {
            return withinLimits(super.poll(timeout));
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

    /** Of each partition those before its limit; it goes on with the next when it may. */
    private ConsumerRecords<byte[], byte[]> withinLimits(ConsumerRecords<byte[], byte[]> polled) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> kept = null;
        Map<TopicPartition, OffsetAndMetadata> next = null;
        for (TopicPartition partition : polled.partitions()) {
            long most = limit.of(partition);
            List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
            if (Bundling.last(records.get(records.size() - 1)) >= most) {
                if (kept == null) {
                    kept = new HashMap<>();
                    next = new HashMap<>(polled.nextOffsets());
                }
                Bundling.Cut cut = Bundling.cut(records, most);
                kept.put(partition, cut.before());
                next.put(partition, new OffsetAndMetadata(cut.next()));
                super.seek(partition, cut.next());
                super.pause(Set.of(partition));
                held.add(partition);
            }
        }
        if (kept == null) {
            return polled;
        }
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> all = new HashMap<>();
        for (TopicPartition partition : polled.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> records = kept.getOrDefault(partition, polled.records(partition));
            if (!records.isEmpty()) {
                all.put(partition, records);
            }
        }
        return new ConsumerRecords<>(all, next);
    }

    /** Partitions whose limit has moved go on. */
    private void letOn() {
        for (TopicPartition partition : List.copyOf(held)) {
            if (limit.of(partition) > super.position(partition, ASK)) {
                held.remove(partition);
                if (archive.has(partition.topic())) {
                    undecided.add(partition);
                } else if (!paused.contains(partition)) {
                    super.resume(Set.of(partition));
                }
            }
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
                long most = limit.of(partition);
                if (next >= most) {
                    undecided.remove(partition);
                    held.add(partition);
                    continue;
                }
                Whereabouts found = archive.find(partition, next, begins.get(partition));
                undecided.remove(partition);
                switch (found) {
                    case Whereabouts.Archive at -> archive(partition, at.range(), most);
                    case Whereabouts.Kafka at -> goOnInKafka(partition, next, at.from());
                }
            }
        } catch (TimeoutException e) {
            LOG.warn("{} has not said in {} where partitions begin: {}", undecided, ASK, e.getMessage());
        }
    }

    private void archive(TopicPartition partition, ArchiveRange range, long most) {
        if (range.from() < most) {
            archived.put(partition, new ArchiveRange(range.from(), Math.min(range.to(), most)));
        } else {
            super.seek(partition, range.from());
            held.add(partition);
        }
    }

    private void goOnInKafka(TopicPartition partition, long next, long from) {
        if (from != next) {
            super.seek(partition, from);
        }
        if (!paused.contains(partition)) {
            super.resume(Set.of(partition));
        }
    }

    private void hold(Collection<TopicPartition> partitions) {
        super.pause(partitions);
        undecided.addAll(partitions);
    }

    /** What was polled, and at most a poll's worth of records from the archive. */
    private ConsumerRecords<byte[], byte[]> withArchived(ConsumerRecords<byte[], byte[]> polled) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        int room = most;
        boolean mayReadOn = true;
        for (TopicPartition partition : inTurn()) {
            boolean waits = reader(partition).waiting(partition.partition()) > 0;
            // Reading on for one while others have records that wait would let those pile up.
            if (room > 0 && (waits || mayReadOn)) {
                mayReadOn = false;
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

    /** Those with most records that wait first, and of those alike the one that was served longest ago. */
    private List<TopicPartition> inTurn() {
        Map<TopicPartition, Integer> waiting = new LinkedHashMap<>();
        for (TopicPartition partition : List.copyOf(archived.keySet())) {
            if (!paused.contains(partition)) {
                waiting.put(partition, reader(partition).waiting(partition.partition()));
            }
        }
        return waiting.entrySet().stream().sorted(Map.Entry.<TopicPartition, Integer>comparingByValue().reversed())
                .map(Map.Entry::getKey).toList();
    }

    private List<ConsumerRecord<byte[], byte[]>> take(TopicPartition partition, int room) {
        ArchiveReader reader = reader(partition);
        List<ConsumerRecord<byte[], byte[]>> taken = reader.next(partition.partition(), room);
        ArchiveRange range = archived.remove(partition);
        if (reader.isDone(partition.partition())) {
            closeIfUnused(readers.remove(partition));
            super.seek(partition, range.to());
            undecided.add(partition);
        } else {
            archived.put(partition, taken.isEmpty()
                    ? range
                    : new ArchiveRange(taken.get(taken.size() - 1).offset() + 1, range.to()));
        }
        return taken;
    }

    /** The one that gives a partition; it is opened together for all partitions of the topic that have none. */
    private ArchiveReader reader(TopicPartition partition) {
        ArchiveReader reader = readers.get(partition);
        if (reader != null && reader.gives(partition.partition())) {
            return reader;
        }
        closeIfUnused(readers.remove(partition));
        Map<Integer, ArchiveRange> ranges = new HashMap<>();
        archived.forEach((p, range) -> {
            if (p.topic().equals(partition.topic()) && !readers.containsKey(p)) {
                ranges.put(p.partition(), range);
            }
        });
        ArchiveReader opened = archive.read(partition.topic(), ranges);
        ranges.keySet().forEach(p -> readers.put(new TopicPartition(partition.topic(), p), opened));
        return opened;
    }

    private void closeIfUnused(ArchiveReader reader) {
        if (reader != null && !readers.containsValue(reader)) {
            reader.close();
        }
    }

    private void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(p -> closeIfUnused(readers.remove(p)));
        undecided.removeAll(partitions);
        held.removeAll(partitions);
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
            closeIfUnused(readers.remove(partition));
            held.remove(partition);
            hold(Set.of(partition));
        } else if (held.remove(partition) && !paused.contains(partition)) {
            super.resume(Set.of(partition));
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
        super.resume(partitions.stream()
                .filter(p -> !undecided.contains(p) && !archived.containsKey(p) && !held.contains(p))
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
        try {
            super.unsubscribe();
        } finally {
            forgetAll();
        }
    }

    private void forgetAll() {
        List<TopicPartition> all = new ArrayList<>(paused);
        all.addAll(undecided);
        all.addAll(held);
        all.addAll(archived.keySet());
        all.addAll(readers.keySet());
        forget(all);
    }

    @Override
    public void close() {
        forgetAll();
        super.close();
    }

    @Override
    public void close(CloseOptions options) {
        forgetAll();
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
            try {
                owner.onPartitionsRevoked(partitions);
            } finally {
                forget(partitions);
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            try {
                owner.onPartitionsLost(partitions);
            } finally {
                forget(partitions);
            }
        }
    }
}
