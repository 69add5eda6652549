package millrace.topology.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.topology.assemble.Pipeline;
import millrace.topology.plan.PlanNode;

/**
 * Decides whether a pipeline may go on after a source topic has got more partitions, and which of its own topics have to
 * grow with it. It may if no row's place depends on how many there are: if the models only pass rows on. A key would be
 * in another partition than what is known of it, and an exchange's width is part of the state of everybody behind it.
 * Pure.
 */
sealed interface Widening {
    /** Nothing has grown. */
    record None() implements Widening {}

    /** @param partitions by topic, how many it is to have */
    record Grow(Map<String, Integer> partitions) implements Widening {
        public Grow {
            partitions = Map.copyOf(partitions);
        }
    }

    /** It cannot. */
    record Refuse(Problem problem) implements Widening {}

    /**
     * @param wanted topics of the pipeline
     * @param found how many partitions those have that exist, and the changelogs that {@link #changelogs} names
     */
    static Widening decide(Pipeline pipeline, List<Topics.WantedTopic> wanted, Map<String, Integer> found) {
        Map<String, Integer> needed = new TreeMap<>();
        wanted.forEach(t -> needed.put(t.name(), t.partitions()));
        pipeline.contracts().forEach(c -> needed.remove(c.topic()));
        needed.putAll(changelogs(pipeline));
        Map<String, Integer> narrow = new TreeMap<>();
        needed.forEach((topic, partitions) -> {
            if (found.containsKey(topic) && found.get(topic) < partitions) {
                narrow.put(topic, partitions);
            }
        });
        if (narrow.isEmpty()) {
            return new None();
        }
        for (Pipeline.PlannedModel model : pipeline.models()) {
            String topic = pipeline.topicOf(model.name());
            if (narrow.containsKey(topic) && (!model.config().uniqueKey().isEmpty() || !passesOn(model))) {
                return new Refuse(Problem.of(RunProblem.SOURCE_TOPIC_GREW, model.name(),
                        "The sources of " + model.name() + " have " + narrow.get(topic) + " partitions now, "
                                + found.get(topic) + " before, and " + (passesOn(model)
                                        ? "its rows lie where their keys say."
                                        : "its state is divided by them."))
                        .withRemedy(RunProblem.SOURCE_TOPIC_GREW.remedy()));
            }
        }
        return new Grow(narrow);
    }

    /** Topics in which the clocks of source partitions are kept, with how many partitions each needs. */
    static Map<String, Integer> changelogs(Pipeline pipeline) {
        Map<String, Integer> tasks = new Tasks(pipeline).ofContracts();
        Map<String, Integer> changelogs = new TreeMap<>();
        for (Contract contract : pipeline.contracts()) {
            changelogs.put(pipeline.name() + "-" + contract.topic() + ".clock-changelog",
                    tasks.get(contract.name()));
        }
        return changelogs;
    }

    /** How many tasks read each contract: as many as the widest of what is put together without an exchange has partitions. */
    final class Tasks {
        private final Map<String, Integer> partitions = new HashMap<>();
        private final Map<String, Set<String>> together = new HashMap<>();
        private final Map<String, Together> models = new HashMap<>();

        Tasks(Pipeline pipeline) {
            for (Contract contract : pipeline.contracts()) {
                partitions.put(contract.name(), contract.partitions());
                together.put(contract.name(), new TreeSet<>(Set.of(contract.name())));
            }
            pipeline.models().forEach(m -> models.put(m.name(), of(m.plan().root())));
        }

        /** The contracts whose tasks a step's rows are in, and how many tasks give them. */
        private record Together(Set<String> contracts, int width) {}

        private Together of(PlanNode node) {
            return switch (node) {
                case PlanNode.Scan scan -> scan.kind() == PlanNode.Scan.Kind.MODEL
                        ? models.get(scan.source())
                        : new Together(Set.of(scan.source()), partitions.get(scan.source()));
                case PlanNode.Exchange e -> new Together(Set.of(), of(e.input()).width());
                default -> {
                    Set<String> contracts = new TreeSet<>();
                    int width = 0;
                    for (PlanNode input : node.inputs()) {
                        Together below = of(input);
                        contracts.addAll(below.contracts());
                        width = Math.max(width, below.width());
                    }
                    unite(contracts, width);
                    yield new Together(contracts, width);
                }
            };
        }

        private void unite(Set<String> contracts, int width) {
            Set<String> all = new TreeSet<>();
            contracts.forEach(c -> all.addAll(together.get(c)));
            int widest = Math.max(width, all.stream().mapToInt(partitions::get).max().orElse(0));
            all.forEach(c -> {
                together.put(c, all);
                partitions.put(c, widest);
            });
        }

        Map<String, Integer> ofContracts() {
            return Map.copyOf(partitions);
        }
    }

    /** Whether a model does nothing but calculate rows from rows, one at a time. */
    private static boolean passesOn(Pipeline.PlannedModel model) {
        List<PlanNode> left = new ArrayList<>(List.of(model.plan().root()));
        while (!left.isEmpty()) {
            PlanNode node = left.remove(left.size() - 1);
            if (!(node instanceof PlanNode.Scan || node instanceof PlanNode.Calc || node instanceof PlanNode.Union)) {
                return false;
            }
            left.addAll(node.inputs());
        }
        return true;
    }
}
