package millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a reader of the sources may rely on. */
class RepositoryTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().getParent();
    private static final List<String> MODULES = List.of("schemas", "state-stores", "topology", "sinks-iceberg",
            "replay-tool", "ops");

    @Test
    void everyPackageOpensWithASentence() throws IOException {
        for (String module : MODULES) {
            Path sources = ROOT.resolve(module).resolve("src/main/java");
            if (!Files.isDirectory(sources)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(sources)) {
                List<Path> silent = files.filter(f -> f.toString().endsWith(".java")).map(Path::getParent).distinct()
                        .filter(p -> !Files.exists(p.resolve("package-info.java"))).map(sources::relativize).sorted()
                        .toList();
                assertThat(silent).as("packages of " + module + " without package-info.java").isEmpty();
            }
        }
    }
}
