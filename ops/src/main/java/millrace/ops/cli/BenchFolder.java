package millrace.ops.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import millrace.ops.logging.LogFiles;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Profile;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/** Where a benchmark leaves its data: a folder that was asked for and stays, or a temporary one that is deleted. */
final class BenchFolder implements AutoCloseable {
    private final Path path;
    private final boolean stays;
    private final Path log;

    private BenchFolder(Path path, boolean stays) throws IOException {
        this.path = path;
        this.stays = stays;
        log = LogFiles.writeTo(path.resolve("logs"), new Profile.Logs(Profile.LogFormat.TEXT, "info"));
    }

    /**
     * @param wanted null for a temporary one
     * @throws ProblemException if it has files
     */
    static BenchFolder of(Terminal terminal, Path wanted) throws IOException {
        return wanted == null
                ? new BenchFolder(Files.createTempDirectory("millrace-bench"), false)
                : new BenchFolder(empty(terminal.resolve(wanted)), true);
    }

    private static Path empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                if (files.findAny().isPresent()) {
                    throw new ProblemException(Problem.of(OpsProblem.FOLDER_NOT_EMPTY, folder.toString(),
                            folder + " is not empty; nothing was written.")
                            .withRemedy("Name another folder with --data."));
                }
            }
        }
        return folder;
    }

    Path path() {
        return path;
    }

    /** What this process logs, now that there is a folder. */
    Path log() {
        return log;
    }

    @Override
    public void close() throws IOException {
        if (stays) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(file);
            }
        }
    }
}
