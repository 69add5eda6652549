package millrace.ops.replay;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import millrace.ops.problem.OpsProblem;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.run.ReplayRun;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.run.SinkState;
import millrace.topology.run.RunState;
import millrace.topology.run.Topics;
import org.apache.kafka.common.KafkaException;

/** A replay that this process runs: what keeps it from going on, and what others let it come to. For one thread. */
public final class ReplayWatch {
    private static final Duration ASK = Duration.ofSeconds(2);

    private final Replays replays;
    private final ReplayEntry entry;
    private final ReplayRun run;
    private final Clock clock;
    private Instant asked;
    private String problem = "";
    private Optional<Status> end = Optional.empty();

    public ReplayWatch(Replays replays, ReplayEntry entry, ReplayRun run, Clock clock) {
        this.replays = replays;
        this.entry = entry;
        this.run = run;
        this.clock = clock;
        asked = clock.instant();
    }

    /**
     * Looks once. An end stays one.
     *
     * @param done asked now and then
     * @param more what else is to be done that needs the cluster
     * @return what it has come to, if others have let it come to something else than that it runs, or it is done
     */
    public Optional<Status> look(BooleanSupplier done, Runnable more) {
        problem = blocked();
        try {
            more.run();
            // One that somebody has begun to publish comes to more.
            if (end.filter(s -> s != Status.PUBLISHING).isEmpty() && clock.instant().isAfter(asked.plus(ASK))) {
                asked = clock.instant();
                end = replays.journal().find(entry.plan().id()).map(ReplayEntry::status)
                        .filter(s -> s != Status.STARTED);
                if (end.isEmpty() && done.getAsBoolean()) {
                    end = Optional.of(Status.FINISHED);
                }
            }
        } catch (ProblemException e) {
            problem = e.problems().get(0).toText("blocked"); // The work itself waits until it is cured.
        } catch (Topics.ClusterUnavailableException | KafkaException e) {
            problem = Problem.of(OpsProblem.UNREACHABLE, "kafka", Failure.words(e) + ".").toText("blocked");
        }
        return end;
    }

    /** Why it did not go on by itself at the last look; empty if it did. */
    public String problem() {
        return problem;
    }

    private String blocked() {
        if (run.stream() instanceof RunState.Blocked blocked) {
            return blocked.problem().toText("blocked");
        }
        for (SinkState table : run.tables().values()) {
            if (table instanceof SinkState.Blocked blocked) {
                return blocked.problem().toText("blocked");
            }
        }
        return "";
    }
}
