package millrace.ops.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/**
 * A Java process on this program's class path, whose processor time is its own. It says what it found as lines of
 * {@code =key=value}; everything else that it prints goes to a log. Closing it ends it, and so does the end of this
 * process.
 */
public final class BenchProcess implements AutoCloseable {
    private static final String FIGURE = "=";
    private static final int SHOWN_OF_LOG = 20;
    private static final Duration GOODBYE = Duration.ofSeconds(20);

    private final Process process;
    private final Path log;

    private BenchProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a main class, which holds its {@link Lifeline}, with the collector and the objects that {@code millrace run} has.
     *
     * @param flags of the virtual machine
     * @throws IOException if no process can be started
     */
    public static BenchProcess start(Class<?> main, Path log, List<String> flags, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Duser.timezone=UTC",
                "--enable-native-access=ALL-UNNAMED", "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow", "-XX:+UseParallelGC",
                "-XX:NewRatio=1"));
        if (Runtime.version().feature() >= 25) {
            command.add("-XX:+UseCompactObjectHeaders");
        }
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        File errors = log.toFile();
        return new BenchProcess(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(errors))
                .start(), log);
    }

    /** Says a figure, from inside of such a process. */
    public static void say(String key, Object value) {
        System.out.println(FIGURE + key + "=" + value);
        System.out.flush();
    }

    /**
     * Everything that it says up to its end.
     *
     * @throws ProblemException if it does not end well
     */
    public Map<String, String> figures() throws InterruptedException {
        Map<String, String> figures = figuresUpTo("");
        if (process.waitFor() != 0) {
            throw failed();
        }
        return figures;
    }

    /**
     * What it says up to a figure.
     *
     * @throws ProblemException if it ends before
     */
    public Map<String, String> awaitFigure(String key) {
        Map<String, String> figures = figuresUpTo(key);
        if (!figures.containsKey(key)) {
            throw failed();
        }
        return figures;
    }

    private Map<String, String> figuresUpTo(String last) {
        Map<String, String> figures = new LinkedHashMap<>();
        try {
            BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
            for (String line; !figures.containsKey(last) && (line = lines.readLine()) != null;) {
                int end = line.indexOf('=', FIGURE.length());
                if (line.startsWith(FIGURE) && end > 0) {
                    figures.put(line.substring(FIGURE.length(), end), line.substring(end + 1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return figures;
    }

    private ProblemException failed() {
        return new ProblemException(Problem.of(OpsProblem.BENCH_FAILED, "bench",
                "A process of the benchmark ended before its work was done. Its log is " + log + endOfLog() + ".")
                .withRemedy(OpsProblem.BENCH_FAILED.remedy()));
    }

    /** The log may be gone with the benchmark's folder before anybody looks. */
    private String endOfLog() {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
            List<String> last = lines.subList(Math.max(0, lines.size() - SHOWN_OF_LOG), lines.size());
            return last.isEmpty() ? ", which is empty" : ", which ends with:\n" + String.join("\n", last);
        } catch (IOException e) {
            return ", which cannot be read";
        }
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
