package millrace.ops.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import millrace.ops.deploy.Deployment;
import millrace.ops.logging.LogFiles;
import millrace.ops.platform.Platform;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Project;
import millrace.ops.run.Role;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace run}. */
@Command(name = "run", mixinStandardHelpOptions = true, header = "Runs chosen roles of a pipeline, usually against a real cluster.", description = {
        "",
        "The same code as `dev`, without the view; logs go to standard error. To scale out, start more processes with a role; each needs a data folder of its own. Topics are not created: see `millrace topics`.",
        "",
        "Roles: stream runs the models, stage writes data files, commit commits them to tables, maintain keeps the files of tables few and large, control serves the API and the status page and keeps the schedules."}, footer = {
                "", "Examples:", "  millrace run --profile prod",
                "  millrace run --roles stage,commit,maintain --config shop/millrace.yaml --profile prod",
                "  millrace run --profile prod --roles stage --data /var/lib/millrace/stage-1"})
final class RunCommand extends Main.Subcommand {
    @Mixin
    private Where where;

    @Option(names = "--roles", split = ",", paramLabel = "<role>", description = "Comma-separated. Default: all.")
    private List<String> roles = List.of();

    @Override
    ExitCode run() throws Exception {
        Set<Role> chosen = roles();
        Project project = where.project(terminal());
        Deployment deployment = Deployment.read(project);
        LogFiles.writeToConsole(project.profile().logs());
        try (StopSignal stop = StopSignal.listen(terminal().err());
                Platform platform = Platform.startWhile(() -> !stop.isWished(), List.of(deployment), chosen,
                        project.profile(), terminal().clock())) {
            if (!stop.isWished()) {
                String address = platform.instance().http();
                terminal().err().println("Running " + deployment.name() + ": "
                        + String.join(", ", chosen.stream().map(Role::word).toList())
                        + (address.isEmpty() ? "" : "; status page " + address));
            }
            while (!stop.await(Duration.ofHours(1))) {
                // nothing to do here but to wait
            }
            Stopping.await(platform, terminal().err());
        }
        terminal().err().println("Stopped.");
        return ExitCode.OK;
    }

    private Set<Role> roles() {
        if (roles.isEmpty()) {
            return Role.ALL;
        }
        Set<Role> chosen = EnumSet.noneOf(Role.class);
        List<Problem> problems = new ArrayList<>();
        for (String word : roles) {
            Role.of(word).ifPresentOrElse(chosen::add, () -> problems.add(Problem.of(OpsProblem.OPTION_UNFIT, "--roles",
                    "Unknown role \"" + word + "\"." + Nearest.to(word, Role.words())
                            .map(n -> " Did you mean \"" + n + "\"?")
                            .orElse(" There are: " + String.join(", ", Role.words()) + "."))));
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        return chosen;
    }
}
