package millrace.sinks.iceberg.event;

import java.util.OptionalLong;

/**
 * Rows of a stretch of time.
 *
 * @param column of type timestamp, or a number that counts as one
 * @param from in microseconds, inclusive; absent for the beginning of time
 * @param to in microseconds, exclusive; absent for the end of time
 */
public record RowRange(String column, OptionalLong from, OptionalLong to) {
    /** Whether a row belongs to it whose column has this value. */
    public boolean has(long micros) {
        return (from.isEmpty() || micros >= from.getAsLong()) && (to.isEmpty() || micros < to.getAsLong());
    }

    /** Whether every row does that has a value in the column. */
    public boolean isEverything() {
        return from.isEmpty() && to.isEmpty();
    }
}
