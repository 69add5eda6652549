package millrace.ops.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import millrace.ops.deploy.Deployment;
import millrace.ops.logging.LogFiles;
import millrace.ops.replay.CutOver;
import millrace.ops.replay.Replays;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayRun;

/** Computes the history of models in this process, beside what runs, until it takes the place of that. */
final class HistoryRun {
    private final Terminal terminal;
    private final Where where;
    private final boolean quiet;
    private final int threads;

    /** How far it goes. */
    enum Until {
        /** It has come to where the pipeline is. */
        THE_PRESENT,
        /** It has taken the place of what ran. */
        IT_RUNS
    }

    /** What it has come to: the tables that have it, and how that is said. */
    record Outcome(List<CutOver.Done> tables, String line) {}

    /** @param quiet where programs read what is printed */
    HistoryRun(Terminal terminal, Where where, boolean quiet, int threads) {
        this.terminal = terminal;
        this.where = where;
        this.quiet = quiet;
        this.threads = threads;
    }

    /**
     * Goes on from wherever it is.
     *
     * @param wanted the pipeline with the text that it was planned with
     * @param force a reason to do it although computed rows have failed
     */
    Outcome run(Replays replays, ReplayEntry begun, Deployment wanted, Until until, Optional<String> force)
            throws Exception {
        ReplayPlan plan = begun.plan();
        LogFiles.writeTo(where.data(terminal).resolve("replays").resolve(plan.id()).resolve("logs"),
                wanted.project().profile().logs());
        CutOver cutOver = replays.cutOver(plan, wanted);
        if (begun.status() == Status.PUBLISHING && cutOver.isDone()) {
            return ended(replays, begun, cutOver.run(ChosenReplay.who(), () -> false, what -> {
            }));
        }
        List<CutOver.Done> done;
        ReplayEntry entry = begun;
        try (StopSignal stop = StopSignal.listen(terminal.err());
                ReplayRun run = replays.run(begun, wanted, threads);
                ReplayProgress progress = replays.progress(plan, wanted)) {
            RunningReplay running = new RunningReplay(terminal, quiet, replays, begun, run, progress);
            BooleanSupplier ends = () -> running.look(() -> false).filter(s -> s != Status.PUBLISHING).isPresent()
                    || stop.isWished();
            if (begun.status() != Status.PUBLISHING) {
                if (!cutOver.awaitCaughtUp(ends)) {
                    return stopped(plan);
                }
                if (force.isEmpty()) {
                    replays.requireTested(plan, progress);
                }
                if (until == Until.THE_PRESENT) {
                    return new Outcome(List.of(), "the history of " + names(plan)
                            + " has come to the present on the branch " + plan.branch()
                            + " of each table; millrace replay diff " + plan.id()
                            + " compares, millrace apply --execute goes on");
                }
                entry = begun.as(Status.PUBLISHING, terminal.clock().instant(), ChosenReplay.who());
                replays.write(entry);
            }
            done = cutOver.run(ChosenReplay.who(), stop::isWished, running::waits);
        }
        return done.size() < cutOver.tables().size() ? stopped(plan) : ended(replays, entry, done);
    }

    private Outcome ended(Replays replays, ReplayEntry entry, List<CutOver.Done> done) {
        ReplayPlan plan = entry.plan();
        replays.clearBranches(plan);
        replays.write(entry.as(Status.PUBLISHED, terminal.clock().instant(), ChosenReplay.who()));
        replays.clearRetired();
        return new Outcome(done, names(plan) + " are given out by " + plan.application() + " now");
    }

    private static String names(ReplayPlan plan) {
        return plan.models().stream().map(ReplayPlan.Written::model).collect(Collectors.joining(", "));
    }

    private static Outcome stopped(ReplayPlan plan) {
        return new Outcome(List.of(), "replay " + plan.id() + " stopped here; millrace apply --execute goes on");
    }

    /** What came of it, for people. */
    static List<String> lines(List<CutOver.Done> done) {
        if (done.isEmpty()) {
            return List.of();
        }
        TextTable tables = new TextTable("table", "before", "after");
        done.forEach(d -> tables.row(d.table(), d.before().isPresent() ? d.tag() : "-",
                d.after().isPresent() ? d.after().getAsLong() : "-"));
        return tables.lines();
    }

    /** What came of a table, for programs. */
    static Map<String, Object> asMap(CutOver.Done done) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("table", done.table());
        out.put("before", number(done.before()));
        out.put("after", number(done.after()));
        out.put("tag", done.tag());
        return out;
    }

    private static Object number(OptionalLong snapshot) {
        return snapshot.isPresent() ? snapshot.getAsLong() : null;
    }
}
