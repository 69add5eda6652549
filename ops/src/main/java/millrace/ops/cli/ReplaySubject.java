package millrace.ops.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.GitRevision;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.replay.Replays;
import millrace.ops.run.Connections;
import millrace.replay.problem.ReplayProblem;
import millrace.replay.select.ModelGraph;
import millrace.replay.select.Selection;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.assemble.Pipeline;
import picocli.CommandLine.Option;

/** Which models a replay is about, and with which text. */
final class ReplaySubject {
    @Option(names = {"-s",
            "--select"}, paramLabel = "<models>", split = "\\s+", description = "Models as dbt selects them: silver.clicks, silver.clicks+ with what reads it, +gold.sessions with what it reads, silver.* for a layer, clicks+ for what is computed from a contract. Default: all.")
    private List<String> select = List.of();

    @Option(names = "--exclude", paramLabel = "<models>", split = "\\s+", description = "Models to leave out, in the same words.")
    private List<String> exclude = List.of();

    @Option(names = "--models", paramLabel = "<folder|revision>", description = "Replay with the contracts and models of another pipeline folder, or of a revision that git knows. Default: those of the pipeline folder.")
    private String models;

    /**
     * @param live as the pipeline's folder says
     * @param replayed with the text that it is replayed with
     * @param models that are selected
     */
    record Found(Deployment live, Deployment replayed, SortedSet<String> models) {}

    /** @throws ProblemException if no pipeline, or several, have such models */
    Found find(Where where, Terminal terminal) {
        List<Found> found = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (Project project : where.projects(terminal)) {
            Deployment live = Deployment.read(project);
            try {
                Deployment replayed = replayed(live, revision(), where, terminal);
                found.add(new Found(live, replayed, selected(replayed)));
            } catch (ProblemException e) {
                problems.addAll(e.problems());
            }
        }
        if (found.isEmpty()) {
            throw new ProblemException(problems.subList(0, 1));
        } else if (found.size() > 1) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--select", "Several pipelines run here: "
                    + String.join(", ", found.stream().map(f -> f.live().name()).toList()) + ".")
                    .withRemedy("Select models of one of them, or name its folder with --project."));
        }
        return found.get(0);
    }

    /** The replays of a pipeline, where its cluster is. */
    static Replays replays(Deployment live, Where where, Terminal terminal) {
        return new Replays(live, connections(live, where, terminal), where.data(terminal), terminal.clock());
    }

    /** How the cluster of a pipeline is reached. */
    static Connections connections(Deployment live, Where where, Terminal terminal) {
        Where.Access access = where.access(terminal);
        Profile profile = live.project().profile();
        return new Connections(access.bootstrapServers(), access.kafka(), profile.streams().reveal(),
                profile.stateMemory(), access.registryUrl(), access.registry(), Catalog.properties(where, terminal),
                new Connections.TopicCreation.Create((short) (profile.cluster() instanceof Profile.Cluster.Embedded
                        ? 1
                        : profile.topics().replicationFactor())));
    }

    private SortedSet<String> selected(Deployment deployment) {
        return new Selection(ModelGraph.of(deployment.pipeline().models().stream().map(Pipeline.PlannedModel::plan)
                .toList())).of(select, exclude);
    }

    /**
     * The pipeline with the text that it is or was to be replayed with, as that is now.
     *
     * @param models folder or revision; absent for the pipeline's own
     */
    static Deployment replayed(Deployment live, Optional<String> models, Where where, Terminal terminal) {
        if (models.isEmpty()) {
            return live;
        }
        Path folder = terminal.resolve(Path.of(models.get()));
        if (Files.isDirectory(folder)) {
            return read(folder, models.get(), live, where, terminal);
        }
        try (GitRevision revision = GitRevision.of(live.project().folder(), models.get())
                .orElseThrow(() -> unknown(models.get()))) {
            return read(revision.folder(), models.get(), live, where, terminal);
        }
    }

    private static Deployment read(Path folder, String models, Deployment live, Where where, Terminal terminal) {
        Project other = Project.read(folder, where.profile(), terminal.environment());
        if (!other.name().equals(live.name())) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_REVISION_UNKNOWN, models, "\"" + models
                    + "\" has the pipeline " + other.name() + ", and not " + live.name() + ".")
                    .withRemedy(ReplayProblem.REPLAY_REVISION_UNKNOWN.remedy()));
        }
        return Deployment.read(other.withProfile(live.project().profile()));
    }

    private static ProblemException unknown(String models) {
        return new ProblemException(Problem.of(ReplayProblem.REPLAY_REVISION_UNKNOWN, models, "\"" + models
                + "\" is neither a folder nor a revision of this pipeline's folder.")
                .withRemedy(ReplayProblem.REPLAY_REVISION_UNKNOWN.remedy()));
    }

    /** What was named, if something was. */
    Optional<String> revision() {
        return Optional.ofNullable(models);
    }
}
