package millrace.ops.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/**
 * The folder an instance keeps everything in, held by one process at a time. Its format has a version: a newer one is
 * refused, an older one is migrated after a backup. The operating system releases the lock when the process dies.
 */
public final class DataFolder implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final String FORMAT = "format";

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private DataFolder(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /** A step from one format version to the next; works in place and is repeated from the backup if it fails. */
    interface Migration {
        void apply(Path folder) throws IOException;
    }

    /** Version 1 is the first, so there is nothing to migrate from. */
    private static final List<Migration> MIGRATIONS = List.of();

    /**
     * Takes the folder, which is created if it is not there.
     *
     * @throws ProblemException if another process has it, a newer version wrote it, or it is somebody else's folder;
     *         nothing was changed then
     */
    public static DataFolder open(Path path) {
        return open(path, MIGRATIONS);
    }

    static DataFolder open(Path path, List<Migration> migrations) {
        Path folder = path.toAbsolutePath().normalize();
        FileChannel channel = null;
        try {
            refuseForeign(folder);
            Files.createDirectories(folder);
            channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    StandardOpenOption.READ);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                throw new ProblemException(Problem.of(OpsProblem.DATA_LOCKED, folder.toString(),
                        "Process " + holder(folder) + " is using " + folder + ".")
                        .withRemedy(OpsProblem.DATA_LOCKED.remedy()));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(
                    StandardCharsets.US_ASCII)), 0);
            checkVersion(folder, migrations);
            return new DataFolder(folder, channel, lock);
        } catch (IOException e) {
            close(channel);
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            close(channel);
            throw e;
        }
    }

    /** Whether a process has the folder now. */
    public static boolean isHeld(Path path) {
        Path file = path.resolve(LOCK);
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                return true;
            }
            lock.release();
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Deletes the folder with everything in it.
     *
     * @throws ProblemException if a process has it or it is not one of ours; nothing was deleted then
     */
    public static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (DataFolder mine = open(path)) {
            deleteTree(mine.path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refuseForeign(Path folder) throws IOException {
        if (!Files.isDirectory(folder) || Files.exists(folder.resolve(FORMAT))) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(f -> !List.of(LOCK, "logs").contains(f.getFileName().toString())).findFirst().ifPresent(f -> {
                throw new ProblemException(Problem.of(OpsProblem.DATA_FOREIGN, folder.toString(),
                        folder + " is no data folder, but holds " + f.getFileName() + ".")
                        .withRemedy(OpsProblem.DATA_FOREIGN.remedy()));
            });
        }
    }

    private static void checkVersion(Path folder, List<Migration> migrations) throws IOException {
        Path file = folder.resolve(FORMAT);
        int current = migrations.size() + 1;
        int found = Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : current;
        if (found > current) {
            throw new ProblemException(Problem.of(OpsProblem.DATA_NEWER, folder.toString(), folder
                    + " has format " + found + ", this version of Millrace knows formats up to " + current + ".")
                    .withRemedy(OpsProblem.DATA_NEWER.remedy()));
        }
        if (found < current) {
            backUp(folder, folder.resolveSibling(folder.getFileName() + ".format-" + found));
            for (int version = found; version < current; version++) {
                migrations.get(version - 1).apply(folder);
            }
        }
        Path next = folder.resolve(FORMAT + ".next");
        Files.writeString(next, current + "\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A backup that is there already is of the same state: the migration failed halfway, and starts from it again. */
    private static void backUp(Path folder, Path backup) throws IOException {
        if (Files.exists(backup)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path f : files.filter(f -> !f.getFileName().toString().equals(LOCK)).toList()) {
                    deleteTree(f);
                }
            }
            copyTree(backup, folder);
            return;
        }
        Path partial = backup.resolveSibling(backup.getFileName() + ".partial");
        deleteTree(partial);
        copyTree(folder, partial);
        Files.move(partial, backup, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path f : files.filter(f -> !f.getFileName().toString().equals(LOCK)).toList()) {
                Path target = to.resolve(from.relativize(f).toString());
                if (Files.isDirectory(f)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(f, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    /** Deletes a folder with everything in it; one that is not there is deleted already. */
    public static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path f : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(f);
            }
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process has it
        }
    }

    private static String holder(Path folder) {
        try {
            return Files.readString(folder.resolve(LOCK)).strip();
        } catch (IOException e) {
            return "of an unknown number";
        }
    }

    private static void close(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public Path path() {
        return path;
    }

    /** Log and metadata of the embedded broker. */
    public Path kafka() {
        return path.resolve("kafka");
    }

    /** Tables of the default catalog. */
    public Path warehouse() {
        return path.resolve("warehouse");
    }

    /** SQLite file of the default catalog. */
    public Path catalogFile() {
        return path.resolve("catalog.db");
    }

    /** Stores of stream tasks; rebuilt from changelogs if lost. */
    public Path state() {
        return path.resolve("state");
    }

    public Path logs() {
        return path.resolve("logs");
    }

    /** Gives the folder back. */
    @Override
    public void close() {
        try {
            if (lock.isValid()) {
                lock.release();
            }
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
