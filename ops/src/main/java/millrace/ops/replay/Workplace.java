package millrace.ops.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A folder for the local state of one process that runs a replay. Processes of one machine have one each, and a process
 * that comes after another has gone takes over what it has left.
 */
final class Workplace implements AutoCloseable {
    private static final String LOCK = "lock";

    private final Path folder;
    private final FileChannel channel;

    private Workplace(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** The first of the folders {@code 0}, {@code 1} and so on that nobody has. */
    static Workplace in(Path folder) {
        try {
            for (int number = 0;; number++) {
                Path own = Files.createDirectories(folder.resolve(Integer.toString(number)));
                FileChannel channel = FileChannel.open(own.resolve(LOCK), StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                if (isFree(channel)) {
                    return new Workplace(own, channel);
                }
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // This very process has it.
        }
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
