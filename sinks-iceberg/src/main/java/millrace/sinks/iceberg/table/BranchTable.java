package millrace.sinks.iceberg.table;

import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;

/**
 * A table as one of its branches shows it: what is current is the branch's head, and so a scan reads the branch. What is
 * committed says itself which branch it goes on. Schema, partitioning and properties are the table's.
 */
public final class BranchTable extends BaseTable {
    private static final long serialVersionUID = 1L;
    private static final String ID = "millrace.branch.";

    private final BaseTable whole;
    private final String branch;

    private BranchTable(BaseTable table, String branch) {
        super(table.operations(), new TableName(table.name(), branch).toString());
        whole = table;
        this.branch = branch;
    }

    /** The table itself for its main branch. */
    static Table of(Table table, String branch) {
        if (branch.equals(SnapshotRef.MAIN_BRANCH)) {
            return table;
        }
        if (!(table instanceof BaseTable base)) {
            throw new IllegalArgumentException(table.name() + " is no table that has branches");
        }
        return new BranchTable(base, branch);
    }

    /** The table on its main branch, for what is done to all of it. */
    public static Table whole(Table table) {
        return table instanceof BranchTable of ? of.whole : table;
    }

    /** Which branch a table shows. */
    public static String branchOf(Table table) {
        return table instanceof BranchTable of ? of.branch : SnapshotRef.MAIN_BRANCH;
    }

    /** Whether the branch or tag that a table shows is there; the main branch always is. */
    public static boolean isThere(Table table) {
        return !(table instanceof BranchTable of) || of.refs().containsKey(of.branch);
    }

    /** The table property that has the id of a branch: one that is dropped and made anew has another. */
    public static String idOf(String branch) {
        return ID + branch;
    }

    /**
     * Under which id those who land rows speak of what a table shows: the table's own for its main branch. Empty for tags, and
     * for branches that others have made, on which nothing is landed.
     */
    public static Optional<UUID> landingId(Table table) {
        if (!(table instanceof BranchTable of)) {
            return Optional.of(table.uuid());
        }
        SnapshotRef ref = of.refs().get(of.branch);
        return Optional.ofNullable(of.properties().get(idOf(of.branch))).filter(id -> ref != null && ref.isBranch())
                .map(UUID::fromString);
    }

    @Override
    public Snapshot currentSnapshot() {
        return snapshot(branch);
    }
}
