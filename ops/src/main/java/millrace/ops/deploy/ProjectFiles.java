package millrace.ops.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import millrace.ops.project.DataFolder;
import millrace.ops.project.Project;

/** The text of a pipeline's folder: what is computed follows from it. Profiles and tests are not in it. */
final class ProjectFiles {
    private static final List<String> ENDINGS = List.of(".sql", ".yml", ".yaml");

    private ProjectFiles() {}

    /** By path, with {@code /} between folders. */
    static SortedMap<String, String> read(Project project) {
        SortedMap<String, String> files = new TreeMap<>();
        add(project, project.folder().resolve(Project.FILE), files);
        for (Path folder : List.of(project.contractsFolder(), project.modelsFolder())) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> all = Files.walk(folder)) {
                    all.filter(f -> ENDINGS.stream().anyMatch(f.getFileName().toString()::endsWith))
                            .filter(Files::isRegularFile).forEach(f -> add(project, f, files));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return files;
    }

    private static void add(Project project, Path file, Map<String, String> into) {
        try {
            if (Files.isRegularFile(file)) {
                into.put(project.folder().relativize(file).toString().replace('\\', '/'), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files in a folder of their own until this is closed. */
    record Copy(Path folder) implements AutoCloseable {
        static Copy of(Map<String, String> files) {
            try {
                Copy copy = new Copy(Files.createTempDirectory("millrace-deployed"));
                for (Map.Entry<String, String> e : files.entrySet()) {
                    Path file = copy.folder.resolve(e.getKey()).normalize();
                    if (!file.startsWith(copy.folder)) {
                        throw new IllegalArgumentException("a file outside of its folder: " + e.getKey());
                    }
                    Files.createDirectories(file.getParent());
                    Files.writeString(file, e.getValue());
                }
                return copy;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                DataFolder.deleteTree(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
