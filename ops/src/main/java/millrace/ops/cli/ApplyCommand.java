package millrace.ops.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import millrace.ops.deploy.Deployed;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Project;
import millrace.ops.replay.CutOver;
import millrace.ops.replay.Replays;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.change.Rollout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace apply}. */
@Command(name = "apply", mixinStandardHelpOptions = true, header = "Lets what runs become what the pipeline folder says.", description = {
        "",
        "Says what `millrace plan` says, and does it with --execute. What is stateless rolls: the processes that run the pipeline take the new text up in a moment. The history of other models is computed anew from the first record on, beside what runs; when it has come to the present it takes the place of what runs, in one commit of each table, and the models are given out by it from then on.",
        "",
        "Ctrl-C or a crash loses nothing: the same command goes on. Look at the new rows before they are the table's with --hold and `millrace replay diff`."}, footer = {
                "", "Examples:", "  millrace apply", "  millrace apply --execute",
                "  millrace apply --hold --execute     computes the history and stops before it takes the tables' place"})
final class ApplyCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;
    @Mixin
    private ReplayRate rate;

    @Option(names = "--threads", paramLabel = "<n>", defaultValue = "1", description = "That compute the history in this process. Default: 1.")
    private int threads;

    @Option(names = "--force", paramLabel = "<reason>", description = "Do it although another pipeline would miss something, or computed rows have failed; the reason goes into the audit.")
    private String force;

    @Option(names = "--hold", description = "Stop when the history has come to the present.")
    private boolean hold;

    @Option(names = "--execute", description = "Really do it.")
    private boolean execute;

    @Override
    ExitCode run() throws Exception {
        ReplayThreads.required(threads);
        List<Project> projects = where.projects(terminal());
        if (projects.size() > 1) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--project", "Several pipelines run here: "
                    + projects.stream().map(Project::name).collect(Collectors.joining(", ")) + ".")
                    .withRemedy("Name the folder of one with --project."));
        }
        Deployment wanted = Deployment.read(projects.get(0));
        try (Replays replays = ReplaySubject.replays(wanted, where, terminal())) {
            Optional<ReplayEntry> begun = cutting(replays, wanted);
            if (begun.isPresent()) {
                return goOn(replays, begun.get(), wanted);
            }
            ChangeView view = ChangeView.of(wanted, replays, terminal());
            Optional<ReplayEntry> computing = begun(replays, wanted, Status.STARTED, Status.PAUSED, Status.FINISHED);
            if (view.change().isEmpty() && computing.isPresent()) {
                // A process has taken the text up by itself meanwhile; the history is still to come.
                return goOn(replays, computing.get(), wanted);
            }
            if (!execute && result.isJson()) {
                terminal().out().println(Result.json(view.json()));
                return ExitCode.OK;
            }
            view.lines().forEach(execute ? terminal().err()::println : terminal().out()::println);
            if (view.change().isEmpty()) {
                return same(replays, view.change().runs(), wanted);
            }
            requireUnbroken(view);
            view.cost().filter(c -> !c.refused().isEmpty()).ifPresent(c -> {
                throw new ProblemException(c.refused());
            });
            if (!execute) {
                terminal().out().println("nothing was changed; add --execute to do it");
                return ExitCode.OK;
            }
            Rollout rollout = view.change().rollout();
            if (rollout.replays().isEmpty()) {
                replays.deploy(wanted);
                replays.clearRetired();
                say(rollout, List.of(), "deployed; the processes that run it take it up in a moment");
                return ExitCode.OK;
            }
            return computeAndCutOver(replays, entry(replays, view, wanted), wanted, rollout);
        }
    }

    /** One that has begun to take the place of what runs, by whatever text; as long as nothing says so only by this one. */
    private static Optional<ReplayEntry> cutting(Replays replays, Deployment wanted) {
        return replays.journal().all().stream().filter(e -> e.status() == Status.PUBLISHING)
                .filter(e -> e.plan().kind() instanceof Kind.Whole)
                .filter(e -> Replays.isOfText(e.plan(), wanted) || replays.live().applications()
                        .containsValue(e.plan().application()))
                .reduce((a, b) -> b);
    }

    /** One that was begun with this text and is not over. */
    private static Optional<ReplayEntry> begun(Replays replays, Deployment wanted, Status... among) {
        return replays.journal().all().stream().filter(e -> List.of(among).contains(e.status()))
                .filter(e -> e.plan().kind() instanceof Kind.Whole && e.plan().sample().isEmpty())
                .filter(e -> Replays.isOfText(e.plan(), wanted)).reduce((a, b) -> b);
    }

    private ExitCode goOn(Replays replays, ReplayEntry begun, Deployment wanted) throws Exception {
        if (!execute) {
            terminal().out().println("replay " + begun.plan().id() + " of " + begun.by()
                    + " is on its way to take the place of what runs; add --execute to go on with it");
            return ExitCode.OK;
        }
        Deployment text = Replays.isOfText(begun.plan(), wanted) ? wanted : replays.live();
        if (!Replays.isOfText(begun.plan(), text)) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_TEXT_CHANGED, begun.plan().id(),
                    "Replay " + begun.plan().id() + " is on its way to take the place of what runs, and neither the "
                            + "folder nor what runs has its text.")
                    .withRemedy("Put the text back that it was begun with, and let it end first."));
        }
        ReplayEntry entry = begun;
        if (begun.status() != Status.PUBLISHING) {
            entry = begun.as(Status.STARTED, now(), ChosenReplay.who());
            replays.write(entry);
        }
        ExitCode code = computeAndCutOver(replays, entry, text, null);
        if (text != wanted) {
            terminal().err().println("the folder has another text than that; millrace apply says what it would change");
        }
        return code;
    }

    /** Remarks, and what says nothing of rows. */
    private ExitCode same(Replays replays, Deployed runs, Deployment wanted) {
        if (execute) {
            if (!wanted.files().equals(runs.files())) {
                replays.deploy(wanted);
            }
            replays.clearRetired();
        }
        return ExitCode.OK;
    }

    private void requireUnbroken(ChangeView view) {
        if (force == null && !view.change().broken().isEmpty()) {
            throw new ProblemException(view.change().broken().stream().map(b -> Problem
                    .of(OpsProblem.APPLY_BREAKS, b.model(), "For " + b.model() + ": " + b.words() + ".")
                    .withRemedy(OpsProblem.APPLY_BREAKS.remedy())).toList());
        }
    }

    private ReplayEntry entry(Replays replays, ChangeView view, Deployment wanted) {
        Optional<ReplayEntry> begun = begun(replays, wanted, Status.STARTED, Status.PAUSED, Status.FINISHED)
                .filter(e -> e.plan().models().stream().map(ReplayPlan.Written::model).collect(Collectors.toSet())
                        .containsAll(written(view, wanted)));
        ReplayPlan plan = begun.map(ReplayEntry::plan).orElseGet(() -> view.cost().orElseThrow().plan().orElseThrow());
        ReplayEntry entry = new ReplayEntry(plan, Status.STARTED, Optional.empty(), rate.mostPerSecond(), 0,
                Optional.ofNullable(force), now(), ChosenReplay.who());
        replays.write(entry);
        return entry;
    }

    private static List<String> written(ChangeView view, Deployment wanted) {
        return wanted.pipeline().models().stream().filter(m -> m.config().topic()).map(m -> m.name())
                .filter(view.change().rollout().replays()::contains).toList();
    }

    /** @param rollout absent if it was told before */
    private ExitCode computeAndCutOver(Replays replays, ReplayEntry begun, Deployment wanted, Rollout rollout)
            throws Exception {
        HistoryRun.Outcome outcome = new HistoryRun(terminal(), where, result.isJson(), threads).run(replays, begun,
                wanted, hold ? HistoryRun.Until.THE_PRESENT : HistoryRun.Until.IT_RUNS, Optional.ofNullable(force));
        say(rollout, outcome.tables(), outcome.line());
        return ExitCode.OK;
    }

    private void say(Rollout rollout, List<CutOver.Done> done, String line) {
        if (result.isJson()) {
            Map<String, Object> out = new LinkedHashMap<>();
            if (rollout != null) {
                out.put("rolls", rollout.rolls());
                out.put("replays", rollout.replays());
                out.put("leaves", rollout.leaves());
            }
            out.put("tables", done.stream().map(HistoryRun::asMap).toList());
            out.put("message", line);
            terminal().out().println(Result.json(out));
            return;
        }
        HistoryRun.lines(done).forEach(terminal().out()::println);
        terminal().out().println(line);
    }

    private Instant now() {
        return terminal().clock().instant();
    }
}
