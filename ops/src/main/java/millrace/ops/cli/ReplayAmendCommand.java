package millrace.ops.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.ops.deploy.Deployment;
import millrace.ops.http.Shown;
import millrace.ops.logging.LogFiles;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Project;
import millrace.ops.replay.AmendPlan;
import millrace.ops.replay.Amending;
import millrace.ops.replay.Amending.Done;
import millrace.ops.replay.Publications;
import millrace.ops.replay.Publications.Published;
import millrace.ops.replay.Replays;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.plan.Estimate;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayRun;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.yaml.Durations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace replay amend}. */
@Command(name = "amend", mixinStandardHelpOptions = true, header = "Takes records in that came too late, and computes again what they change.", description = {
        "",
        "Rows that came behind allowedLateness lie in the table <model>__late and are not counted. This counts them: what they change is replayed, beside the live pipeline, and published as `millrace replay publish` does, one stretch of days after the other; days that no late row touches keep their files. From then on they count for every replay. `millrace replay rollback <id>` leaves them out again.",
        "",
        "Where `millrace table cut` has cut a day before, the next cut is made of it: the report of then and the report of now can both be read.",
        "",
        "Says what it would do; does it with --execute. Ctrl-C or a crash loses nothing: the same command goes on."}, footer = {
                "", "Examples:", "  millrace replay amend --last 7d", "  millrace replay amend --last 7d --execute",
                "  millrace replay amend --last 7d --history --execute"})
final class ReplayAmendCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Option(names = "--last", required = true, paramLabel = "<duration>", description = "How old late records may be, by the time of their event, such as 7d. Older ones stay out.")
    private String last;

    @Mixin
    private ReplayThreads threads;

    @Option(names = "--history", description = "Take in also what only a replay of everything can, as where sessions are computed: the whole history of the models that the late records change is computed beside what runs, and takes its place as with millrace apply.")
    private boolean history;

    @Option(names = "--execute", description = "Really do it.")
    private boolean execute;

    private String said = "";

    /** A plan with what it would cost. */
    private record Costed(ReplayPlan plan, List<Estimate.Share> shares) {}

    @Override
    ExitCode run() throws Exception {
        threads.count();
        Duration age = Durations.parse(last).orElseThrow(() -> new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT,
                "--last", "\"" + last + "\" is no duration.").withRemedy("Write one such as 7d, 36h or 90m.")));
        List<Map<String, Object>> json = new ArrayList<>();
        try (StopSignal stop = StopSignal.listen(terminal().err())) {
            for (Project project : where.projects(terminal())) {
                Deployment folder = Deployment.read(project);
                try (Replays replays = ReplaySubject.replays(folder, where, terminal())) {
                    json.add(amend(replays, age, stop));
                }
            }
        }
        if (result.isJson()) {
            terminal().out().println(Result.json(json.size() == 1 ? json.get(0) : json));
        }
        return ExitCode.OK;
    }

    private Map<String, Object> amend(Replays replays, Duration age, StopSignal stop) throws Exception {
        List<Done> done = new ArrayList<>();
        Amending amending = new Amending(replays, threads.count(), ChosenReplay.who(), terminal().clock(),
                new Watcher(replays), stop::isWished);
        if (execute) {
            done.addAll(amending.goOn());
        } else {
            replays.journal().all().stream().filter(e -> e.status() == ReplayEntry.Status.STARTED
                    && e.plan().kind() instanceof ReplayPlan.Kind.Whole).forEach(e -> terminal().err().println(
                            "note: replay " + e.plan().id() + " computes a whole history without these records, and "
                                    + "could not take the place of what runs any more"));
            replays.amending().forEach(e -> terminal().err().println("replay " + e.plan().id() + " ("
                    + e.words() + ") of an earlier amend would come to its end first"));
        }
        // Also one that has begun to take the place of what runs, which is no time to plan another.
        Optional<ReplayEntry> begun = replays.begun().stream().filter(e -> !e.plan().amends().isEmpty()
                && e.plan().kind() instanceof ReplayPlan.Kind.Whole && replays.isOfRunningText(e.plan())).findFirst();
        if (execute && history && begun.isPresent()) {
            return history(replays, begun.get(), asMap(replays.live().name(), Optional.empty(), List.of(), done));
        }
        Optional<AmendPlan> plan = stop.isWished()
                ? Optional.empty()
                : history
                        ? replays.late().ofHistory(age, stop::isWished, this::waits)
                        : replays.late().ofDays(age, stop::isWished, this::waits);
        List<Costed> costed = plan.stream().flatMap(p -> p.replays().stream())
                .map(p -> new Costed(p, replays.shares(p))).toList();
        if (!result.isJson()) {
            plan.ifPresent(p -> lines(replays.live().name(), p, costed)
                    .forEach(execute ? terminal().err()::println : terminal().out()::println));
        }
        if (execute && history && plan.filter(p -> !p.replays().isEmpty()).isPresent()) {
            ReplayPlan replay = plan.get().replays().get(0);
            return history(replays, new ReplayEntry(replay, ReplayEntry.Status.STARTED, Optional.empty(),
                    OptionalLong.empty(), 0, Optional.empty(), terminal().clock().instant(), ChosenReplay.who()),
                    asMap(replays.live().name(), plan, costed, done));
        }
        if (execute && plan.isPresent()) {
            done.addAll(amending.run(plan.get().replays(), Optional.empty()));
        }
        if (!result.isJson()) {
            say(plan, done, stop.isWished());
        }
        return asMap(replays.live().name(), plan, costed, done);
    }

    /** @param out what is told of it to programs, beside what it comes to */
    private Map<String, Object> history(Replays replays, ReplayEntry begun, Map<String, Object> out)
            throws Exception {
        ReplayEntry entry = begun.status() == ReplayEntry.Status.PUBLISHING
                ? begun
                : begun.as(ReplayEntry.Status.STARTED, terminal().clock().instant(), ChosenReplay.who());
        replays.write(entry);
        HistoryRun.Outcome outcome = new HistoryRun(terminal(), where, result.isJson(), threads.count()).run(replays,
                entry,
                replays.live(), HistoryRun.Until.IT_RUNS, Optional.empty());
        if (!result.isJson()) {
            HistoryRun.lines(outcome.tables()).forEach(terminal().out()::println);
            terminal().out().println(outcome.line());
        }
        out.put("tables", outcome.tables().stream().map(HistoryRun::asMap).toList());
        return out;
    }

    private List<String> lines(String pipeline, AmendPlan plan, List<Costed> costed) {
        List<String> lines = new ArrayList<>();
        lines.add(pipeline + ": " + Shown.count(plan.amendment().records())
                + (execute ? " late records are to be taken in" : " late records would be taken in")
                + (plan.amendment().already() == 0
                        ? ""
                        : ", " + Shown.count(plan.amendment().already()) + " were before"));
        plan.amendment().left().forEach((why, count) -> lines.add("  " + Shown.count(count) + " stay out: " + why));
        if (!costed.isEmpty()) {
            lines.add("");
            TextTable table = new TextTable("replay", "range", "reads>", "table", "replaces files>", "in part>",
                    "rows in them>");
            for (Costed one : costed) {
                String id = one.plan().id();
                String range = ReplayListCommand.stretch(one.plan());
                String reads = Shown.count(one.plan().records());
                for (Estimate.Share share : one.shares()) {
                    table.row(id, range, reads, share.table(), Shown.count(share.files()), Shown.count(share.partly()),
                            Shown.count(share.rows()));
                    id = "";
                    range = "";
                    reads = "";
                }
            }
            lines.addAll(table.lines());
        }
        return lines;
    }

    /** Says what is waited for, once. */
    private void waits(String what) {
        if (!what.equals(said)) {
            said = what;
            terminal().err().println("waits: " + what);
        }
    }

    private void say(Optional<AmendPlan> plan, List<Done> done, boolean stopped) {
        List<Published> tables = done.stream().flatMap(d -> d.tables().stream()).toList();
        if (!tables.isEmpty()) {
            PublishingView.lines(tables).forEach(terminal().out()::println);
        }
        if (!execute) {
            terminal().out().println(plan.filter(p -> !p.replays().isEmpty()).isPresent()
                    ? "nothing was changed; add --execute to do it"
                    : "there is nothing to do");
        } else if (stopped || !done.stream().allMatch(Done::isPublished)) {
            terminal().out().println("stopped here; the same command goes on");
        } else {
            terminal().out().println(done.isEmpty()
                    ? "there was nothing to do"
                    : "taken in; millrace replay rollback " + String.join(" or ", done.stream()
                            .map(d -> d.entry().plan().id()).toList()) + " leaves them out again");
        }
    }

    private static Map<String, Object> asMap(String pipeline, Optional<AmendPlan> plan, List<Costed> costed,
            List<Done> done) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("pipeline", pipeline);
        plan.ifPresent(p -> {
            out.put("records", p.amendment().records());
            out.put("already", p.amendment().already());
            out.put("left", p.amendment().left());
        });
        out.put("replays", costed.stream().map(c -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("id", c.plan().id());
            one.put("kind", c.plan().kind());
            one.put("models", c.plan().models());
            one.put("reads", c.plan().records());
            one.put("replaces", c.shares());
            return one;
        }).toList());
        out.put("done", done.stream().map(d -> PublishingView.json(d.entry(), d.tables())).toList());
        return out;
    }

    /** Says what is done as the commands do that do a part of it. */
    private final class Watcher implements Amending.Watcher {
        private final Replays replays;

        Watcher(Replays replays) {
            this.replays = replays;
        }

        @Override
        public boolean resumes(ReplayEntry paused) {
            return true; // Who says so is somebody.
        }

        @Override
        public void givesUp(ReplayPlan plan) {
            terminal().err().println("replay " + plan.id() + " of an earlier amend is given up: something else was "
                    + "deployed or taken in since");
        }

        @Override
        public Amending.Look computes(ReplayEntry entry, ReplayRun run, ReplayProgress progress) {
            LogFiles.writeTo(where.data(terminal()).resolve("replays").resolve(entry.plan().id()).resolve("logs"),
                    replays.live().project().profile().logs());
            RunningReplay running = new RunningReplay(terminal(), result.isJson(), replays, entry, run, progress);
            return () -> running.look(run::isDone);
        }

        @Override
        public Publications.Progress publishes(Publications publications) {
            return new PublishingView(terminal(), publications.settled());
        }
    }
}
