package millrace.topology.operator;

import java.util.List;
import millrace.schemas.row.FieldType;

/**
 * Whose newest row is given.
 *
 * @param name of its place in the plan; its stores are called after it
 * @param input type of the rows that come, deletes among them
 * @param keys columns of the input
 * @param inputs how many inputs tell a task their progress
 */
public record NewestPlan(String name, FieldType.Struct input, List<Integer> keys, AggregatePlan.InputsOfTask inputs) {
    public NewestPlan {
        keys = List.copyOf(keys);
    }
}
