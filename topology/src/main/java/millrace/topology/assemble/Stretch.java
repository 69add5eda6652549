package millrace.topology.assemble;

import java.util.OptionalLong;

/**
 * The rows of a model that are given out, if not all are: those with a time in a stretch.
 *
 * @param column of type timestamp, never null
 * @param from in microseconds, inclusive; absent for the beginning of time, as {@code to}, exclusive, for its end
 */
public record Stretch(String column, OptionalLong from, OptionalLong to) {}
