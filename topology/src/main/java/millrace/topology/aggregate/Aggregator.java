package millrace.topology.aggregate;

import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/**
 * One call of an aggregate function, bound to the columns of its input. It is stateless; what it has seen of a group is
 * an object of its own.
 *
 * <p>
 * The result is a function of the set of rows: adding them in any order, or in parts that are merged later, gives the
 * same. The test kit permutes and splits the input of every aggregator.
 *
 * @param <S> what is kept of one group
 */
public interface Aggregator<S> {
    S create();

    void add(S state, Element.Row row);

    /**
     * Takes back a row that was added, here or in another part: a part may be retracted from before it is merged.
     *
     * @throws UnsupportedOperationException if {@link #retracts} is false
     */
    void retract(S state, Element.Row row);

    /** Whether rows can be taken back. */
    boolean retracts();

    /** Adds all that another state holds. */
    void merge(S state, S other);

    void write(S state, StateOutput out);

    /** What {@link #write} wrote. */
    S read(StateInput in);

    /**
     * The value, in the representation of the call's type; null is SQL NULL.
     *
     * @throws millrace.topology.function.FunctionFailure if the group has none, such as a sum that no BIGINT holds
     */
    Object result(S state);
}
