package millrace.ops.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.deploy.Deployment;
import millrace.ops.http.Shown;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Project;
import millrace.ops.project.Schedule;
import millrace.ops.schedule.AskedRuns;
import millrace.ops.schedule.ScheduledRun;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace schedule}. */
@Command(name = "schedule", mixinStandardHelpOptions = true, header = "What is done again and again: late records taken in, tables cut, files put together.", description = {
        "",
        "millrace.yaml says what and when, under schedules. A process with the role control does it; when it dies another goes on. Each attempt is in the table millrace.runs."}, subcommands = {
                ScheduleCommand.ListAll.class, ScheduleCommand.Runs.class, ScheduleCommand.Run.class})
final class ScheduleCommand extends Main.Group {
    /** {@code millrace schedule list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, header = "The schedules, and when each is due next.", footer = {
            "", "Examples:", "  millrace schedule list"})
    static final class ListAll extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        @Override
        ExitCode run() {
            Instant now = terminal().clock().instant();
            TextTable text = new TextTable("pipeline", "schedule", "action", "due", "next", "waits for", "deadline");
            List<Map<String, Object>> json = new ArrayList<>();
            for (Project project : where.projects(terminal())) {
                for (Schedule s : project.schedules()) {
                    List<String> waits = new ArrayList<>(s.after());
                    s.complete().ifPresent(t -> waits.add(t + " complete"));
                    Instant next = s.cron().next(now, s.zone());
                    text.row(project.name(), s.name(), s.action().word(), s.cron().text() + " " + s.zone(), next,
                            String.join(", ", waits), s.deadline().map(Object::toString).orElse(""));
                    Map<String, Object> out = new LinkedHashMap<>();
                    out.put("pipeline", project.name());
                    out.put("schedule", s.name());
                    out.put("action", s.action().word());
                    out.put("cron", s.cron().text());
                    out.put("zone", s.zone().getId());
                    out.put("next", next);
                    out.put("after", s.after());
                    s.complete().ifPresent(t -> out.put("complete", t));
                    s.deadline().ifPresent(d -> out.put("deadline", d.toString()));
                    json.add(out);
                }
            }
            if (result.isJson()) {
                terminal().out().println(Result.json(json));
            } else {
                text.lines().forEach(terminal().out()::println);
            }
            return ExitCode.OK;
        }
    }

    /** {@code millrace schedule runs}. */
    @Command(name = "runs", mixinStandardHelpOptions = true, header = "What has become of the runs of schedules, the newest last.", footer = {
            "", "Examples:", "  millrace schedule runs", "  millrace schedule runs nightly-amend"})
    static final class Runs extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        @Parameters(index = "0", arity = "0..1", paramLabel = "<schedule>", description = "Of which. Default: all.")
        private String schedule;

        @Override
        ExitCode run() {
            List<ScheduledRun> runs = new ArrayList<>();
            for (Project project : where.projects(terminal())) {
                try (AskedRuns asked = asked(project, where, terminal())) {
                    asked.all().stream().filter(r -> schedule == null || r.schedule().equals(schedule))
                            .forEach(runs::add);
                }
            }
            if (result.isJson()) {
                terminal().out().println(Result.json(runs.stream().map(ScheduleCommand::asMap).toList()));
                return ExitCode.OK;
            }
            Instant now = terminal().clock().instant();
            TextTable text = new TextTable("run", "action", "status", "attempt>", "since>", "");
            runs.forEach(r -> text.row(r.id(), r.action(), r.words(), r.attempt(),
                    Shown.ago(Optional.of(r.at()), now), r.message().orElse("")));
            text.lines().forEach(terminal().out()::println);
            return ExitCode.OK;
        }
    }

    /** {@code millrace schedule run}. */
    @Command(name = "run", mixinStandardHelpOptions = true, header = "Asks for a run of a schedule now, beside those that are due.", description = {
            "",
            "The process that keeps the schedules does it. With a key, who asks again gets the same run, whatever it has come to: so an orchestrator can ask again after a timeout."}, footer = {
                    "", "Examples:", "  millrace schedule run nightly-amend",
                    "  millrace schedule run nightly-amend --key airflow-2026-11-19 -o json"})
    static final class Run extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        @Parameters(index = "0", paramLabel = "<schedule>", description = "By its name.")
        private String schedule;

        @Option(names = "--key", paramLabel = "<word>", description = "Tells this run from others of the schedule. Default: the time.")
        private String key;

        @Override
        ExitCode run() {
            ProblemException unknown = null;
            for (Project project : where.projects(terminal())) {
                try (AskedRuns asked = asked(project, where, terminal())) {
                    ScheduledRun run = asked.ask(schedule, key == null
                            ? "asked-" + terminal().clock().instant()
                            : key, ChosenReplay.who());
                    terminal().out().println(result.isJson()
                            ? Result.json(asMap(run))
                            : run.id() + " is " + run.words() + "; see millrace schedule runs");
                    return ExitCode.OK;
                } catch (ProblemException e) {
                    unknown = e;
                }
            }
            throw unknown == null
                    ? new ProblemException(Problem.of(OpsProblem.SCHEDULE_UNKNOWN, schedule, "No pipeline runs here.")
                            .withRemedy(OpsProblem.SCHEDULE_UNKNOWN.remedy()))
                    : unknown;
        }
    }

    private static AskedRuns asked(Project project, Where where, Terminal terminal) {
        Deployment deployment = Deployment.read(project);
        return new AskedRuns(deployment, ReplaySubject.connections(deployment, where, terminal),
                where.data(terminal), terminal.clock());
    }

    /** For programs. */
    static Map<String, Object> asMap(ScheduledRun run) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", run.id());
        out.put("schedule", run.schedule());
        out.put("action", run.action());
        out.put("due", run.due());
        out.put("status", run.words());
        out.put("attempt", run.attempt());
        out.put("at", run.at());
        run.again().ifPresent(again -> out.put("again", again));
        run.message().ifPresent(message -> out.put("message", message));
        out.put("by", run.by());
        return out;
    }
}
