package millrace.ops.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import millrace.ops.deploy.Deployment;
import millrace.ops.logging.LogFiles;
import millrace.ops.replay.Replays;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace replay start}. */
@Command(name = "start", mixinStandardHelpOptions = true, header = "Replays onto a branch of each table, beside the live pipeline, and shows how far it is.", description = {
        "",
        "Plans as `millrace replay plan` does and says what it would do; does it with --execute. With the id of a replay it goes on with that one, and shares its work with the processes that run it already.",
        "",
        "What it computes goes to topics of its own and to the branch replay-<id> of each table; the tables themselves do not change. Ctrl-C or a crash loses nothing: millrace replay start <id> --execute goes on."}, footer = {
                "", "Examples:", "  millrace replay start --select gold.hourly --from 2026-11-01 --to 2026-11-08",
                "  millrace replay start --select gold.hourly --last 7d --rate 20000 --execute",
                "  millrace replay start 7f3a01 --execute"})
final class ReplayStartCommand extends Main.Subcommand {
    private static final Duration LOOK = Duration.ofSeconds(1);

    @Mixin
    private Result result;
    @Mixin
    private Where where;
    @Mixin
    private ReplaySubject subject;
    @Mixin
    private ReplayRange range;
    @Mixin
    private ReplayRate rate;

    @Parameters(index = "0", arity = "0..1", paramLabel = "<id>", description = "Of a replay that was started before, or how it begins.")
    private String id;

    @Mixin
    private ReplayThreads threads;

    @Option(names = "--execute", description = "Really do it.")
    private boolean execute;

    @Override
    ExitCode run() throws Exception {
        threads.count();
        if (id != null) {
            try (ChosenReplay chosen = ChosenReplay.find(id, where, terminal())) {
                ChosenReplay.requireOpen(chosen.entry());
                if (!execute) {
                    terminal().out().println("replay " + chosen.entry().plan().id() + " ("
                            + chosen.entry().words() + ") would go on; add --execute to do it");
                    return ExitCode.OK;
                }
                Deployment replayed = chosen.replayed(where, terminal());
                Replays.requireSameText(chosen.entry().plan(), replayed);
                return follow(chosen.replays(), chosen.become(Status.STARTED, terminal()), replayed);
            }
        }
        ReplaySubject.Found found = subject.find(where, terminal());
        try (Replays replays = ReplaySubject.replays(found.live(), where, terminal())) {
            ReplayPlanView planned = ReplayPlanView.of(replays, found, range, rate);
            ReplayPlan plan = planned.plan();
            if (!execute && result.isJson()) {
                terminal().out().println(Result.json(planned.json()));
                return ExitCode.OK;
            }
            planned.lines().forEach(execute
                    ? terminal().err()::println
                    : terminal().out()::println);
            if (!execute) {
                terminal().out().println("nothing was changed; add --execute to do it");
                return ExitCode.OK;
            }
            Replays.requireSameText(plan, found.replayed());
            Optional<ReplayEntry> same = replays.journal().find(plan.id())
                    .filter(e -> e.status() != Status.CANCELLED);
            if (same.isPresent()) {
                ChosenReplay.requireOpen(same.get());
            }
            ReplayEntry entry = new ReplayEntry(plan, Status.STARTED, subject.revision(),
                    rate.mostPerSecond(), 0, Optional.empty(), terminal().clock().instant(), ChosenReplay.who());
            replays.write(entry);
            return follow(replays, entry, found.replayed());
        }
    }

    private ExitCode follow(Replays replays, ReplayEntry entry, Deployment replayed) throws Exception {
        ReplayPlan plan = entry.plan();
        LogFiles.writeTo(where.data(terminal()).resolve("replays").resolve(plan.id()).resolve("logs"),
                replayed.project().profile().logs());
        Status end;
        try (StopSignal stop = StopSignal.listen(terminal().err());
                ReplayRun run = replays.run(entry, replayed, threads.count());
                ReplayProgress progress = replays.progress(plan, replayed)) {
            end = watch(replays, entry, run, progress, stop);
        }
        Optional<Status> told = replays.journal().find(plan.id()).map(ReplayEntry::status);
        if (end == Status.FINISHED && told.isPresent() && told.get() != Status.STARTED) {
            end = told.get(); // Another process that shares the work was quicker, and more may have been done since.
        } else if (end == Status.FINISHED) {
            replays.write(entry.as(end, terminal().clock().instant(), ChosenReplay.who()));
        }
        say(plan, end);
        return ExitCode.OK;
    }

    /** What it has come to when this process stops running it; started, if it is only this process that stops. */
    private Status watch(Replays replays, ReplayEntry entry, ReplayRun run, ReplayProgress progress, StopSignal stop)
            throws InterruptedException {
        RunningReplay running = new RunningReplay(terminal(), result.isJson(), replays, entry, run, progress);
        while (!stop.await(LOOK)) {
            Optional<Status> end = running.look(run::isDone);
            if (end.isPresent()) {
                return end.get();
            }
        }
        return Status.STARTED;
    }

    private void say(ReplayPlan plan, Status end) {
        List<String> tables = plan.models().stream().map(m -> m.model() + "@" + plan.branch()).toList();
        if (result.isJson()) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("id", plan.id());
            out.put("status", end.name().toLowerCase(Locale.ROOT));
            out.put("tables", tables);
            terminal().out().println(Result.json(out));
            return;
        }
        terminal().out().println(switch (end) {
            case FINISHED, PUBLISHING, PUBLISHED, ROLLING_BACK, ROLLED_BACK ->
                "replay " + plan.id() + " is finished: " + String.join(", ", tables);
            case PAUSED -> "replay " + plan.id() + " is paused; millrace replay start " + plan.id()
                    + " --execute goes on";
            case CANCELLED -> "replay " + plan.id() + " was cancelled";
            case STARTED -> "stopped here; millrace replay start " + plan.id() + " --execute goes on";
        });
    }
}
