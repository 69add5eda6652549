package millrace.ops.replay;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.publish.RangePublisher.Exactness.Verdict;
import millrace.topology.run.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Whether all that comes of some records is in tables: the records' offsets are committed, then each exchange is drained,
 * then the topics that the tables are landed from have landed up to where they ended then.
 */
final class Passage implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);

    private final Collection<String> applications;
    private final int exchanges;
    private final Collection<String> landed;
    private final Topics topics;
    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private int drained;
    private Map<TopicPartition, Long> targets = Map.of();
    private Optional<Map<TopicPartition, Long>> rows = Optional.empty();

    /**
     * @param applications that compute
     * @param exchanges at most so many lie between a record and a row
     * @param landed what the tables are landed from
     */
    Passage(Collection<String> applications, int exchanges, Collection<String> landed, Topics topics,
            Map<String, Object> kafka) {
        this.applications = List.copyOf(applications);
        this.exchanges = exchanges;
        this.landed = List.copyOf(landed);
        this.topics = topics;
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        admin = Admin.create(kafka);
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Whether a table has all that comes of the records before some offsets, the same at every call.
     *
     * @param topic that the table is landed from
     * @param position up to where it is
     */
    Verdict landed(Map<TopicPartition, Long> records, String topic, Optional<SourcePosition> position) {
        if (rows.isEmpty()) {
            Map<TopicPartition, Long> processed = slowest();
            Optional<TopicPartition> behind = behind(processed, records);
            while (behind.isEmpty() && drained < exchanges) {
                if (targets.isEmpty()) {
                    targets = internal(processed);
                }
                behind = behind(slowest(), targets);
                if (behind.isEmpty()) {
                    drained++;
                    targets = Map.of();
                }
            }
            if (behind.isPresent()) {
                return new Verdict.NotYet("the models of the running pipeline have not come so far in " + behind.get());
            }
            rows = Optional.of(ends(landed));
        }
        Map<TopicPartition, Long> wanted = new HashMap<>();
        Map<TopicPartition, Long> has = new HashMap<>();
        rows.get().forEach((partition, end) -> {
            if (partition.topic().equals(topic)) {
                wanted.put(partition, end);
                has.put(partition, position.map(p -> p.next(partition.partition()).orElse(0L)).orElse(0L));
            }
        });
        return behind(has, wanted)
                .<Verdict>map(p -> new Verdict.NotYet("rows of " + p + " have not landed yet"))
                .orElse(Verdict.EXACT);
    }

    /** Topics between two steps of the models, and where they end now. */
    private Map<TopicPartition, Long> internal(Map<TopicPartition, Long> processed) {
        return ends(processed.keySet().stream().map(TopicPartition::topic)
                .filter(t -> applications.stream().anyMatch(a -> t.startsWith(a + "-"))).distinct().toList());
    }

    /** What all of the applications have processed; one that follows comes behind. */
    Map<TopicPartition, Long> slowest() {
        Map<TopicPartition, Long> slowest = new HashMap<>();
        applications.forEach(a -> topics.committed(a).forEach((p, next) -> slowest.merge(p, next, Math::min)));
        return slowest;
    }

    /** Of the log, whatever of it is committed: rows may be there before the word that they are. */
    private Map<TopicPartition, Long> ends(Collection<String> names) {
        Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        topics.describe(names).forEach((name, facts) -> {
            for (int p = 0; p < facts.partitions(); p++) {
                partitions.put(new TopicPartition(name, p), OffsetSpec.latest());
            }
        });
        try {
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(partitions, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED)).all().get()
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        } catch (ExecutionException e) {
            throw new Topics.ClusterUnavailableException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** A partition that has not come to where it is to be, though records lie between; what else takes offsets does not count. */
    private Optional<TopicPartition> behind(Map<TopicPartition, Long> now, Map<TopicPartition, Long> wanted) {
        return wanted.entrySet().stream().filter(e -> now.getOrDefault(e.getKey(), 0L) < e.getValue())
                .filter(e -> hasRecords(e.getKey(), now.getOrDefault(e.getKey(), 0L), e.getValue()))
                .map(Map.Entry::getKey).findFirst();
    }

    /** Whether records lie in a partition between two offsets. */
    boolean hasRecords(TopicPartition partition, long from, long to) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        // What is not committed yet cannot be passed; it counts as a record until that is known.
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            if (record.offset() < to) {
                return true;
            }
        }
        return consumer.position(partition) < to;
    }

    @Override
    public void close() {
        consumer.close();
        admin.close();
    }
}
