package millrace.ops.run;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

import millrace.ops.observe.Blocked;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Something that may not be able to start yet: it is tried again until it does, or until it is closed. */
final class Supervised<T extends AutoCloseable> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Supervised.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final String name;
    private final Supplier<T> starter;
    private final InstantSource clock;
    private final Thread thread;
    private final Object changed = new Object();
    private T running;
    private Blocked blocked;
    private boolean closing;

    Supervised(String name, Supplier<T> starter, InstantSource clock) {
        this.name = name;
        this.starter = starter;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("start-" + name).daemon().start(this::start);
    }

    String name() {
        return name;
    }

    /** What has started; empty until then, and after it was closed. */
    Optional<T> running() {
        synchronized (changed) {
            return Optional.ofNullable(running);
        }
    }

    /** Why it does not run yet. */
    Optional<Blocked> blocked() {
        synchronized (changed) {
            return Optional.ofNullable(blocked);
        }
    }

    private void start() {
        Duration pause = FIRST_PAUSE;
        while (!isClosing()) {
            try {
                T started = starter.get();
                synchronized (changed) {
                    running = started;
                    blocked = null;
                }
                return;
            } catch (ProblemException e) {
                block(e.problems().getFirst());
            } catch (RuntimeException e) {
                LOG.debug("{} did not start", name, e);
                block(Problem.of(OpsProblem.UNREACHABLE, name, "The " + name + " cannot start yet: " + e.getMessage()));
            }
            synchronized (changed) {
                if (!closing) {
                    try {
                        changed.wait(pause.toMillis());
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            }
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private void block(Problem problem) {
        synchronized (changed) {
            Instant since = blocked == null ? clock.instant() : blocked.since();
            String remedy = problem.remedy().isEmpty() ? problem.code().remedy() : problem.remedy();
            if (blocked == null || !blocked.code().equals(problem.code().name())) {
                LOG.warn("{}", problem.toText("blocked"));
            }
            blocked = new Blocked(name, problem.code().name(), problem.message(), remedy, since);
        }
    }

    private boolean isClosing() {
        synchronized (changed) {
            return closing;
        }
    }

    @Override
    public void close() {
        synchronized (changed) {
            closing = true;
            changed.notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        Optional<T> started = running();
        if (started.isPresent()) {
            // Without the lock: it may take a while, and meanwhile it can be asked what it waits for.
            try {
                started.get().close();
            } catch (Exception e) {
                LOG.warn("{} did not stop cleanly", name, e);
            }
            synchronized (changed) {
                running = null;
            }
        }
    }
}
