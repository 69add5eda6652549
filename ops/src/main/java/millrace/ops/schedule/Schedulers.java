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
import millrace.ops.problem.OpsProblem;
import millrace.ops.run.Connections;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/** Keeps the schedules of the pipelines that run in a process. */
public final class Schedulers implements Runs, AutoCloseable {
    private final List<Scheduler> schedulers = new ArrayList<>();
    private final Supplier<List<Deployment>> deployments;
    private final Connections connections;
    private final Path data;
    private final Clock clock;

    private Schedulers(Supplier<List<Deployment>> deployments, Connections connections, Path data, Clock clock) {
        this.deployments = deployments;
        this.connections = connections;
        this.data = data;
        this.clock = clock;
    }

    /**
     * Begins.
     *
     * @param deployments as they run now
     * @param data folder of the process
     * @param webhook where alerts are posted; may hold a secret
     */
    public static Schedulers start(Supplier<List<Deployment>> deployments, Connections connections, Path data,
            Optional<URI> webhook, Clock clock) {
        Schedulers all = new Schedulers(deployments, connections, data, clock);
        String who = System.getProperty("user.name", "") + "/schedules-" + UUID.randomUUID().toString().substring(0, 8);
        for (Deployment first : deployments.get()) {
            all.schedulers.add(new Scheduler(() -> deployments.get().stream().filter(d -> d.name().equals(first.name()))
                    .findFirst().orElse(first), connections, data, new Actions(connections, data, who, clock),
                    webhook.map(Webhook::new), who, clock));
        }
        return all;
    }

    @Override
    public List<ScheduledRun> all() {
        List<ScheduledRun> all = new ArrayList<>();
        for (Deployment deployment : deployments.get()) {
            try (AskedRuns runs = new AskedRuns(deployment, connections, data, clock)) {
                all.addAll(runs.all());
            }
        }
        return all;
    }

    @Override
    public ScheduledRun ask(String pipeline, String schedule, String key) {
        List<Deployment> now = deployments.get();
        Deployment found = now.stream().filter(d -> d.name().equals(pipeline)).findFirst()
                .orElseThrow(() -> new ProblemException(Problem.of(OpsProblem.SCHEDULE_UNKNOWN, pipeline,
                        "No pipeline \"" + pipeline + "\" runs here."
                                + Nearest.hint(pipeline, now.stream().map(Deployment::name).toList()))
                        .withRemedy(OpsProblem.SCHEDULE_UNKNOWN.remedy())));
        try (AskedRuns runs = new AskedRuns(found, connections, data, clock)) {
            return runs.ask(schedule, key, "api");
        }
    }

    @Override
    public void close() {
        schedulers.forEach(Scheduler::close);
    }
}
