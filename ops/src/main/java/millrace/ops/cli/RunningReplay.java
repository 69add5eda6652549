package millrace.ops.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import millrace.ops.problem.OpsProblem;
import millrace.ops.replay.Replays;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayRun;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.run.SinkState;
import millrace.topology.run.RunState;
import millrace.topology.run.Topics;
import org.apache.kafka.common.KafkaException;

/** A replay that this process runs, while it is waited for: says how far it is, and hears what others let it come to. */
final class RunningReplay {
    private static final Duration PRINT = Duration.ofSeconds(10);
    private static final Duration ASK = Duration.ofSeconds(2);

    private final Terminal terminal;
    private final boolean quiet;
    private final Replays replays;
    private final ReplayEntry entry;
    private final ReplayRun run;
    private final ReplayProgress progress;
    private final LiveView live;
    private final ReplayView view;
    private Instant asked;
    private Instant shown = Instant.MIN;
    private String said = "";
    private Optional<Status> end = Optional.empty();

    /** @param quiet where programs read what is printed */
    RunningReplay(Terminal terminal, boolean quiet, Replays replays, ReplayEntry entry, ReplayRun run,
            ReplayProgress progress) {
        this.terminal = terminal;
        this.quiet = quiet;
        this.replays = replays;
        this.entry = entry;
        this.run = run;
        this.progress = progress;
        live = new LiveView(terminal);
        asked = terminal.clock().instant();
        view = new ReplayView(entry.plan().branch(), asked, progress.look());
    }

    /**
     * Says how far it is when that is due, and what keeps it from going on when that is new. An end stays one.
     *
     * @param done asked now and then
     * @return what it has come to, if others have let it come to something else than that it runs, or it is done
     */
    Optional<Status> look(BooleanSupplier done) {
        Instant now = terminal.clock().instant();
        String problem = problem();
        try {
            if (!quiet && (terminal.interactive() || now.isAfter(shown.plus(PRINT)))) {
                shown = now;
                live.show(List.of(view.line(progress.look(), now)));
            }
            // One that somebody has begun to publish comes to more.
            if (end.filter(s -> s != Status.PUBLISHING).isEmpty() && now.isAfter(asked.plus(ASK))) {
                asked = now;
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
        say(problem);
        return end;
    }

    /** Says what is waited for, once. */
    void waits(String what) {
        say("waits until " + what);
    }

    private void say(String what) {
        if (!what.equals(said)) {
            said = what;
            if (!what.isEmpty()) {
                terminal.err().println(what);
            }
        }
    }

    /** Why it does not go on by itself; empty if it does. */
    private String problem() {
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
