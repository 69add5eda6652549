package millrace.ops.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import millrace.schemas.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path temp;

    @Test
    void oneProcessAtATime() {
        Path data = temp.resolve("data");
        try (DataFolder mine = DataFolder.open(data)) {
            assertThat(DataFolder.isHeld(data)).isTrue();
            assertThatThrownBy(() -> DataFolder.open(data)).isInstanceOf(ProblemException.class)
                    .hasMessageContaining("DATA_LOCKED")
                    .hasMessageContaining("Process " + ProcessHandle.current().pid());
            assertThat(mine.path()).isEqualTo(data.toAbsolutePath());
        }
        assertThat(DataFolder.isHeld(data)).isFalse();
        DataFolder.open(data).close();
    }

    @Test
    void aNewerFormatIsRefusedAndLeftAlone() throws IOException {
        Files.writeString(temp.resolve("format"), "7\n");
        assertThatThrownBy(() -> DataFolder.open(temp)).isInstanceOf(ProblemException.class)
                .hasMessageContaining("DATA_NEWER").hasMessageContaining("format 7");
        assertThat(temp.resolve("format")).hasContent("7\n");
        assertThat(DataFolder.isHeld(temp)).isFalse();
    }

    @Test
    void anOlderFormatIsMigratedAfterABackupAndAFailureStartsFromItAgain() throws IOException {
        Path data = temp.resolve("data");
        DataFolder.open(data).close();
        Files.writeString(data.resolve("rows"), "one");

        DataFolder.Migration fails = folder -> {
            Files.writeString(folder.resolve("rows"), "half");
            throw new IOException("disk full");
        };
        assertThatThrownBy(() -> DataFolder.open(data, List.of(fails))).hasMessageContaining("disk full");
        assertThat(data.resolve("format")).hasContent("1\n");

        DataFolder.Migration doubles = folder -> Files.writeString(folder.resolve("rows"),
                Files.readString(folder.resolve("rows")).repeat(2));
        DataFolder.open(data, List.of(doubles)).close();
        assertThat(data.resolve("rows")).hasContent("oneone");
        assertThat(data.resolve("format")).hasContent("2\n");
        assertThat(temp.resolve("data.format-1").resolve("rows")).hasContent("one");
    }

    @Test
    void somebodyElsesFolderIsNeverTakenNorDeleted() throws IOException {
        Files.writeString(temp.resolve("thesis.txt"), "ten years of work");
        assertThatThrownBy(() -> DataFolder.open(temp)).hasMessageContaining("DATA_FOREIGN")
                .hasMessageContaining("thesis.txt");
        assertThatThrownBy(() -> DataFolder.delete(temp)).hasMessageContaining("DATA_FOREIGN");
        assertThat(temp.resolve("thesis.txt")).exists();
    }

    @Test
    void deletingTakesEverythingButNotFromUnderARunningProcess() {
        Path data = temp.resolve("data");
        try (DataFolder mine = DataFolder.open(data)) {
            assertThatThrownBy(() -> DataFolder.delete(data)).hasMessageContaining("DATA_LOCKED");
            assertThat(mine.path()).exists();
        }
        DataFolder.delete(data);
        assertThat(data).doesNotExist();
        DataFolder.delete(data);
    }

    @Test
    void aRunningInstanceIsFoundAndADeadOneIsNot() {
        Path data = temp.resolve("data");
        var instance = new RunningInstance(1, Instant.EPOCH.toString(), List.of("web"), List.of("/web"), "b:1",
                "http://r", "http://h", Map.of("type", "jdbc"));
        try (DataFolder mine = DataFolder.open(data)) {
            assertThat(RunningInstance.find(data)).isEmpty();
            instance.write(mine.path());
            assertThat(RunningInstance.find(data)).contains(instance);
        }
        assertThat(RunningInstance.find(data)).isEmpty();
    }
}
