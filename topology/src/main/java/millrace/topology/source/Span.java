package millrace.topology.source;

import java.util.OptionalLong;

/**
 * The records of a partition that are read, if not all are.
 *
 * @param start the first
 * @param clock what the partition's clock was before it, in microseconds; absent at the partition's beginning
 * @param end behind the last: there it is as if an end marker stood; absent if it goes on
 */
public record Span(long start, OptionalLong clock, OptionalLong end) {
    /** Nothing is read. */
    public static final Span NOTHING = new Span(0, OptionalLong.empty(), OptionalLong.of(0));

    public Span {
        if (start < 0 || end.isPresent() && end.getAsLong() < start) {
            throw new IllegalArgumentException(start + " to " + end);
        }
    }
}
