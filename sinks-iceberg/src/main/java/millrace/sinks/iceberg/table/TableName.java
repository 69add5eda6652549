package millrace.sinks.iceberg.table;

import org.apache.iceberg.SnapshotRef;

/**
 * A table on one of its branches, as users write it: {@code silver.clicks}, or {@code silver.clicks@fix} of another branch
 * than the main one.
 *
 * @param table with its namespace
 */
public record TableName(String table, String branch) {
    private static final String MARK = "@";

    public static TableName parse(String text) {
        int mark = text.indexOf(MARK);
        return mark < 0
                ? new TableName(text, SnapshotRef.MAIN_BRANCH)
                : new TableName(text.substring(0, mark), text.substring(mark + 1));
    }

    @Override
    public String toString() {
        return branch.equals(SnapshotRef.MAIN_BRANCH) ? table : table + MARK + branch;
    }
}
