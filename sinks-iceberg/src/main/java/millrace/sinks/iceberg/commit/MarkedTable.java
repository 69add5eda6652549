package millrace.sinks.iceberg.commit;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.problem.Problem;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.SinkProblem;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * Reads the mark of a table. It stands twice: in the summary of the snapshot that it came with, and in a table property
 * that outlives the snapshot. The property counts only if that snapshot is in the ancestry of the branch's head, or was
 * in it and has expired; otherwise the branch was moved by someone else, and rows that the property counts are gone.
 */
public final class MarkedTable {
    /**
     * The table property of the main branch; JSON of branch, snapshot id, sequence number and the summary's entries. That of
     * another branch has its name behind a dot.
     */
    public static final String PROPERTY = "millrace.landed";

    private MarkedTable() {}

    /** The property that has the mark of a branch. */
    public static String property(String branch) {
        return ofBranch(PROPERTY, branch);
    }

    static String ofBranch(String property, String branch) {
        return branch.equals(SnapshotRef.MAIN_BRANCH) ? property : property + "." + branch;
    }

    /** The state of a loaded table, on the branch that it shows. */
    public static TableLook look(Table table) {
        return look(table, ForeignRows.DO_NOT_MATTER);
    }

    /** The same, and whether others have changed rows, where it matters. */
    static TableLook look(Table table, ForeignRows foreign) {
        Optional<Problem> missing = missing(table);
        if (missing.isPresent()) {
            return new TableLook.Unusable(missing.get());
        }
        Snapshot head = table.currentSnapshot();
        Optional<Snapshot> newest = newestOfOurs(ancestry(table, head));
        String property = table.properties().get(property(BranchTable.branchOf(table)));
        Optional<CommitMark> mark;
        if (property == null) {
            mark = newest.flatMap(s -> CommitMark.fromSummary(s.summary()));
        } else {
            Landed landed = CommitMark.parse(property, new TypeReference<>() {});
            if (!counts(table, head, newest, landed)) {
                return new TableLook.Unusable(rolledBack(table, landed));
            }
            mark = CommitMark.fromSummary(landed.mark());
        }
        return new TableLook.Found(new TableState(uuid(table), head == null ? 0 : head.snapshotId(), mark,
                newest.map(s -> s.summary().get(CommitMark.COMMIT_ID)), table.schemas().keySet(),
                table.schema().schemaId(), foreign.since(newest, ancestry(table, head)),
                LayoutHistory.of(table)));
    }

    /** What the table holds according to its snapshots alone, after a rollback: the state that an adoption starts from. */
    static TableState byAncestry(Table table) {
        Snapshot head = table.currentSnapshot();
        Optional<Snapshot> newest = newestOfOurs(ancestry(table, head));
        return new TableState(uuid(table), head == null ? 0 : head.snapshotId(),
                newest.flatMap(s -> CommitMark.fromSummary(s.summary())),
                newest.map(s -> s.summary().get(CommitMark.COMMIT_ID)), table.schemas().keySet(),
                table.schema().schemaId(), TableState.Others.LEFT_ROWS_ALONE, LayoutHistory.NONE);
    }

    /** What a branch's property says of the mark that a snapshot came with. */
    public static String property(String branch, Snapshot snapshot, CommitMark mark) {
        return CommitMark
                .text(new Landed(branch, snapshot.snapshotId(), snapshot.sequenceNumber(), mark.toSummary()));
    }

    /** The mark in a branch's property, whether it counts or not. */
    public static Optional<CommitMark> inProperty(Table table, String branch) {
        return Optional.ofNullable(table.properties().get(property(branch)))
                .flatMap(p -> CommitMark.fromSummary(CommitMark.parse(p, new TypeReference<Landed>() {}).mark()));
    }

    /** What keeps rows from being landed on the branch that a table shows. */
    public static Optional<Problem> missing(Table table) {
        if (BranchTable.landingId(table).isPresent()) {
            return Optional.empty();
        }
        String branch = BranchTable.branchOf(table);
        return Optional.of(Problem.of(SinkProblem.BRANCH_MISSING, table.name(), BranchTable.isThere(table)
                ? branch + " is a tag, or a branch that others have made: it does not say where in the topic it begins."
                : "The table has no branch " + branch + ".").withRemedy(SinkProblem.BRANCH_MISSING.remedy()));
    }

    /** Whether a snapshot says how far the table had come with it. */
    public static boolean isMarked(Snapshot snapshot) {
        return snapshot.summary().containsKey(CommitMark.COMMIT_ID);
    }

    static Optional<Snapshot> newestOfOurs(Iterable<Snapshot> ancestry) {
        for (Snapshot snapshot : ancestry) {
            if (isMarked(snapshot)) {
                return Optional.of(snapshot);
            }
        }
        return Optional.empty();
    }

    static UUID uuid(Table table) {
        return BranchTable.landingId(table).orElseThrow();
    }

    private static Iterable<Snapshot> ancestry(Table table, Snapshot head) {
        return head == null ? List.of() : SnapshotUtil.ancestorsOf(head.snapshotId(), table::snapshot);
    }

    private static boolean counts(Table table, Snapshot head, Optional<Snapshot> newest, Landed landed) {
        if (newest.isPresent()) {
            // Our commits are one line: the newest in the ancestry is the property's, or the branch was moved.
            return newest.get().snapshotId() == landed.snapshotId();
        }
        if (head == null || table.snapshot(landed.snapshotId()) != null) {
            return false;
        }
        // Expired from this line only if the line is cut, and all that is left of it came after.
        Snapshot oldest = SnapshotUtil.oldestAncestorOf(head.snapshotId(), table::snapshot);
        return oldest.parentId() != null && oldest.sequenceNumber() > landed.sequenceNumber();
    }

    private static Problem rolledBack(Table table, Landed landed) {
        return Problem.of(SinkProblem.FOREIGN_ROLLBACK, table.name(), "The table's newest rows of ours came with "
                + "snapshot " + landed.snapshotId() + ", which is not in the history of its current snapshot "
                + Optional.ofNullable(table.currentSnapshot()).map(s -> Long.toString(s.snapshotId())).orElse("(none)")
                + ".").withRemedy(SinkProblem.FOREIGN_ROLLBACK.remedy());
    }

    record Landed(@JsonProperty("branch") String branch,
            @JsonProperty("snapshot-id") long snapshotId,
            @JsonProperty("sequence-number") long sequenceNumber,
            @JsonProperty("mark") Map<String, String> mark) {}
}
