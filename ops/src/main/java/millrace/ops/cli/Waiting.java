package millrace.ops.cli;

import java.io.PrintStream;
import java.time.Duration;

/** Says what is waited for if that takes longer than a person expects of a command; says nothing otherwise. */
final class Waiting implements AutoCloseable {
    private static final Duration EXPECTED = Duration.ofSeconds(2);

    private final Thread thread;

    private Waiting(Thread thread) {
        this.thread = thread;
    }

    static Waiting sayLater(PrintStream err, String line) {
        return new Waiting(Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(EXPECTED);
                err.println(line);
            } catch (InterruptedException e) {
                // it came in time
            }
        }));
    }

    /** It has come. */
    void over() {
        thread.interrupt();
    }

    @Override
    public void close() {
        over();
    }
}
