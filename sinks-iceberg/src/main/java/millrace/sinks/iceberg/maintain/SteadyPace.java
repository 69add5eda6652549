package millrace.sinks.iceberg.maintain;

import millrace.sinks.iceberg.rewrite.Pace;

/** So many bytes in a second, all rewrites of a process together. Safe for several threads. */
public final class SteadyPace implements Pace {
    private static final long NANOS = 1_000_000_000L;

    private final long bytesPerSecond;
    private long freeAt = System.nanoTime();
    private boolean stopped;

    /** @param bytesPerSecond 0 for as many as can be */
    public SteadyPace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** All rewrites end at their next step. */
    public synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    @Override
    public synchronized void read(long bytes) {
        long now = System.nanoTime();
        if (bytesPerSecond > 0) {
            freeAt = Math.max(freeAt, now) + (long) ((double) bytes / bytesPerSecond * NANOS);
        }
        long mine = freeAt;
        try {
            for (long left = mine - now; left > 0 && !stopped; left = mine - System.nanoTime()) {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
        if (stopped) {
            throw new StoppedException();
        }
    }
}
