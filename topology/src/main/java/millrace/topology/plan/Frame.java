package millrace.topology.plan;

import java.util.OptionalLong;

/**
 * Which rows OVER looks at: from so many or so far before a row up to the row itself.
 *
 * @param rows how many rows before; absent: all
 * @param span how far before, in microseconds of the one column that orders; absent: however far
 */
public record Frame(Unit unit, OptionalLong rows, OptionalLong span) {

    /** How the end is meant. */
    public enum Unit {
        /** Up to the row. */
        ROWS,
        /** Up to the last row that the order does not tell apart from it. */
        RANGE
    }

    /** The same, but looking no further back than a retention. */
    public Frame within(OptionalLong retention) {
        return retention.isEmpty() || span.isPresent() && span.getAsLong() <= retention.getAsLong()
                ? this
                : new Frame(unit, rows, retention);
    }
}
