package millrace.topology.plan;

import java.util.List;
import java.util.OptionalInt;
import millrace.schemas.row.FieldType;

/**
 * One aggregate function over the rows of a group.
 *
 * @param function upper case, such as {@code SUM}; {@code COUNT} without arguments counts rows
 * @param arguments columns of the input
 * @param over all values, or each value once
 * @param filter a boolean column of the input that must be TRUE
 * @param constants arguments that are constants of the query, behind the columns, such as a percentile
 */
public record AggregateCall(String function, List<Integer> arguments, Over over, OptionalInt filter,
        List<Object> constants, FieldType type, boolean nullable) {
    public AggregateCall {
        arguments = List.copyOf(arguments);
        constants = List.copyOf(constants);
    }

    /** Which values count. */
    public enum Over {
        ALL, DISTINCT
    }
}
