package millrace.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Java process on this test's class path, with its output in a file. Closing it ends it. */
public final class ChildJvm implements AutoCloseable {
    private final Path log;
    private final List<String> command;
    private Process process;

    private ChildJvm(Path log, List<String> command) {
        this.log = log;
        this.command = command;
    }

    /** Starts a main class; {@code jvmFlags} come after ours, so a heap size given there counts. */
    public static ChildJvm start(Path log, List<String> jvmFlags, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString(), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.timezone=UTC",
                "--enable-native-access=ALL-UNNAMED", "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        ChildJvm child = new ChildJvm(log, command);
        child.start();
        return child;
    }

    private void start() {
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills without notice, as {@code kill -9} does, and returns when the process is gone. */
    public void kill() {
        process.destroyForcibly();
        await(Duration.ofSeconds(30));
    }

    /** Sends a signal, such as INT, which Ctrl-C sends, or TERM, which a supervisor sends. */
    public void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Asks the process to end by a signal; returns its exit code. What it does if that takes long is printed. */
    public int stop(String signal) {
        signal(signal);
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                printThreads();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        await(Duration.ofMinutes(2));
        return process.exitValue();
    }

    private void printThreads() throws IOException, InterruptedException {
        System.out.println(this + " does not end; its threads:");
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(process.pid()), "Thread.print").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT).start().waitFor();
    }

    /** Waits until the process has ended by itself; returns its exit code. */
    public int end(Duration patience) {
        await(patience);
        return process.exitValue();
    }

    /** Starts the same command again, after the process has ended. */
    public void restart() {
        if (process.isAlive()) {
            throw new IllegalStateException("still running: " + this);
        }
        start();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** Everything the process has printed, over all its starts. */
    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("did not end within " + patience + ": " + this);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        await(Duration.ofSeconds(30));
    }

    @Override
    public String toString() {
        return log.getFileName() + " (pid " + process.pid() + ")";
    }
}
