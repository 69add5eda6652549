package millrace.sinks.iceberg.commit;

import java.time.Instant;
import millrace.schemas.problem.Problem;

/** Where a committer stands with one table. */
public sealed interface CommitState {
    /** It looks at the table and claims its epoch. */
    record TakingOver() implements CommitState {}

    /** It decides and commits. */
    record Serving(TableState table, int undecided) implements CommitState {}

    /** It tries again now and then; proposals wait. */
    record Blocked(Problem problem, Instant since, Instant retryAt) implements CommitState {}
}
