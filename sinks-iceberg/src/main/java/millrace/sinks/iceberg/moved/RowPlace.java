package millrace.sinks.iceberg.moved;

/**
 * A row of a table.
 *
 * @param file location of a data file
 * @param position in it, from 0
 */
public record RowPlace(String file, long position) {}
