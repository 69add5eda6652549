package millrace.topology.operator;

import java.util.List;
import java.util.OptionalInt;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.SortColumn;

/**
 * Which rows stay.
 *
 * @param name of its place in the plan; its stores are called after it
 * @param input type of the rows that come
 * @param keys columns of the input
 * @param windowEnd the column among them that is the end of a window
 * @param changes whether rows that came may be taken back; if not, those behind the first are not remembered
 * @param inputs how many inputs tell a task their progress
 */
public record TopNPlan(String name, FieldType.Struct input, List<Integer> keys, List<SortColumn> order, int most,
        PlanNode.TopN.Rank rank, OptionalInt windowEnd, InputChanges changes, AggregatePlan.InputsOfTask inputs) {
    public TopNPlan {
        keys = List.copyOf(keys);
        order = List.copyOf(order);
    }
}
