package millrace.sinks.iceberg.rewrite;

import java.time.Instant;

/**
 * A data file of a table, as far as it matters for whether it is to be rewritten.
 *
 * @param partition spec and values, as text; rows of two partitions are never put together
 * @param rows dead ones included
 * @param dead of them, deleted by position
 * @param deletedByValue whether a delete of another writer, which names values, may hold for rows of it
 * @param sorted whether its rows are in the table's order; false for tables without one
 * @param added when its snapshot was made
 */
public record TableFile(String location, String partition, long bytes, long rows, long dead, boolean deletedByValue,
        boolean sorted, Instant added) {
    double deadRatio() {
        return rows == 0 ? 0 : (double) dead / rows;
    }
}
