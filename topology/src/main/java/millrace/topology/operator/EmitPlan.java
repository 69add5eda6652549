package millrace.topology.operator;

import java.util.Map;

/**
 * How a model's rows leave the topology.
 *
 * @param sources ordinals of the sources and exchanges that feed the model, with their numbers of partitions
 * @param clip which rows leave
 */
public record EmitPlan(String model, OutputPlan output, Map<Integer, Integer> sources, String watermarkNode,
        QuarantineRoutes quarantines, Clip clip) {

    public EmitPlan {
        sources = Map.copyOf(sources);
    }

    /** How many tasks write the topic. */
    int tasks() {
        return sources.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    }
}
