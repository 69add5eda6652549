package millrace.ops.deploy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import millrace.ops.project.Project;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/**
 * What runs of a pipeline, and by which text.
 *
 * @param notice why it is not what the folder says; empty if it is
 */
public record Arrangement(Deployment deployment, Optional<String> notice) {
    /** As a folder says, as long as nothing is known of the cluster. */
    public static Arrangement of(Deployment folder) {
        return new Arrangement(folder, Optional.empty());
    }

    /**
     * At the start of a process. If a text may not go on from what is remembered, or is on its way to take the place of
     * what runs, the one that ran does.
     *
     * @param runs what is written down; absent if nothing ever ran
     * @param onItsWay who computes the history by the folder's text, if somebody does
     * @param written takes what is to be written down before it runs
     * @throws ProblemException if the text that ran can no longer be compiled
     */
    public static Arrangement atStart(Deployment folder, Optional<Deployed> runs, Optional<String> onItsWay,
            Instant now, Written written) {
        Deployed wanted = folder.deployed(now);
        if (onItsWay.isPresent() && runs.isPresent() && !runs.get().files().equals(wanted.files())) {
            return new Arrangement(compiled(folder.project(), runs.get()), onItsWay
                    .map(who -> "Its history by the text of the folder is on its way (" + who
                            + "); until that is there it goes on by the text that ran."));
        }
        if (runs.isPresent() && runs.get().replaced(wanted)) {
            return new Arrangement(compiled(folder.project(), runs.get()),
                    Optional.of("The text of the folder ran before, "
                            + "and " + runs.get().by() + " has replaced it at " + runs.get().at()
                            + "; millrace apply goes back to it."));
        }
        return switch (Admission.decide(runs, wanted)) {
            case Admission.Same same -> new Arrangement(folder.as(runs.orElseThrow()),
                    Optional.empty());
            case Admission.Rolls rolls -> {
                written.write(rolls);
                yield new Arrangement(folder.as(rolls.next()), Optional.empty());
            }
            case Admission.Refused refused -> follow(folder, runs.orElseThrow(), refused.problems().get(0));
        };
    }

    /** Takes what is to be written down. */
    @FunctionalInterface
    public interface Written {
        void write(Admission.Rolls rolls);
    }

    private static Arrangement follow(Deployment folder, Deployed runs, Problem because) {
        return new Arrangement(compiled(folder.project(), runs),
                Optional.of(because.message() + " It goes on by the text that ran."));
    }

    /** Later, when somebody has deployed something. */
    public static Arrangement of(Deployment folder, Deployed runs) {
        return new Arrangement(folder.files().equals(runs.files())
                ? folder.as(runs)
                : compiled(folder.project(), runs), Optional.empty());
    }

    /** The same for who only looks: what was deployed by a version that knew other words is taken for what the folder says. */
    public static Deployment asFarAsKnown(Deployment folder, Deployed runs) {
        try {
            return of(folder, runs).deployment();
        } catch (ProblemException e) {
            return folder.as(runs);
        }
    }

    /** Whether it is this that is written down. */
    public boolean is(Deployed runs) {
        return deployment.files().equals(runs.files()) && deployment.applications().equals(runs.applications());
    }

    /**
     * A pipeline by the text that is written down, with the functions that its folder has.
     *
     * @throws ProblemException if it can no longer be compiled
     */
    public static Deployment compiled(Project project, Deployed runs) {
        try (ProjectFiles.Copy copy = ProjectFiles.Copy.of(runs.files())) {
            Path functions = project.folder().resolve(Deployment.FUNCTIONS);
            if (Files.isDirectory(functions)) {
                Files.createSymbolicLink(copy.folder().resolve(Deployment.FUNCTIONS), functions);
            }
            Project then = Project.read(copy.folder(), Project.DEFAULT_PROFILE, Map.of());
            return Deployment.read(then.withProfile(project.profile())).of(project.folder()).as(runs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
