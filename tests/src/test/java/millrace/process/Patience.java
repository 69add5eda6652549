package millrace.process;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for something to become true, by asking again and again; the limit is for a hang, not a measure of speed. */
public final class Patience {
    private Patience() {}

    /** @throws AssertionError with what {@code found} says if it is not true in time */
    public static void until(String expected, Duration limit, BooleanSupplier condition, Supplier<String> found) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("expected within " + limit + ": " + expected + "\nfound: " + found.get());
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for " + expected, e);
            }
        }
    }

    /** Waits for a thread that was told to end. */
    public static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + thread, e);
        }
    }
}
