package millrace.replay.facts;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.replay.plan.TopicFacts;
import millrace.replay.plan.TopicFacts.InBronze;
import millrace.replay.plan.TopicFacts.PartitionFacts;
import millrace.replay.problem.ReplayProblem;
import millrace.replay.range.ClockHistory;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import millrace.topology.run.Topics;
import millrace.topology.time.TimeBounds;
import org.apache.kafka.common.TopicPartition;

/** Reads what a plan must know of the topics of a pipeline that has run. */
public final class TopicFactsReader {
    private final Topics topics;
    private final Map<TopicPartition, Long> bytes;

    /**
     * What the bronze table of a contract has.
     *
     * @param topicId Kafka's id of the topic whose records these are, as text
     * @param first by partition, the first offset
     * @param end by partition, behind the last one
     * @param forgets whether rows leave it as they grow old
     */
    public record Bronze(String topicId, Map<Integer, Long> first, Map<Integer, Long> end, boolean forgets) {
        /** Of a contract without such a table. */
        public static final Bronze NONE = new Bronze("", Map.of(), Map.of(), false);

        public Bronze {
            first = Map.copyOf(first);
            end = Map.copyOf(end);
        }

        private Optional<InBronze> of(int partition, String topic) {
            return topicId.equals(topic) && first.containsKey(partition) && end.containsKey(partition)
                    ? Optional.of(new InBronze(first.get(partition), end.get(partition)))
                    : Optional.empty();
        }
    }

    /** @param bytes of the partitions of which that is known */
    public TopicFactsReader(Topics topics, Map<TopicPartition, Long> bytes) {
        this.topics = topics;
        this.bytes = Map.copyOf(bytes);
    }

    /**
     * By contract.
     *
     * @param pipeline that has written the time journal
     * @param bronze by contract
     * @throws ProblemException with {@code REPLAY_NEVER_RAN} if a contract has no topic
     */
    public Map<String, TopicFacts> read(String pipeline, Collection<Contract> contracts,
            Map<String, Bronze> bronze) {
        List<String> names = contracts.stream().map(Contract::topic).toList();
        Map<String, Topics.Facts> described = topics.describe(names);
        Map<TopicPartition, Long> begins = topics.beginningOffsets(names);
        Map<TopicPartition, Long> ends = topics.endOffsets(names);
        List<TimeEntry> journal = entries(TimeEntry.topicOf(pipeline)).stream()
                .map(e -> TimeEntry.of(e.key(), e.value())).flatMap(Optional::stream).toList();
        List<TaskWatermark> watermarks = entries(TaskWatermark.topicOf(pipeline)).stream()
                .map(e -> TaskWatermark.of(e.key(), e.value())).flatMap(Optional::stream).toList();
        Map<String, TopicFacts> facts = new HashMap<>();
        for (Contract contract : contracts) {
            String topic = contract.topic();
            Topics.Facts found = described.get(topic);
            if (found == null) {
                throw new ProblemException(Problem.of(ReplayProblem.REPLAY_NEVER_RAN, topic,
                        "There is no topic " + topic + ", which contract " + contract.name() + " describes.")
                        .withRemedy(ReplayProblem.REPLAY_NEVER_RAN.remedy()));
            }
            ClockHistory clocks = ClockHistory.of(topic, found.id().toString(), TimeBounds.of(contract).disorder(),
                    journal, watermarks);
            Bronze kept = bronze.getOrDefault(contract.name(), Bronze.NONE);
            List<PartitionFacts> partitions = new ArrayList<>();
            for (int p = 0; p < found.partitions(); p++) {
                TopicPartition partition = new TopicPartition(topic, p);
                partitions.add(new PartitionFacts(p, begins.get(partition), ends.get(partition),
                        bytes.getOrDefault(partition, 0L),
                        kept.of(p, found.id().toString()), clocks.of(p)));
            }
            facts.put(contract.name(), new TopicFacts(topic, found.id().toString(), partitions, kept.forgets(),
                    found.compacted(), true, journal.stream().filter(e -> e.topicId().equals(found.id().toString()))
                            .filter(TimeEntry.Admission.class::isInstance).map(TimeEntry.Admission.class::cast)
                            .toList()));
        }
        return facts;
    }

    private List<Topics.Entry> entries(String topic) {
        try (Topics.Tail tail = topics.tail(topic)) {
            return Topics.Entry.newest(tail.settled());
        }
    }
}
