package millrace.topology.function;

import java.util.List;
import millrace.schemas.row.FieldType;

/**
 * A function of one row's values, written in Java and called from SQL by its name. A jar lists its classes in
 * {@code META-INF/services/millrace.topology.function.ScalarFunction}; each has a public constructor without
 * parameters. Every task gets its own instance, so a function need not be thread safe.
 *
 * <p>Its result must depend on nothing but its arguments: not on a clock, randomness, the network or earlier calls.
 * Otherwise a replay would give other rows than the live run did.
 */
public interface ScalarFunction {
    /** What SQL calls it, in any case; letters, digits and _. Two functions may share a name if their arguments differ. */
    String name();

    /** The types of its arguments; their values come as {@link FieldType} says. */
    List<FieldType> argumentTypes();

    FieldType resultType();

    /** Whether equal arguments always give equal results. A function that says false is refused. */
    boolean deterministic();

    /** Whether it wants to see NULL arguments. Otherwise its result is NULL if any argument is, without a call. */
    default boolean calledOnNull() {
        return false;
    }

    /** Called once per instance, before the first call. */
    default void open() {}

    /**
     * The result, as {@link FieldType} says for {@link #resultType()}; null is NULL. Anything thrown sends the row to
     * quarantine with the message; other rows go on.
     *
     * @param arguments as many as {@link #argumentTypes()}; the array may be used again after the call
     */
    Object call(Object[] arguments) throws Exception;
}
