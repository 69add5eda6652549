package millrace.ops.project;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a running instance says of itself in its data folder, so that commands find it. Holds no secrets: catalog
 * properties are those of the default catalog, or absent where a profile gives them.
 *
 * @param pid its process
 * @param startedAt ISO-8601
 * @param pipelines names
 * @param folders of the pipelines, absolute, in the same order
 * @param http base address of its API and status page
 */
public record RunningInstance(long pid, String startedAt, List<String> pipelines, List<String> folders,
        String bootstrapServers, String registryUrl, String http, Map<String, String> catalog) {
    private static final String FILE = "runtime.json";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public RunningInstance {
        pipelines = List.copyOf(pipelines);
        folders = List.copyOf(folders);
        catalog = Map.copyOf(catalog);
    }

    /** This process, from now on. */
    public static RunningInstance here(Instant startedAt, List<Project> pipelines, String bootstrapServers,
            String registryUrl, String http, Map<String, String> catalog) {
        return new RunningInstance(ProcessHandle.current().pid(), startedAt.toString(),
                pipelines.stream().map(Project::name).toList(),
                pipelines.stream().map(p -> p.folder().toString()).toList(), bootstrapServers, registryUrl, http,
                catalog);
    }

    /** Writes or replaces the file in one step. */
    public void write(Path dataFolder) {
        Path next = dataFolder.resolve(FILE + ".next");
        try {
            Files.write(next, JSON.writeValueAsBytes(this));
            Files.move(next, dataFolder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the file away when the instance stops. */
    public static void remove(Path dataFolder) {
        try {
            Files.deleteIfExists(dataFolder.resolve(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The instance that has the data folder now; a file that a killed one left behind does not count. */
    public static Optional<RunningInstance> find(Path dataFolder) {
        Path file = dataFolder.resolve(FILE);
        if (!Files.exists(file) || !DataFolder.isHeld(dataFolder)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), RunningInstance.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
