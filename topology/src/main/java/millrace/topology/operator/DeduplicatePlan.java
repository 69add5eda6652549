package millrace.topology.operator;

import java.util.List;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.InputChanges;

/**
 * Which rows are the same again.
 *
 * @param name of its place in the plan; its stores are called after it
 * @param input type of the rows that come
 * @param keys columns of the input
 * @param retention how long after a row another one is the same again; microseconds
 * @param changes whether rows that came may be taken back; if not, rows between others are not remembered
 * @param late where rows go that are too late
 * @param inputs how many inputs tell a task their progress
 */
public record DeduplicatePlan(String name, FieldType.Struct input, List<Integer> keys, long retention,
        InputChanges changes, WindowsPlan.Late late, AggregatePlan.InputsOfTask inputs) {
    public DeduplicatePlan {
        keys = List.copyOf(keys);
    }
}
