package millrace.ops.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import millrace.ops.deploy.Deployment;
import millrace.ops.project.Project;
import millrace.ops.replay.Replays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace plan}. */
@Command(name = "plan", mixinStandardHelpOptions = true, header = "Shows what the pipeline folder would change of what runs.", description = {
        "", "For each model, compared with the text that the pipeline runs by:",
        "  unchanged          goes on as it was",
        "  table only         the same rows, in a table that is kept in another way",
        "  stateless change   rows that come from now on are by the new text",
        "  state compatible   what it remembers can be read on, but was made by the old text",
        "  needs replay       what it remembers means nothing to the new text",
        "  new, removed", "",
        "It says too who reads a model outside of the pipeline and would miss something, and what it costs to compute the history of models anew. Changes nothing."}, footer = {
                "", "Examples:", "  millrace plan", "  millrace plan --project shop --profile prod -o json"})
final class PlanCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Override
    ExitCode run() {
        List<Map<String, Object>> json = new ArrayList<>();
        for (Project project : where.projects(terminal())) {
            Deployment wanted = Deployment.read(project);
            try (Replays replays = ReplaySubject.replays(wanted, where, terminal())) {
                ChangeView view = ChangeView.of(wanted, replays, terminal());
                if (result.isJson()) {
                    json.add(view.json());
                } else {
                    view.lines().forEach(terminal().out()::println);
                    if (!view.change().isEmpty()) {
                        terminal().out().println("nothing was changed; millrace apply does it");
                    }
                }
            }
        }
        if (result.isJson()) {
            terminal().out().println(Result.json(json));
        }
        return ExitCode.OK;
    }
}
