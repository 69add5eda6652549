package millrace.sinks.iceberg.delete;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import millrace.sinks.iceberg.event.Publication;
import millrace.sinks.iceberg.table.RangeFilter;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.io.CloseableIterable;

/** What it takes to put published rows in the place of all rows of their range. */
public final class RangeReplacement {
    private RangeReplacement() {}

    /**
     * @param current as of the snapshot that the commit is built on
     * @param files that come into the table
     * @param dead rows of the range in the table, where they are now, and those of {@code files} that are not to be seen
     * @param moved files that others have put rows of the table into since the publication was prepared; where in them the
     *        range's rows are is known
     * @param name stands in the name of what is written; unique for all time
     */
    public static Replacement.Outcome of(Table table, CurrentFiles current, Publication publication,
            List<DataFile> files, DeadRows dead, Set<String> moved, String name) {
        if (table.refs().containsKey(publication.tag())) {
            return new Replacement.Outcome.Impossible("the table has it already, by the tag " + publication.tag());
        }
        SnapshotRef source = table.refs().get(publication.source().ref());
        if (source == null || source.snapshotId() != publication.source().snapshotId()) {
            return new Replacement.Outcome.Impossible(publication.source().ref() + " is not what it was any more");
        }
        if (table.snapshot(publication.snapshotId()) == null) {
            return new Replacement.Outcome.Impossible("the snapshot that it was prepared on has expired");
        }
        Expression range = RangeFilter.of(publication.range());
        Set<String> known = locations(table, publication.snapshotId(), range);
        known.addAll(moved);
        for (String file : locations(table, current.snapshotId(), range)) {
            if (!known.contains(file)) {
                return new Replacement.Outcome.Impossible("rows of the range have come meanwhile, in " + file);
            }
        }
        return new Replacement.Outcome.Possible(DeleteMerge.merge(table, current, files, dead, name));
    }

    private static Set<String> locations(Table table, long snapshotId, Expression range) {
        Set<String> locations = new HashSet<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().useSnapshot(snapshotId).filter(range)
                .planFiles()) {
            tasks.forEach(t -> locations.add(t.file().location()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return locations;
    }
}
