package millrace.ops.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.deploy.Deployment;
import millrace.ops.http.Shown;
import millrace.ops.project.Project;
import millrace.ops.replay.Replays;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace replay list}. */
@Command(name = "list", mixinStandardHelpOptions = true, header = "The replays there are, and what they have come to.", footer = {
        "", "Examples:", "  millrace replay list", "  millrace replay list -o json"})
final class ReplayListCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Override
    ExitCode run() {
        List<ReplayEntry> entries = new ArrayList<>();
        for (Project project : where.projects(terminal())) {
            try (Replays replays = ReplaySubject.replays(Deployment.read(project), where, terminal())) {
                entries.addAll(replays.journal().all());
            }
        }
        if (result.isJson()) {
            terminal().out().println(Result.json(entries.stream().map(ReplayListCommand::asMap).toList()));
            return ExitCode.OK;
        }
        Instant now = terminal().clock().instant();
        TextTable text = new TextTable("replay", "pipeline", "range", "models", "status", "since>", "by");
        entries.forEach(e -> text.row(e.plan().id(), e.plan().pipeline(), range(e.plan()), String.join(", ",
                e.plan().models().stream().map(ReplayPlan.Written::model).toList()), e.words(),
                Shown.ago(Optional.of(e.at()), now), e.by()));
        text.lines().forEach(terminal().out()::println);
        return ExitCode.OK;
    }

    static String range(ReplayPlan plan) {
        return (plan.sample().isEmpty() ? "" : ReplayPlanView.partitions(plan) + " of ")
                + (plan.amends().isEmpty() ? "" : "late records of ") + stretch(plan);
    }

    static String stretch(ReplayPlan plan) {
        return switch (plan.kind()) {
            case Kind.Bounded b -> b.from().map(Instant::toString).orElse("the beginning") + " .. "
                    + b.to().map(Instant::toString).orElse("the end");
            case Kind.Whole whole -> "everything";
        };
    }

    private static Map<String, Object> asMap(ReplayEntry entry) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", entry.plan().id());
        out.put("pipeline", entry.plan().pipeline());
        out.put("kind", entry.plan().kind());
        out.put("models", entry.plan().models());
        out.put("branch", entry.plan().branch());
        out.put("status", entry.words());
        out.put("at", entry.at());
        out.put("by", entry.by());
        entry.reason().ifPresent(reason -> out.put("reason", reason));
        out.put("amends", !entry.plan().amends().isEmpty());
        return out;
    }
}
