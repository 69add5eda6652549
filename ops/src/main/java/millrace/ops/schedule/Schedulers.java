package millrace.ops.schedule;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import millrace.ops.deploy.Deployment;
import millrace.ops.run.Connections;

/** Keeps the schedules of the pipelines that run in a process. */
public final class Schedulers implements AutoCloseable {
    private final List<Scheduler> schedulers = new ArrayList<>();

    private Schedulers() {}

    /**
     * Begins.
     *
     * @param deployments as they run now
     * @param data folder of the process
     * @param webhook where alerts are posted; may hold a secret
     */
    public static Schedulers start(Supplier<List<Deployment>> deployments, Connections connections, Path data,
            Optional<URI> webhook, Clock clock) {
        Schedulers all = new Schedulers();
        String who = System.getProperty("user.name", "") + "/schedules-" + UUID.randomUUID().toString().substring(0, 8);
        for (Deployment first : deployments.get()) {
            all.schedulers.add(new Scheduler(() -> deployments.get().stream().filter(d -> d.name().equals(first.name()))
                    .findFirst().orElse(first), connections, data, new Actions(connections, data, who, clock),
                    webhook.map(Webhook::new), who, clock));
        }
        return all;
    }

    @Override
    public void close() {
        schedulers.forEach(Scheduler::close);
    }
}
