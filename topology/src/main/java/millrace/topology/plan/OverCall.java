package millrace.topology.plan;

/**
 * One function with OVER.
 *
 * @param call its arguments are columns of the input
 */
public record OverCall(Kind kind, AggregateCall call, Frame frame) {

    /** What it gives. */
    public enum Kind {
        /** The aggregate of the rows in the frame. */
        AGGREGATE,
        /** The value of the row that is first in the frame, if that is so many rows before. */
        LAG,
        /** The value of the first row in the frame. */
        FIRST,
        /** The value of the last row in the frame. */
        LAST
    }
}
