package millrace.ops.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.DataFolder;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.project.RunningInstance;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Option;

/** Which pipeline, under which profile, on which data folder a command is about. */
final class Where {
    @Option(names = {"-p", "--project",
            "--config"}, paramLabel = "<folder>", description = "Pipeline folder, or the millrace.yaml in it. Default: the current folder, or the pipelines of the instance that runs on ./data.")
    private Path project;

    @Option(names = "--profile", paramLabel = "<name>", defaultValue = Project.DEFAULT_PROFILE, description = "Profile of profiles.yaml. Default: dev.")
    private String profile;

    @Option(names = "--data", paramLabel = "<folder>", description = "Data folder. Default: the profile's, or ./data.")
    private Path data;

    /** The profile's name. */
    String profile() {
        return profile;
    }

    /** The project named or stood in, with the data folder put in. */
    Project project(Terminal terminal) {
        Path folder = project == null ? terminal.folder() : terminal.resolve(project);
        Project read = Project.read(folder, profile, terminal.environment());
        return data == null ? read : read.withProfile(read.profile().withData(terminal.resolve(data)));
    }

    /** Whether a project is named or stood in. */
    boolean isInProject(Terminal terminal) {
        return project != null || Project.isProject(terminal.folder());
    }

    /** The data folder, whether or not anything is there. */
    Path data(Terminal terminal) {
        if (data != null) {
            return terminal.resolve(data);
        }
        if (!isInProject(terminal)) {
            return terminal.resolve(Path.of("data"));
        }
        Path own = project(terminal).profile().data();
        Path shared = terminal.resolve(Path.of("data"));
        // The demo runs example folders on a data folder of its own.
        return !Files.isDirectory(own) && RunningInstance.find(shared).isPresent() ? shared : own;
    }

    Optional<RunningInstance> running(Terminal terminal) {
        return RunningInstance.find(data(terminal));
    }

    /**
     * The pipelines a command is about: the project named or stood in, else those of the running instance, else those
     * that the last instance on the data folder had.
     */
    List<Project> projects(Terminal terminal) {
        if (isInProject(terminal)) {
            return List.of(project(terminal));
        }
        List<String> folders = running(terminal).map(RunningInstance::folders).orElse(List.of());
        if (folders.isEmpty()) {
            throw new ProblemException(Problem.of(OpsProblem.PROJECT_MISSING, terminal.folder().toString(),
                    "There is no " + Project.FILE + " in " + terminal.folder() + ", and nothing runs on "
                            + data(terminal) + ".")
                    .withRemedy(OpsProblem.PROJECT_MISSING.remedy()));
        }
        return folders.stream().map(f -> Project.read(Path.of(f), profile, terminal.environment()))
                .map(p -> p.withProfile(p.profile().withData(data(terminal)))).toList();
    }

    /** How to reach Kafka and the registry. */
    Access access(Terminal terminal) {
        if (isInProject(terminal)) {
            Profile p = project(terminal).profile();
            if (p.cluster() instanceof Profile.Cluster.External external) {
                return new Access(external.bootstrapServers(), external.registryUrl(), p.kafka().reveal(),
                        p.registry().reveal());
            }
        }
        RunningInstance here = requireRunning(terminal);
        return new Access(here.bootstrapServers(), here.registryUrl(), Map.of(), Map.of());
    }

    RunningInstance requireRunning(Terminal terminal) {
        return running(terminal).orElseThrow(() -> {
            Path folder = data(terminal);
            boolean held = Files.isDirectory(folder) && DataFolder.isHeld(folder);
            return new ProblemException(Problem.of(OpsProblem.NOT_RUNNING, folder.toString(), held
                    ? "An instance is starting or stopping on " + folder + "."
                    : "Nothing runs on " + folder + ".").withRemedy(OpsProblem.NOT_RUNNING.remedy()));
        });
    }

    /** Addresses, and the clients' settings with secrets in: never shown. */
    record Access(String bootstrapServers, String registryUrl, Map<String, String> kafka,
            Map<String, String> registry) {
        Map<String, Object> clientProperties() {
            Map<String, Object> p = new java.util.HashMap<>(kafka);
            p.put("bootstrap.servers", bootstrapServers);
            return p;
        }

        @Override
        public String toString() {
            return "Access[" + bootstrapServers + ", " + registryUrl + "]";
        }
    }
}
