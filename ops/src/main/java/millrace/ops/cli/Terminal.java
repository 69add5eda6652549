package millrace.ops.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * What surrounds a command: results go to {@code out}, progress and mistakes to {@code err}.
 *
 * @param interactive whether a person watches: lines may be redrawn and coloured then
 * @param width in characters
 * @param folder relative paths start here
 * @param home folder of the distribution, where the examples are
 */
public record Terminal(PrintStream out, PrintStream err, boolean interactive, int width,
        Map<String, String> environment, Path folder, Path home, Clock clock) {

    static Terminal ofProcess() {
        Map<String, String> env = System.getenv();
        // The launcher knows: before Java 22 nothing tells whether standard output is a terminal.
        boolean tty = Boolean.getBoolean("millrace.terminal") && !"dumb".equals(env.get("TERM"));
        int width = 120;
        try {
            width = Math.max(40, Integer.parseInt(System.getProperty("millrace.columns", "120")));
        } catch (NumberFormatException e) {
            // a width that is no number is no width
        }
        return new Terminal(new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true,
                StandardCharsets.UTF_8),
                new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.err), true,
                        StandardCharsets.UTF_8),
                tty, width, env, Path.of("").toAbsolutePath(),
                Path.of(System.getProperty("millrace.home", "")).toAbsolutePath(), Clock.systemUTC());
    }

    boolean coloured() {
        return interactive && !environment.containsKey("NO_COLOR");
    }

    String bold(String text) {
        return coloured() ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    String red(String text) {
        return coloured() ? "\u001b[31m" + text + "\u001b[0m" : text;
    }

    Path resolve(Path path) {
        return folder.resolve(path).toAbsolutePath().normalize();
    }
}
