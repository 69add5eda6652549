package millrace.topology.operator;

import java.time.Duration;
import java.util.List;
import millrace.schemas.row.FieldType;

/**
 * How an aggregate gives out what it has of open windows.
 *
 * @param every how often, by the wall clock
 * @param rowType of the aggregate's rows
 * @param time of a row that was given early
 * @param nodes that take the early rows, and nothing else
 */
public record EarlyPlan(Duration every, FieldType.Struct rowType, EarlyPlan.Time time, List<String> nodes) {
    public EarlyPlan {
        nodes = List.copyOf(nodes);
    }

    /** The event time of a row: its window's. */
    public interface Time {
        /** In microseconds. */
        long of(Object[] row);
    }
}
