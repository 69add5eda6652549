package millrace.sinks.iceberg.commit;

import java.util.List;
import millrace.schemas.problem.Problem;

/** What is true after a commit was tried. */
public sealed interface CommitOutcome {
    /** The change is in the table, exactly once. */
    record Committed(TableState state) implements CommitOutcome {}

    /** The change is not and will not be in the table: the table is no longer what was expected. Look and redo. */
    record Conflict(String message) implements CommitOutcome {}

    /** The change is not in the table; the same may succeed once the problem is gone. */
    record NotCommitted(Problem problem) implements CommitOutcome {}

    /** The change may or may not be in the table. Look for its commit id before anything else; delete nothing. */
    record Unknown(Problem problem) implements CommitOutcome {}

    /** Nothing was changed: the files of this proposal cannot be read as files of the table. */
    record Unreadable(String proposal, String message) implements CommitOutcome {}

    /** Nothing was changed: the files of the rewrite cannot take the place of those it was made of. */
    record RewriteRefused(String message) implements CommitOutcome {}

    /** Nothing was changed: the table cannot be made to hold the schema. */
    record SchemaRefused(List<Problem> problems) implements CommitOutcome {
        public SchemaRefused {
            problems = List.copyOf(problems);
        }
    }
}
