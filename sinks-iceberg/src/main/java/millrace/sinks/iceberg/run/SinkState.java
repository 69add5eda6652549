package millrace.sinks.iceberg.run;

import java.time.Instant;
import java.util.Optional;
import millrace.schemas.problem.Problem;
import millrace.sinks.iceberg.commit.CommitMark;

/** How the landing of one table is doing, as one process knows it. */
public sealed interface SinkState {
    /** Not yet at work, or at work in other processes only and silent. */
    record Starting() implements SinkState {}

    /**
     * At work.
     *
     * @param mark of the newest commit this process has made or heard of
     * @param undecided proposals without an answer
     */
    record Running(Optional<CommitMark> mark, int undecided) implements SinkState {}

    /** At a standstill until the problem is gone; nothing is lost and work goes on by itself. */
    record Blocked(Problem problem, Instant since) implements SinkState {}
}
