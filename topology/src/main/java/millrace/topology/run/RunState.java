package millrace.topology.run;

import java.time.Instant;
import millrace.schemas.problem.Problem;

/** What a pipeline does now. */
public sealed interface RunState {
    /** When this state began. */
    Instant since();

    /** Nothing has been started yet. */
    record Created(Instant since) implements RunState {}

    /** Topics and schemas are prepared, tasks are being assigned and restored. */
    record Starting(Instant since) implements RunState {}

    record Running(Instant since) implements RunState {}

    /** Nothing is processed, or part of it stands still; nothing is lost, and it goes on by itself when cured. */
    record Blocked(Instant since, Problem problem) implements RunState {}

    record Stopping(Instant since) implements RunState {}

    /** Everything processed is committed. */
    record Stopped(Instant since) implements RunState {}

    /** The pipeline cannot run as it is written; only another pipeline helps. */
    record Failed(Instant since, Problem problem) implements RunState {}
}
