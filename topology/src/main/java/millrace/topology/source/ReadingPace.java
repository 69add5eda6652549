package millrace.topology.source;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Holds readers back, so that together they take no more than so many records a second. Safe for several threads. */
public final class ReadingPace {
    /** Nobody is held back. */
    public static final ReadingPace FREE = new ReadingPace(0, System::nanoTime, pause -> {});

    private final long perSecond;
    private final LongSupplier nanos;
    private final Sleeper sleeper;
    private long paidUntil = Long.MIN_VALUE;

    /** Lets time pass; not longer than asked for. */
    @FunctionalInterface
    public interface Sleeper {
        void sleep(Duration pause) throws InterruptedException;
    }

    ReadingPace(long perSecond, LongSupplier nanos, Sleeper sleeper) {
        this.perSecond = perSecond;
        this.nanos = nanos;
        this.sleeper = sleeper;
    }

    /** @param perSecond at least 1 */
    public static ReadingPace of(long perSecond) {
        if (perSecond < 1) {
            throw new IllegalArgumentException(perSecond + " records a second");
        }
        return new ReadingPace(perSecond, System::nanoTime, Thread::sleep);
    }

    /** Waits until so many records may have been taken; an interrupt ends the wait and stays set. */
    void taken(int records) {
        if (perSecond == 0) {
            return;
        }
        long pause = owed(records);
        if (pause > 0) {
            try {
                sleeper.sleep(Duration.ofNanos(pause));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized long owed(int records) {
        long now = nanos.getAsLong();
        paidUntil = Math.max(paidUntil, now) + records * 1_000_000_000L / perSecond;
        return paidUntil - now;
    }
}
