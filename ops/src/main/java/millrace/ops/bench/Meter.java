package millrace.ops.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What this process spends on a stretch of work. What happens before a fifth of it is done does not count: connections
 * are made there, tasks assigned, and classes of this pass loaded. Work that is over before anybody looks counts whole.
 */
public final class Meter {
    private static final int START = 5;

    private final long all;
    private boolean begun;
    private long doneBefore;
    private long nanosBefore = System.nanoTime();
    private long cpuBefore = cpuNanos();

    /** @param all how much there is to do */
    public Meter(long all) {
        this.all = all;
    }

    /**
     * What was measured.
     *
     * @param events how many are in it
     * @param cpu of all threads of the process
     */
    public record Cost(long events, Duration wall, Duration cpu) {
        /** Tells the process that started this one. */
        public void say() {
            BenchProcess.say("measured", events);
            BenchProcess.say("wall_ms", wall.toMillis());
            BenchProcess.say("cpu_ms", cpu.toMillis());
        }
    }

    boolean isBegun() {
        return begun;
    }

    /** Says how much is done by now. */
    void done(long events) {
        if (!begun && events >= all / START) {
            begun = true;
            doneBefore = events;
            nanosBefore = System.nanoTime();
            cpuBefore = cpuNanos();
        }
    }

    /** All is done. */
    Cost end() {
        return new Cost(all - Math.min(doneBefore, all - 1), Duration.ofNanos(System.nanoTime() - nanosBefore),
                Duration.ofNanos(cpuNanos() - cpuBefore));
    }

    /** Of all threads of this process, since it began. */
    static double cpuSeconds() {
        return cpuNanos() / 1e9;
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
