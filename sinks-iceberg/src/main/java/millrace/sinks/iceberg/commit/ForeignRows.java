package millrace.sinks.iceberg.commit;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import millrace.sinks.iceberg.commit.TableState.Others;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;

/**
 * What it means for a table that others add, remove or move rows of it. Of a table whose rows stay nothing is known but how
 * far it holds its topic. Of one whose rows change by key it is known where the rows are, and that is wrong then.
 */
enum ForeignRows {
    DO_NOT_MATTER, MOVE_OURS;

    private static final Set<String> COUNTS = Set.of(SnapshotSummary.ADDED_FILES_PROP,
            SnapshotSummary.DELETED_FILES_PROP,
            SnapshotSummary.ADDED_DELETE_FILES_PROP, SnapshotSummary.REMOVED_DELETE_FILES_PROP);

    static ForeignRows in(TableSpec spec) {
        return spec.layout() == TableSpec.Layout.NEWEST ? MOVE_OURS : DO_NOT_MATTER;
    }

    /**
     * What others have done since our newest commit.
     *
     * @param ancestry of the head, the newest first; where our newest is not in it, all of it came after, and what has
     *        expired may have changed rows too
     */
    Others since(Optional<Snapshot> newestOfOurs, Iterable<Snapshot> ancestry) {
        if (this == DO_NOT_MATTER) {
            return Others.LEFT_ROWS_ALONE;
        }
        for (Snapshot snapshot : ancestry) {
            if (newestOfOurs.isPresent() && snapshot.snapshotId() == newestOfOurs.get().snapshotId()) {
                return Others.LEFT_ROWS_ALONE;
            }
            if (newestOfOurs.isEmpty() || changesRows(snapshot)) {
                return Others.CHANGED_ROWS;
            }
        }
        return Others.LEFT_ROWS_ALONE;
    }

    /** Counts need not be there; what is no replacement, as of manifests, is one of rows whatever it counts. */
    private static boolean changesRows(Snapshot snapshot) {
        Map<String, String> summary = snapshot.summary();
        return !DataOperations.REPLACE.equals(snapshot.operation())
                || COUNTS.stream().map(summary::get).anyMatch(count -> count != null && !count.equals("0"));
    }
}
