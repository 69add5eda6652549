package millrace.ops.project;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * A folder as it was at a revision that git knows. It lies in a temporary folder until this is closed; the working copy is
 * not touched.
 */
public final class GitRevision implements AutoCloseable {
    private final Path folder;

    private GitRevision(Path folder) {
        this.folder = folder;
    }

    /**
     * @param folder in a working copy
     * @return nothing if there is no git, no working copy or no such revision, or it did not have the folder
     */
    public static Optional<GitRevision> of(Path folder, String revision) {
        if (revision.startsWith("-")) {
            return Optional.empty();
        }
        Path copy = null;
        try {
            copy = Files.createTempDirectory("millrace-revision");
            GitRevision found = new GitRevision(copy);
            if (!found.unpack(folder, revision)) {
                found.close();
                return Optional.empty();
            }
            return Optional.of(found);
        } catch (IOException e) {
            if (copy != null) {
                new GitRevision(copy).close();
            }
            return Optional.empty(); // There is no git to run.
        }
    }

    /** Within a working copy's folder git packs that folder alone. */
    private boolean unpack(Path of, String revision) throws IOException {
        Process git = new ProcessBuilder("git", "-C", of.toString(), "archive", "--format=zip", revision)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        git.getOutputStream().close();
        try (InputStream out = git.getInputStream();
                ZipInputStream zip = new ZipInputStream(out, StandardCharsets.UTF_8)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = folder.resolve(entry.getName()).normalize();
                if (!file.startsWith(folder)) {
                    throw new IOException("a file outside of its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(zip, file);
                }
            }
            out.transferTo(OutputStream.nullOutputStream());
            return git.waitFor() == 0;
        } catch (InterruptedException e) {
            git.destroy();
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public Path folder() {
        return folder;
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
