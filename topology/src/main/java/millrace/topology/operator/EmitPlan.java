package millrace.topology.operator;

import java.util.List;
import java.util.Map;
import millrace.schemas.row.FieldType;

/**
 * How a model's rows leave the topology.
 *
 * @param topic the model's topic
 * @param key positions of the unique key's columns; empty: rows have no key and keep their source's partition
 * @param schemaId of the row type under the topic's subject
 * @param largestRow bytes of a value beyond which a row is refused
 * @param sources ordinals of the sources and exchanges that feed the model, with their numbers of partitions
 */
public record EmitPlan(String model, String topic, FieldType.Struct rowType, List<Integer> key, int schemaId,
        int largestRow, Map<Integer, Integer> sources, String rowNode, String watermarkNode,
        QuarantineRoutes quarantines) {

    public EmitPlan {
        key = List.copyOf(key);
        sources = Map.copyOf(sources);
    }

    /** How many tasks write the topic. */
    int tasks() {
        return sources.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    }
}
