package millrace.topology.aggregate;

import java.io.DataInput;
import java.io.DataOutput;
import java.util.List;
import millrace.schemas.row.FieldType;

/**
 * An aggregate function written in Java and called from SQL by its name. A jar lists its classes in
 * {@code META-INF/services/millrace.topology.aggregate.UserAggregate}; each has a public constructor without parameters.
 * Every task gets its own instance, so one need not be thread safe.
 *
 * <p>
 * Its result must depend on nothing but the rows of the group, not on a clock, randomness or other groups, and if it
 * {@link #combines} not on their order either: otherwise a replay would give other rows than the live run did. One that
 * does not combine is given its rows in total order (event time, then origin) each time a result is wanted; they are all
 * kept until then, so nothing but the group bounds its memory.
 *
 * <p>
 * Whatever it throws in {@link #add} sends the row to quarantine, and must leave the state as it was; what it throws in
 * {@link #result} leaves the group without a result. Either way with the message.
 *
 * @param <S> what it remembers of a group; an object of its own for each
 */
public interface UserAggregate<S> {
    /** What SQL calls it, in any case; letters, digits and _. Several may share a name if their arguments differ. */
    String name();

    /** The types of its arguments, one at least; their values come as {@link FieldType} says. */
    List<FieldType> argumentTypes();

    FieldType resultType();

    /** Whether equal groups always give equal results. A function that says false is refused. */
    boolean deterministic();

    /** Whether it wants to see rows with NULL in an argument. Otherwise they do not count. */
    default boolean calledOnNull() {
        return false;
    }

    /**
     * Whether rows may come in any order and in parts that are combined later. Then {@link #combine}, {@link #write} and
     * {@link #read} are needed, and only its own state is kept.
     */
    default boolean combines() {
        return false;
    }

    /** Called once per instance, before all else but what describes it. */
    default void open() {}

    S create();

    /** @param arguments as many as {@link #argumentTypes()}; the array may be used again after the call */
    void add(S state, Object[] arguments) throws Exception;

    /** Adds all that another state holds, which is not used afterwards. */
    default void combine(S state, S other) throws Exception {
        throw new UnsupportedOperationException("combine");
    }

    /** Every state of a later release must be able to read what this writes. */
    default void write(S state, DataOutput out) throws Exception {
        throw new UnsupportedOperationException("write");
    }

    /** What {@link #write} wrote. */
    default S read(DataInput in) throws Exception {
        throw new UnsupportedOperationException("read");
    }

    /** The result, as {@link FieldType} says for {@link #resultType()}; null is NULL. */
    Object result(S state) throws Exception;
}
