package millrace.topology.plan;

/**
 * How far apart in event time the rows of a pair may be: the right one's time lies within {@code [left - before, left +
 * after]}. Microseconds.
 *
 * @param left the time of a row of the left
 * @param right the time of a row of the right
 * @param before may be negative: then the right one is always later
 * @param after may be negative: then the right one is always earlier
 */
public record JoinBounds(Moment left, Moment right, long before, long after) {

    /**
     * The event time of a row, as a column tells it.
     *
     * @param column position in the row
     * @param offset microseconds that the event time is past the column's value
     */
    public record Moment(int column, long offset) {
        /** The event time of a row; the column has a value. */
        public long of(Object[] row) {
            return (Long) row[column] + offset;
        }
    }

    /** Whether the times of two rows are near enough. */
    public boolean hold(long leftTime, long rightTime) {
        return rightTime >= leftTime - before && rightTime <= leftTime + after;
    }

    /** How far the time of the older row of a pair can lie behind that of the newer one. */
    public long span() {
        return Math.max(0, Math.max(before, after));
    }
}
