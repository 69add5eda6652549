package millrace.ops.cli;

import java.io.PrintStream;
import java.time.Duration;
import millrace.ops.platform.Platform;

/** Stops a platform, and says what it is waiting for if that takes longer than a person expects. */
final class Stopping {
    private static final Duration EXPECTED = Duration.ofSeconds(3);

    private Stopping() {}

    static void await(Platform platform, PrintStream err) throws InterruptedException {
        err.println("Stopping ...");
        Thread closing = Thread.ofPlatform().name("close").start(platform::close);
        String said = "";
        while (!closing.join(EXPECTED)) {
            String awaited = platform.awaited();
            if (!awaited.isEmpty() && !awaited.equals(said)) {
                err.println("  waiting for " + awaited + (said.isEmpty() ? "   Ctrl-C again ends it at once" : ""));
                said = awaited;
            }
        }
    }
}
