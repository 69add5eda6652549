package millrace.topology.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.topology.assemble.Pipeline;
import millrace.topology.plan.PlanNode;

/** Which topics a pipeline needs, and what to do about those the cluster has. Pure. */
public final class TopicsPlan {
    /** Rows may grow in a model and a refused record carries its original, so our topics take more than most. */
    static final int LARGEST_RECORD = 10 << 20;

    private TopicsPlan() {}

    /** Every topic of a pipeline, as it is created where it is missing. */
    public static List<Topics.WantedTopic> wanted(Pipeline pipeline) {
        List<Topics.WantedTopic> wanted = new ArrayList<>();
        Map<String, Integer> partitions = new HashMap<>();
        for (Contract contract : pipeline.contracts()) {
            partitions.put(contract.name(), contract.partitions());
            wanted.add(new Topics.WantedTopic(contract.topic(), contract.partitions(), Map.of()));
            wanted.add(new Topics.WantedTopic(pipeline.quarantineOf(contract), contract.partitions(),
                    ofTheEngine()));
        }
        for (Pipeline.PlannedModel model : pipeline.models()) {
            int width = width(model.plan().root(), partitions);
            partitions.put(model.name(), width);
            if (model.config().topic()) {
                wanted.add(new Topics.WantedTopic(pipeline.topicOf(model.name()), width, ofTheEngine()));
            }
            pipeline.sideTopicsOf(model).keySet()
                    .forEach(topic -> wanted.add(new Topics.WantedTopic(topic, width, ofTheEngine())));
        }
        for (String topic : List.of(pipeline.watermarksTopic(), pipeline.journalTopic())) {
            wanted.add(new Topics.WantedTopic(topic, 1,
                    Map.of("cleanup.policy", "compact", "segment.bytes", Integer.toString(16 << 20))));
        }
        return List.copyOf(wanted);
    }

    /** A model's topic is as wide as its widest source. */
    private static int width(PlanNode node, Map<String, Integer> partitions) {
        return node instanceof PlanNode.Scan scan
                ? partitions.get(scan.source())
                : node.inputs().stream().mapToInt(i -> width(i, partitions)).max().orElseThrow();
    }

    /**
     * Topics that the engine writes are kept for ever: their records have the times of their sources, so a retention by
     * time would delete a replayed history as it is written.
     */
    private static Map<String, String> ofTheEngine() {
        return Map.of("retention.ms", "-1", "retention.bytes", "-1", "message.timestamp.type", "CreateTime",
                "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE), "message.timestamp.before.max.ms",
                Long.toString(Long.MAX_VALUE), "max.message.bytes", Integer.toString(LARGEST_RECORD));
    }

    /** What is to be done before the pipeline can start. */
    static Decision decide(List<Topics.WantedTopic> wanted, Map<String, Topics.Facts> found, boolean create) {
        List<Topics.WantedTopic> missing = new ArrayList<>();
        for (Topics.WantedTopic topic : wanted) {
            Topics.Facts facts = found.get(topic.name());
            if (facts == null) {
                missing.add(topic);
            } else if (facts.partitions() != topic.partitions()) {
                return new Decision.Refuse(Problem.of(RunProblem.TOPIC_PARTITIONS_DIFFER, topic.name(),
                        topic.name() + " has " + partitions(facts.partitions()) + ", expected "
                                + partitions(topic.partitions()) + ".")
                        .withRemedy(RunProblem.TOPIC_PARTITIONS_DIFFER.remedy()));
            }
        }
        if (missing.isEmpty()) {
            return new Decision.Ready();
        }
        if (create) {
            return new Decision.Create(missing);
        }
        List<String> names = missing.stream().map(Topics.WantedTopic::name).toList();
        return new Decision.Refuse(Problem.of(RunProblem.PIPELINE_TOPIC_MISSING, names.get(0),
                "Missing: " + String.join(", ", names) + ".").withRemedy(RunProblem.PIPELINE_TOPIC_MISSING.remedy()));
    }

    private static String partitions(int count) {
        return count == 1 ? "1 partition" : count + " partitions";
    }

    /** What to do about topics. */
    sealed interface Decision {
        record Ready() implements Decision {}

        record Create(List<Topics.WantedTopic> topics) implements Decision {}

        record Refuse(Problem problem) implements Decision {}
    }
}
