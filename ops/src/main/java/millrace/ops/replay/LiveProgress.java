package millrace.ops.replay;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.PartitionRead;
import millrace.replay.plan.ReplayPlan.Read;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Problem;
import millrace.sinks.iceberg.commit.TableState;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.publish.RangePublisher.Exactness;
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
 * Whether the live tables have just what a replay has read, of the records that count however late they come. Rows of all others are settled
 * once a table is complete through the plan's time.
 *
 * <pre>
 *   what was replayed is in the table:   source offsets committed, then each exchange drained, then the model's topic landed
 *   nothing else is:                     offsets committed after the table was looked at, and bronze has them: none of the range
 * </pre>
 */
final class LiveProgress implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);

    private final ReplayPlan plan;
    private final Collection<String> applications;
    private final List<Read> late;
    private final int exchanges;
    private final Collection<String> modelTopics;
    private final Arrivals arrivals;
    private final Topics topics;
    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private int drained;
    private Map<TopicPartition, Long> targets = Map.of();
    private Optional<Map<TopicPartition, Long>> rows = Optional.empty();

    /**
     * @param applications that give out the models
     * @param exchanges at most so many lie between a record and a row
     * @param modelTopics what the tables are landed from
     */
    LiveProgress(ReplayPlan plan, Collection<String> applications, int exchanges, Collection<String> modelTopics,
            Arrivals arrivals, Topics topics,
            Map<String, Object> kafka) {
        this.plan = plan;
        this.applications = List.copyOf(applications);
        late = plan.reads().stream().filter(r -> r.late().isPresent()).toList();
        this.exchanges = exchanges;
        this.modelTopics = List.copyOf(modelTopics);
        this.arrivals = arrivals;
        this.topics = topics;
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        admin = Admin.create(kafka);
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Of one of the tables, whose range is to be published. */
    Exactness before(String topic) {
        return exactness(table -> late.isEmpty() ? Verdict.EXACT : landed(topic, table.position()),
                ReplayProblem.REPLAY_LATE_RECORDS);
    }

    /** Of one of the tables, whose range is to have again what it had: what has come since would go with it. */
    Exactness beforeTakenBack() {
        return exactness(table -> Verdict.EXACT, ReplayProblem.REPLAY_LATE_SINCE);
    }

    private Exactness exactness(Function<TableState, Verdict> hasAll, ReplayProblem ifMore) {
        return new Exactness() {
            @Override
            public Verdict hasAll(TableState table) {
                return hasAll.apply(table);
            }

            @Override
            public Later hasNoMore() {
                return none(ifMore);
            }
        };
    }

    private Verdict landed(String topic, Optional<SourcePosition> position) {
        if (rows.isEmpty()) {
            Map<TopicPartition, Long> processed = slowest();
            Map<TopicPartition, Long> ends = new HashMap<>();
            late.forEach(r -> r.partitions().forEach(p -> ends.put(new TopicPartition(r.topic(), p.partition()),
                    p.end().orElse(0L))));
            Optional<TopicPartition> behind = behind(processed, ends);
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
            rows = Optional.of(ends(modelTopics));
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
    private Map<TopicPartition, Long> slowest() {
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

    private boolean hasRecords(TopicPartition partition, long from, long to) {
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

    private Exactness.Later none(ReplayProblem why) {
        if (late.isEmpty()) {
            return () -> Verdict.EXACT;
        }
        // No table that was looked at before has a row of a record behind these.
        Map<TopicPartition, Long> processed = topics.committed(plan.pipeline());
        return () -> {
            for (Read read : late) {
                Verdict verdict = none(read, processed, why);
                if (!(verdict instanceof Verdict.Exact)) {
                    return verdict;
                }
            }
            return Verdict.EXACT;
        };
    }

    private Verdict none(Read read, Map<TopicPartition, Long> processed, ReplayProblem why) {
        Map<Integer, Long> landed = arrivals.landed(read.contract());
        for (PartitionRead p : read.partitions()) {
            Long next = processed.get(new TopicPartition(read.topic(), p.partition()));
            long has = landed.getOrDefault(p.partition(), 0L);
            if (next == null && has > 0) {
                return new Verdict.NotYet("the running pipeline does not say how far it is in partition "
                        + p.partition() + " of " + read.topic());
            } else if (next != null && has < next
                    && hasRecords(new TopicPartition(read.topic(), p.partition()), has, next)) {
                return new Verdict.NotYet("bronze." + read.contract() + " has partition " + p.partition()
                        + " up to offset " + has + ", and the models have it up to " + next);
            }
        }
        Optional<SortedMap<Integer, Long>> last = arrivals.last(read.contract(), read.late().orElseThrow());
        if (last.isEmpty()) {
            return new Verdict.Inexact(Problem.of(why, read.contract(), "bronze." + read.contract()
                    + " does not say any more which records of the range have come.").withRemedy(why.remedy()));
        }
        for (PartitionRead p : read.partitions()) {
            long end = p.end().orElse(Long.MAX_VALUE);
            if (last.get().getOrDefault(p.partition(), -1L) >= end) {
                return new Verdict.Inexact(Problem.of(why, read.contract(), "Records of the range have come to "
                        + read.topic() + " that the replay has not read, the last at offset "
                        + last.get().get(p.partition()) + " of partition " + p.partition() + "; it has read up to "
                        + end + ".").withRemedy(why.remedy()));
            }
        }
        return Verdict.EXACT;
    }

    @Override
    public void close() {
        consumer.close();
        admin.close();
    }
}
