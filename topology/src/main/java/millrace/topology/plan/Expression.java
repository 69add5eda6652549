package millrace.topology.plan;

import java.util.List;
import millrace.schemas.row.FieldType;

/** A value computed from one row. Values are represented as {@link FieldType} says. */
public sealed interface Expression {
    FieldType type();

    boolean nullable();

    /** The value of an input column. */
    record Column(int index, String name, FieldType type, boolean nullable) implements Expression {}

    /** A constant; {@code value} may be null. */
    record Literal(Object value, FieldType type, boolean nullable) implements Expression {}

    /**
     * A function, operator, cast or CASE over other values.
     *
     * @param function a name of the function registry of {@code compile}, such as {@code +}, {@code UPPER}, {@code CAST}
     */
    record Call(String function, List<Expression> operands, FieldType type, boolean nullable) implements Expression {
        public Call {
            operands = List.copyOf(operands);
        }
    }

    /** A field inside a nested row. */
    record Nested(Expression row, int index, String name, FieldType type, boolean nullable) implements Expression {}
}
