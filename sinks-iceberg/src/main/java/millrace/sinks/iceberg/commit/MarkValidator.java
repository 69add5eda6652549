package millrace.sinks.iceberg.commit;

import java.util.Optional;
import java.util.function.Supplier;
import millrace.sinks.iceberg.commit.TableState.Others;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitStateUnknownException;

/**
 * Lets a commit of ours through only onto the state that it was decided on; Iceberg asks at each of its retries.
 *
 * <p>
 * It looks first for its own commit id: Iceberg also retries a commit that had in fact succeeded, when the catalog's
 * reply was lost. To call that a failed validation would make Iceberg delete the manifests of the live snapshot; the
 * truth is that the state is unknown to this attempt.
 *
 * <p>
 * Ancestry and property are both asked. The ancestry alone would let a committer through that looked when all snapshots
 * of ours had expired, if those of its successor have expired as well meanwhile; the property alone would let one
 * through after someone else has rolled the table back.
 */
final class MarkValidator implements SnapshotAncestryValidator {
    private final TableState expected;
    private final CommitMark mark;
    private final Supplier<Table> table;
    private final String branch;
    private final Optional<String> expectedInProperty;
    private final ForeignRows foreign;
    private String found = "";

    /**
     * @param table that the commit is being applied to
     * @param branch that it goes on; if the table did not have it, Iceberg would make one of the main branch's rows
     * @param expectedInProperty commit id of the mark that was there when the commit was decided on
     * @param foreign whether the commit may follow snapshots of others that change rows
     */
    MarkValidator(TableState expected, CommitMark mark, Supplier<Table> table, String branch,
            Optional<String> expectedInProperty, ForeignRows foreign) {
        this.expected = expected;
        this.mark = mark;
        this.table = table;
        this.branch = branch;
        this.expectedInProperty = expectedInProperty;
        this.foreign = foreign;
    }

    @Override
    public boolean validate(Iterable<Snapshot> ancestry) {
        for (Snapshot snapshot : ancestry) {
            if (mark.commitId().equals(snapshot.summary().get(CommitMark.COMMIT_ID))) {
                throw new CommitStateUnknownException(
                        "Commit " + mark.commitId() + " is in the table already: its reply was lost", null);
            }
        }
        if (!branch.equals(SnapshotRef.MAIN_BRANCH) && !table.get().refs().containsKey(branch)) {
            found = "of a branch that is gone";
            return false;
        }
        Optional<String> property = MarkedTable.inProperty(table.get(), branch).map(CommitMark::commitId);
        if (property.isPresent() && !property.equals(expectedInProperty)) {
            found = property.get();
            return false;
        }
        Optional<Snapshot> decidedOn = Optional.empty();
        for (Snapshot snapshot : ancestry) {
            decidedOn = snapshot.snapshotId() == expected.snapshotId() ? Optional.of(snapshot) : decidedOn;
        }
        if (foreign.since(decidedOn, ancestry) == Others.CHANGED_ROWS) {
            found = "one of others that changes rows";
            return false;
        }
        Optional<CommitMark> newest = MarkedTable.newestOfOurs(ancestry)
                .flatMap(s -> CommitMark.fromSummary(s.summary()));
        if (newest.isEmpty() || expected.newestInAncestry().isEmpty()) {
            found = newest.map(CommitMark::commitId).orElse("no commit");
            return newest.isEmpty() && expected.newestInAncestry().isEmpty();
        }
        CommitMark theirs = newest.get();
        CommitMark ours = expected.mark().orElseThrow();
        found = theirs.commitId() + " of epoch " + theirs.epoch();
        return theirs.commitId().equals(ours.commitId()) && theirs.position().equals(ours.position())
                && theirs.control().equals(ours.control()) && theirs.epoch() <= mark.epoch();
    }

    @Override
    public String errorMessage() {
        return "the table's newest commit is " + found + ", not " + expected.newestInAncestry().orElse("no commit");
    }
}
