package millrace.ops.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import millrace.ops.replay.ReplayWatch;
import millrace.ops.replay.Replays;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayRun;

/** A replay that this process runs, while it is waited for: says how far it is, and hears what others let it come to. */
final class RunningReplay {
    private static final Duration PRINT = Duration.ofSeconds(10);

    private final Terminal terminal;
    private final boolean quiet;
    private final ReplayWatch watch;
    private final ReplayProgress progress;
    private final LiveView live;
    private final ReplayView view;
    private Instant shown = Instant.MIN;
    private String said = "";

    /** @param quiet where programs read what is printed */
    RunningReplay(Terminal terminal, boolean quiet, Replays replays, ReplayEntry entry, ReplayRun run,
            ReplayProgress progress) {
        this.terminal = terminal;
        this.quiet = quiet;
        this.progress = progress;
        watch = new ReplayWatch(replays, entry, run, terminal.clock());
        live = new LiveView(terminal);
        view = new ReplayView(entry.plan().branch(), terminal.clock().instant(), progress.look());
    }

    /**
     * Says how far it is when that is due, and what keeps it from going on when that is new.
     *
     * @param done asked now and then
     * @return what it has come to, if others have let it come to something else than that it runs, or it is done
     */
    Optional<Status> look(BooleanSupplier done) {
        Optional<Status> end = watch.look(done, this::show);
        say(watch.problem());
        return end;
    }

    private void show() {
        Instant now = terminal.clock().instant();
        if (!quiet && (terminal.interactive() || now.isAfter(shown.plus(PRINT)))) {
            shown = now;
            live.show(List.of(view.line(progress.look(), now)));
        }
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
}
