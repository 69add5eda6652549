package millrace.topology.aggregate;

import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/**
 * One call of an aggregate function, bound to the columns of its input. What it has seen of a group is an object of its
 * own, so that one aggregator serves all groups of a task; not those of two threads.
 *
 * <p>
 * The result is a function of the set of rows: adding them in any order, or in parts that are merged later, gives the
 * same. The test kit permutes and splits the input of every aggregator.
 *
 * @param <S> what is kept of one group
 */
public interface Aggregator<S> {
    S create();

    /**
     * Takes a row in.
     *
     * @throws millrace.topology.function.FunctionFailure if a user's function refuses the row; the others never do
     */
    void add(S state, Element.Row row);

    /**
     * Takes back a row that was added, here or in another part: a part may be retracted from before it is merged. The
     * row has the same values as the one that was added, and for what looks to the total order the same event time and
     * origin.
     *
     * @throws UnsupportedOperationException if {@link #retracts} is false
     */
    void retract(S state, Element.Row row);

    /** Whether rows can be taken back. */
    boolean retracts();

    /** Adds all that another state holds, which is not used afterwards. */
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
