package millrace.sinks.iceberg.event;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that are to take the place of all rows of a stretch of time, proposed at once. Unlike a {@link Rewrite} it changes
 * what the table says; where its rows were cannot be followed to where they are.
 *
 * @param worker whoever prepared it
 * @param layout of the table that {@code deletes} speaks of
 * @param snapshotId that the table's rows of the range were looked for in: files that have come since must have none
 * @param range whose rows are replaced
 * @param source which has to be there still: what it has taken with it is in no table
 * @param files that are to come into the table
 * @param deletes the rows of the range that the table has, and those of {@code files} that are not to be seen; empty if
 *        there is neither
 * @param tag that the snapshot before gets with the same commit; a table that has it has the publication
 * @param summary what the snapshot's summary says of it, beside the mark
 */
public record Publication(String id, String worker, long layout, long snapshotId, RowRange range,
        Source source, StagedList files,
        Optional<StagedDeletes> deletes, String tag, Map<String, String> summary, Instant created)
        implements
            Replacing {
    public Publication {
        summary = Map.copyOf(summary);
    }

    /** A branch or tag, as it was when its rows were taken. */
    public record Source(String ref, long snapshotId) {}

    /**
     * A list of data files, as a file: one line of Iceberg's own JSON for each.
     *
     * @param files how many, with so many {@code rows}, dead ones too
     */
    public record StagedList(String location, long files, long rows) {}
}
