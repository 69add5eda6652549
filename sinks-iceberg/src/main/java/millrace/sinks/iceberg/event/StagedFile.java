package millrace.sinks.iceberg.event;

/**
 * A closed data file that no table refers to yet.
 *
 * @param content the file as Iceberg's own JSON describes it (path, partition, metrics); it is read against the
 *        table's specs when the file is committed
 */
public record StagedFile(String content, long rows, long bytes) {}
