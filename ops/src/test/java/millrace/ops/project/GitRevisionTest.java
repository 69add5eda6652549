package millrace.ops.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitRevisionTest {
    @TempDir
    Path folder;

    @Test
    void aFolderIsReadAsItWas() throws Exception {
        Path shop = folder.resolve("pipelines/shop");
        write(shop.resolve("models/a.sql"), "SELECT 1");
        write(folder.resolve("other.txt"), "");
        git("init", "--quiet");
        git("add", ".");
        git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "first");
        git("tag", "v1");
        write(shop.resolve("models/a.sql"), "SELECT 2");
        Path copy;
        try (GitRevision revision = GitRevision.of(shop, "v1").orElseThrow()) {
            copy = revision.folder();
            assertThat(copy.resolve("models/a.sql")).hasContent("SELECT 1");
            assertThat(copy.resolve("other.txt")).doesNotExist();
        }
        assertThat(copy).doesNotExist();
        assertThat(shop.resolve("models/a.sql")).hasContent("SELECT 2");
        assertThat(GitRevision.of(shop, "v2")).isEmpty();
        assertThat(GitRevision.of(shop, "--output=x")).isEmpty();
    }

    @Test
    void whereThereIsNoWorkingCopyThereIsNoRevision() {
        assertThat(GitRevision.of(folder, "HEAD")).isEmpty();
    }

    private void git(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(command).directory(folder.toFile()).inheritIO().start().waitFor()).isZero();
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
