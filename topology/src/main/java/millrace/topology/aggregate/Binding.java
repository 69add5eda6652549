package millrace.topology.aggregate;

import java.util.List;
import millrace.schemas.row.FieldType;
import millrace.topology.plan.AggregateCall.Over;

/**
 * What an aggregate function is bound to.
 *
 * @param columns of the arguments
 * @param types of the arguments
 * @param over for functions that look to repeated values themselves
 */
record Binding(int[] columns, List<FieldType> types, List<Object> constants, FieldType result, Over over,
        TotalOrder order, InputChanges changes) {
    int column() {
        return columns[0];
    }

    FieldType type() {
        return types.get(0);
    }

    /** Of the first argument. */
    ValueLayout layout() {
        return ValueLayout.of(type());
    }

    boolean retracting() {
        return changes == InputChanges.RETRACTING;
    }
}
