package millrace.topology.operator;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import millrace.schemas.row.FieldType;
import millrace.topology.compile.RowFunction;
import millrace.topology.plan.JoinBounds;
import millrace.topology.plan.PlanNode;

/**
 * What a join does.
 *
 * @param name of its place in the plan; its stores are called after it
 * @param condition gives a row of the columns of both if they are a pair, without columns
 * @param inputs how many inputs tell a task their progress
 */
public record JoinPlan(String model, String name, Side left, Side right, PlanNode.Join.Kind kind,
        Optional<Supplier<RowFunction>> condition, Optional<JoinBounds> bounds,
        AggregatePlan.InputsOfTask inputs) {

    /** Whether rows may have to wait for the time from which on no partner comes. */
    boolean waits() {
        return bounds.isPresent() && (kind.keepsLeft() || kind.keepsRight());
    }

    /**
     * One of the inputs.
     *
     * @param keys columns that are equal to those of the other side
     */
    public record Side(FieldType.Struct row, List<Integer> keys) {
        public Side {
            keys = List.copyOf(keys);
        }
    }
}
