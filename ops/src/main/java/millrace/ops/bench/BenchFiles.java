package millrace.ops.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Pipeline folders that come with the program, as files that it can read. */
public final class BenchFiles {
    private BenchFiles() {}

    /**
     * Writes files of a folder of the program's resources under the same names.
     *
     * @param folder such as {@code /bench}
     * @throws IOException if one cannot be written
     */
    public static void copy(String folder, List<String> files, Path target) throws IOException {
        for (String file : files) {
            Path written = target.resolve(file);
            Files.createDirectories(written.getParent());
            try (InputStream in = BenchFiles.class.getResourceAsStream(folder + "/" + file)) {
                Files.write(written, in.readAllBytes());
            }
        }
    }
}
