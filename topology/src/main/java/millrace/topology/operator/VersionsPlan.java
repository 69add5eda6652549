package millrace.topology.operator;

import java.util.List;
import millrace.schemas.row.FieldType;

/**
 * Whose versions rows are.
 *
 * @param name of its place in the plan; its stores are called after it
 * @param input type of the rows that come
 * @param keys columns of the input
 * @param late where rows go that are too late
 * @param inputs how many inputs tell a task their progress
 */
public record VersionsPlan(String name, FieldType.Struct input, List<Integer> keys, WindowsPlan.Late late,
        AggregatePlan.InputsOfTask inputs) {
    public VersionsPlan {
        keys = List.copyOf(keys);
    }
}
