package millrace.sinks.iceberg.stage;

import java.time.Instant;
import millrace.schemas.problem.Problem;

/** Where a stage worker stands. */
public sealed interface WorkerState {
    /** It looks up where the table ends. */
    record Starting() implements WorkerState {}

    /** It gets to know the rows that the table has, {@code filesRead} of {@code files}. */
    record Indexing(int filesRead, int files, long rows) implements WorkerState {}

    /** It reads and writes. */
    record Staging() implements WorkerState {}

    /** It has met records of a schema that the table cannot hold yet, and has asked for it. */
    record AwaitingSchema(int schemaId, Instant askedAt) implements WorkerState {}

    /** It tries again now and then; records wait in the topic. */
    record Blocked(Problem problem, Instant since, Instant retryAt) implements WorkerState {}
}
