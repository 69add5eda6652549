package millrace.topology.plan;

/**
 * One column of an ORDER BY.
 *
 * @param column position in the input
 */
public record SortColumn(int column, Direction direction, Nulls nulls) {

    /** Which values come first. */
    public enum Direction {
        ASCENDING, DESCENDING
    }

    /** Where NULL stands among the values. */
    public enum Nulls {
        FIRST, LAST
    }

    /** The same order by a column that has moved. */
    public SortColumn at(int position) {
        return new SortColumn(position, direction, nulls);
    }
}
