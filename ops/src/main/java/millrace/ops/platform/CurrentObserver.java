package millrace.ops.platform;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import millrace.ops.deploy.Deployment;
import millrace.ops.observe.PlatformObserver;
import millrace.ops.observe.Status;
import millrace.ops.observe.StatusSource;

/** Observes what runs now: one that observes something else is replaced. */
final class CurrentObserver implements StatusSource, AutoCloseable {
    private final Supplier<List<Deployment>> running;
    private final Function<List<Deployment>, PlatformObserver> opening;
    private List<Deployment> observed;
    private PlatformObserver observer;

    /** @param running the same list until that changes */
    CurrentObserver(Supplier<List<Deployment>> running, Function<List<Deployment>, PlatformObserver> opening) {
        this.running = running;
        this.opening = opening;
        observed = running.get();
        observer = opening.apply(observed);
    }

    @Override
    public synchronized Status status() {
        List<Deployment> now = running.get();
        if (now != observed) {
            observer.close();
            observer = opening.apply(now);
            observed = now;
        }
        return observer.status();
    }

    @Override
    public synchronized void close() {
        observer.close();
    }
}
