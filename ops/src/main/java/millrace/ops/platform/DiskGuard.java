package millrace.ops.platform;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import millrace.ops.observe.Blocked;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an embedded platform from filling the disk to the last byte, which its broker would not survive: intake is held
 * while less than a gibibyte is free, and let go once there is somewhat more.
 */
final class DiskGuard implements AutoCloseable {
    static final long LOW = 1L << 30;
    /** Above {@link #LOW}, so that it does not start and stop at every file. */
    static final long ENOUGH = LOW + (LOW >> 2);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(DiskGuard.class);

    private final String folder;
    private final LongSupplier freeBytes;
    private final Intake intake;
    private final InstantSource clock;
    private boolean held;
    private Thread thread;

    /** What is held and let go. Both may take their time, and may be called again after they threw. */
    interface Intake {
        void hold(Blocked reason);

        void release();
    }

    DiskGuard(String folder, LongSupplier freeBytes, Intake intake, InstantSource clock) {
        this.folder = folder;
        this.freeBytes = freeBytes;
        this.intake = intake;
        this.clock = clock;
    }

    /** An intake made of two steps. */
    static Intake intake(Consumer<Blocked> hold, Runnable release) {
        return new Intake() {
            @Override
            public void hold(Blocked reason) {
                hold.accept(reason);
            }

            @Override
            public void release() {
                release.run();
            }
        };
    }

    DiskGuard watch() {
        thread = Thread.ofPlatform().name("disk-guard").daemon().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    look();
                    Thread.sleep(LOOK_EVERY);
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException e) {
                    LOG.warn("cannot hold or release the intake, trying again: {}", e.toString());
                }
            }
        });
        return this;
    }

    /** Looks once and acts on it. */
    void look() {
        long free = freeBytes.getAsLong();
        if (!held && free < LOW) {
            Problem full = Problem.of(OpsProblem.DISK_FULL, "disk", "Only " + (free >> 20) + " MiB are free at "
                    + folder + ". Nothing is taken in below " + (LOW >> 20) + " MiB, and producers are held back.")
                    .withRemedy(OpsProblem.DISK_FULL.remedy());
            LOG.warn("{}", full.toText("blocked"));
            intake.hold(new Blocked("disk", full.code().name(), full.message(), full.remedy(), clock.instant()));
            held = true;
        } else if (held && free >= ENOUGH) {
            intake.release();
            held = false;
            LOG.info("{} MiB free at {}; intake goes on", free >> 20, folder);
        }
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
