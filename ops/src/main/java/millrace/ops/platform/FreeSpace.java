package millrace.ops.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much room there is where a platform keeps its data. */
@FunctionalInterface
public interface FreeSpace {
    /** What the file system says of itself. */
    FreeSpace OF_THE_FILE_SYSTEM = folder -> {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    };

    /** Bytes that can still be written in a folder. */
    long bytesIn(Path folder);
}
