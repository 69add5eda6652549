package millrace.topology.operator;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.Aggregator;

/**
 * What one half of an aggregate does.
 *
 * @param name of its place in the plan; its stores are called after it
 * @param input type of the rows that come
 * @param groups columns of the input
 * @param calls binds the calls to the columns of the rows that are counted, anew for each task
 * @param windowEnd which of the groups is the end of a window
 * @param inputs how many inputs tell a task their progress
 */
public record AggregatePlan(String name, FieldType.Struct input, List<Integer> groups,
        Supplier<List<Aggregator<?>>> calls,
        OptionalInt windowEnd, InputsOfTask inputs) {
    public AggregatePlan {
        groups = List.copyOf(groups);
    }

    /** How many inputs a task has. */
    public interface InputsOfTask {
        int count(int task);
    }

    FieldType.Struct groupType() {
        return new FieldType.Struct(groups.stream().map(input.fields()::get).toList());
    }
}
