package millrace.ops.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;

/**
 * Tells a long-running command that it is to stop: by Ctrl-C, by a supervisor, or because its terminal was closed. The
 * virtual machine goes on meanwhile as if nothing had happened, so everything can be finished.
 *
 * <p>
 * Left to itself the virtual machine answers a signal by running all shutdown hooks at once, in no order. Iceberg ends
 * its worker pools in one, and from then on no table can be committed; other libraries end their connections and logs
 * so. Therefore signals are taken before that, and a hook is only the fallback for an exit that comes otherwise: there,
 * what is not committed is left to the next start.
 */
final class StopSignal implements AutoCloseable {
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    private final PrintStream err;
    private final CountDownLatch wished = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final AtomicBoolean first = new AtomicBoolean(true);
    private final Map<String, Object> before = new HashMap<>();
    private final Thread hook = new Thread(this::exiting, "stop");

    private StopSignal(PrintStream err) {
        this.err = err;
    }

    /** Listens until it is closed, which the command does when it has finished. */
    static StopSignal listen(PrintStream err) {
        StopSignal signal = new StopSignal(err);
        NUMBERS.forEach((name, number) -> {
            Object previous = Signals.register(name, () -> signal.came(number));
            if (previous != null) { // else it cannot be handled here, and its default stays
                signal.before.put(name, previous);
            }
        });
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    private void came(int number) {
        if (first.compareAndSet(true, false)) {
            wished.countDown();
        } else {
            err.println("Ended at once. No row is lost or doubled by that; the next start takes longer.");
            err.flush();
            Runtime.getRuntime().halt(128 + number);
        }
    }

    private void exiting() {
        wished.countDown();
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isWished() {
        return wished.getCount() == 0;
    }

    /** Waits for the signal; false if it did not come in time. */
    boolean await(Duration longest) throws InterruptedException {
        return wished.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        finished.countDown();
        before.forEach(Signals::unregister);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // it is running, and ends now
        }
    }
}
