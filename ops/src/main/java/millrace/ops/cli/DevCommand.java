package millrace.ops.cli;

import java.nio.file.Path;
import java.util.List;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.run.Role;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace dev}. */
@Command(name = "dev", mixinStandardHelpOptions = true, header = "Runs pipelines on this machine: broker, registry, tables, status page, all in one process.", description = {
        "",
        "Keeps everything in the data folder. Ctrl-C stops it cleanly; the same command continues where it stopped."}, footer = {
                "", "Examples:", "  millrace dev                        the pipeline in this folder",
                "  millrace dev examples/clickstream",
                "  millrace dev shop returns --data ./data     two pipelines on one platform",
                "  millrace dev reset --yes            start over"}, subcommands = ResetCommand.class)
final class DevCommand extends Main.Subcommand {
    @Option(names = "--profile", paramLabel = "<name>", defaultValue = Project.DEFAULT_PROFILE, description = "Profile of profiles.yaml; one without a cluster of its own. Default: dev.")
    private String profile;
    @Option(names = "--data", paramLabel = "<folder>", description = "Data folder. Default: the first pipeline's.")
    private Path data;
    @Option(names = "--free-ports", description = "Take free ports instead of the profile's.")
    private boolean freePorts;

    @Parameters(index = "0..*", arity = "0..*", paramLabel = "<folder>", description = "Pipeline folders, or the millrace.yaml in them. Default: the current folder.")
    private List<Path> folders = List.of();

    @Override
    ExitCode run() throws Exception {
        List<Path> chosen = folders.isEmpty() ? List.of(Path.of("")) : folders;
        List<Deployment> deployments = chosen.stream().map(f -> Deployment.read(
                Project.read(terminal().resolve(f), profile, terminal().environment()))).toList();
        Profile first = deployments.getFirst().project().profile();
        if (!first.isEmbedded()) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--profile", "The profile \"" + profile
                    + "\" names a cluster of its own; `dev` brings its own broker.")
                    .withRemedy("Use `millrace run --profile " + profile
                            + "`, or a profile without kafka.bootstrap.servers."));
        }
        Profile used = data == null ? first : first.withData(terminal().resolve(data));
        used = freePorts ? used.withPorts(Profile.Ports.FREE) : used;
        String in = folders.isEmpty() ? "" : " --project " + folders.getFirst();
        return new Running(terminal(), deployments, used).foreground(Role.ALL, platform -> () -> {
            // nothing beside the platform
        }, List.of("next (in another terminal):  millrace status" + in + "   millrace table list" + in
                + "   Ctrl-C stops, data stays in " + used(first)));
    }

    private Path used(Profile first) {
        return data == null ? first.data() : terminal().resolve(data);
    }
}
