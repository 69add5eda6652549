package millrace.topology.operator;

import java.util.List;
import millrace.schemas.row.FieldType;

/**
 * How rows are written to a model's topic.
 *
 * @param key positions of the unique key's columns; empty: rows have no key and keep their source's partition
 * @param schemaId of the row type under the topic's subject
 * @param largestRow bytes of a value beyond which a row is refused
 * @param node that takes the records
 */
public record OutputPlan(String topic, FieldType.Struct rowType, List<Integer> key, int schemaId, int largestRow,
        String node) {
    public OutputPlan {
        key = List.copyOf(key);
    }
}
