package millrace.sinks.iceberg.rewrite;

import java.time.Instant;

/**
 * A data file of a table, as far as it matters for whether it is to be rewritten.
 *
 * @param partition where its rows belong, spec and values, as text; rows of two are never put together
 * @param standing whether it lies there
 * @param rows dead ones included
 * @param dead of them, deleted by position
 * @param deletedByValue whether a delete of another writer, which names values, may hold for rows of it
 * @param ordered whether its rows are in the table's order, as far as they can be; false for tables without one
 * @param added when its snapshot was made
 */
public record TableFile(String location, String partition, Standing standing, long bytes, long rows, long dead,
        boolean deletedByValue, boolean ordered, Instant added) {
    /** Whether a file lies where its rows belong, which changes as they grow old. */
    public enum Standing {
        /** It does. */
        AT_HOME,
        /** They belong to another tier. */
        ASTRAY,
        /** They belong nowhere in the table. */
        OVER
    }

    double deadRatio() {
        return rows == 0 ? 0 : (double) dead / rows;
    }
}
