package millrace.sinks.iceberg.event;

/**
 * A closed file of positions that no table refers to yet: by data file, which of its rows are no longer live. The committer
 * merges it with what the table has deleted already; the table never refers to this file itself.
 *
 * @param location of a Puffin file with a deletion vector for each data file
 * @param rows how many rows they delete
 */
public record StagedDeletes(String location, long rows, long bytes) {}
