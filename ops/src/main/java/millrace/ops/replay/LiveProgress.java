package millrace.ops.replay;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
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
import org.apache.kafka.common.TopicPartition;

/**
 * Whether the live tables have just what a replay has read, of the records that count however late they come. Rows of all
 * others are settled once a table is complete through the plan's time.
 *
 * <pre>
 *   what was replayed is in the table:   its passage is over
 *   nothing else is:                     offsets committed after the table was looked at, and bronze has them: none of the range
 * </pre>
 */
final class LiveProgress implements AutoCloseable {
    private final ReplayPlan plan;
    private final List<Read> late;
    private final Passage passage;
    private final Arrivals arrivals;
    private final Topics topics;

    /**
     * @param passage from the records to the tables that are to be published
     */
    LiveProgress(ReplayPlan plan, Passage passage, Arrivals arrivals, Topics topics) {
        this.plan = plan;
        late = plan.reads().stream().filter(r -> r.late().isPresent()).toList();
        this.passage = passage;
        this.arrivals = arrivals;
        this.topics = topics;
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
        Map<TopicPartition, Long> ends = new HashMap<>();
        late.forEach(r -> r.partitions().forEach(p -> ends.put(new TopicPartition(r.topic(), p.partition()),
                p.end().orElse(0L))));
        return passage.landed(ends, topic, position);
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
                    && passage.hasRecords(new TopicPartition(read.topic(), p.partition()), has, next)) {
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
        passage.close();
    }
}
