package millrace.topology.operator;

/**
 * Which rows leave the topology: those with a time in a stretch.
 *
 * @param column its position; -1 if all leave
 * @param from in microseconds, inclusive
 * @param to exclusive; the largest number stands for no end
 */
public record Clip(int column, long from, long to) {
    /** All leave. */
    public static final Clip NONE = new Clip(-1, Long.MIN_VALUE, Long.MAX_VALUE);

    boolean keeps(Object[] row) {
        if (column < 0) {
            return true;
        }
        long time = (Long) row[column];
        return time >= from && (time < to || to == Long.MAX_VALUE);
    }
}
