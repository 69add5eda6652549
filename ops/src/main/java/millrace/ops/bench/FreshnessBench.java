package millrace.ops.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.observe.Status;
import millrace.ops.observe.TableStatus;
import millrace.ops.platform.Platform;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.run.Role;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.sinks.iceberg.health.Delays;
import millrace.sinks.iceberg.health.TableDelays;

/**
 * How long it takes until an event can be read in a table, while events come in at a steady rate: from the moment it
 * happens to the time of the snapshot that its row came with. Both are read from the tables, after the events have
 * ended. Broker, registry, producer, pipeline and committer share one process and its machine.
 */
public final class FreshnessBench {
    private static final List<String> FILES = List.of("contracts/events.odcs.yaml", "models/silver/events.sql",
            "models/silver/silver.yml");
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration SAY = Duration.ofSeconds(10);
    private static final String BRONZE = "bronze.events";
    private static final String SILVER = "silver.events";

    private final Plan plan;
    private final BooleanSupplier stop;
    private final Consumer<String> progress;

    /**
     * @param duration of the events, the warm-up included
     * @param warmUp events that happen in it are not measured: classes load and code is compiled then
     * @param data a folder that is not there yet, or empty; everything stays in it
     */
    public record Plan(int perSecond, Duration duration, Duration warmUp, Duration commitInterval, long seed,
            Path data) {
    }

    private FreshnessBench(Plan plan, BooleanSupplier stop, Consumer<String> progress) {
        this.plan = plan;
        this.stop = stop;
        this.progress = progress;
    }

    /**
     * Runs it on a platform of its own, on free ports.
     *
     * @param stop ends the events early; what has come is measured
     * @param progress is told a line now and then
     * @return the figures by name, in the order to be shown
     * @throws ProblemException if the platform does not start, or falls behind for good
     */
    public static Map<String, Object> run(Plan plan, BooleanSupplier stop, Consumer<String> progress)
            throws IOException, InterruptedException {
        return new FreshnessBench(plan, stop, progress).run();
    }

    private Map<String, Object> run() throws IOException, InterruptedException {
        Deployment deployment = Deployment
                .read(Project.read(writeProject(plan.data().resolve("pipeline")), Project.DEFAULT_PROFILE, Map.of()));
        Profile profile = Profile.embedded(plan.data().resolve("platform"), Profile.Ports.FREE);
        try (Platform platform = Platform.start(List.of(deployment), Role.ALL, profile, Clock.systemUTC())) {
            if (!platform.awaitRunning(START)) {
                throw behind("The platform did not start within " + START.toMinutes() + " minutes: "
                        + platform.status().blocked());
            }
            return measure(platform, deployment);
        }
    }

    private Path writeProject(Path folder) throws IOException {
        BenchProject.writeFiles("/bench", FILES, folder);
        Files.writeString(folder.resolve(Project.FILE),
                "name: bench\ndefaults:\n  commit.interval: " + plan.commitInterval().toMillis() + "ms\n");
        return folder;
    }

    private Map<String, Object> measure(Platform platform, Deployment deployment) throws InterruptedException {
        var contract = deployment.pipeline().contract("events").orElseThrow();
        try (var registry = new ConfluentRegistry(platform.instance().registryUrl(), Map.of());
                SteadyLoad load = new SteadyLoad(new Events(plan.seed()), contract,
                        platform.instance().bootstrapServers(), registry)) {
            double cpuBefore = Meter.cpuSeconds();
            long began = System.nanoTime();
            Instant from = Instant.now();
            produce(load, from, platform);
            double seconds = (System.nanoTime() - began) / 1e9;
            double cpu = Meter.cpuSeconds() - cpuBefore;
            awaitAll(platform, load.sent());
            progress.accept("Reading the tables");
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("events", load.sent());
            figures.put("events_per_s", Math.round(load.sent() / seconds));
            figures.put("bytes_per_event", load.sent() == 0 ? 0 : load.bytes() / load.sent());
            figures.put("wall_s", decimal(seconds));
            figures.put("warmup_s", plan.warmUp().toSeconds());
            figures.put("commit_interval_s", decimal(plan.commitInterval().toMillis() / 1e3));
            figures.put("cpu_s", decimal(cpu));
            Instant measured = from.plus(plan.warmUp());
            add(figures, "bronze", delays(platform, deployment, BRONZE, "_timestamp", measured));
            add(figures, "silver", delays(platform, deployment, SILVER, "client_ts", measured));
            return figures;
        }
    }

    private void produce(SteadyLoad load, Instant from, Platform platform) throws InterruptedException {
        Thread producing = Thread.ofPlatform().name("bench-load")
                .start(() -> load.run(from, plan.perSecond(), plan.duration(), stop));
        while (!producing.join(SAY)) {
            Status status = platform.status();
            progress.accept(Duration.between(from, Instant.now()).toSeconds() + "s of " + plan.duration().toSeconds()
                    + "s   " + counted(load.sent()) + " events   " + counted(rows(status, BRONZE)) + " in " + BRONZE
                    + "   " + counted(rows(status, SILVER)) + " in " + SILVER);
        }
    }

    private void awaitAll(Platform platform, long events) throws InterruptedException {
        Instant giveUp = Instant.now().plus(plan.commitInterval().multipliedBy(3)).plusSeconds(60);
        Status status = platform.status();
        while (rows(status, BRONZE) < events || rows(status, SILVER) < events) {
            if (Instant.now().isAfter(giveUp)) {
                throw behind("Of " + counted(events) + " events, " + counted(rows(status, BRONZE)) + " are in " + BRONZE
                        + " and " + counted(rows(status, SILVER)) + " in " + SILVER + "; blocked: " + status.blocked());
            }
            Thread.sleep(500);
            status = platform.status();
        }
    }

    private static Delays delays(Platform platform, Deployment deployment, String table, String moment, Instant from) {
        DeployedTable deployed = deployment.tables().stream().filter(t -> t.name().equals(table)).findFirst()
                .orElseThrow();
        return TableDelays.of(platform.instance().catalog(), deployed.spec(), moment, from);
    }

    private static void add(Map<String, Object> figures, String layer, Delays delays) {
        figures.put(layer + "_rows", delays.rows());
        figures.put(layer + "_commits", delays.commits());
        if (delays.rows() > 0) {
            figures.put(layer + "_p50_s", decimal(delays.within(0.5).toMillis() / 1e3));
            figures.put(layer + "_p99_s", decimal(delays.within(0.99).toMillis() / 1e3));
            figures.put(layer + "_max_s", decimal(delays.within(1).toMillis() / 1e3));
        }
    }

    private static long rows(Status status, String table) {
        return status.table(table).map(TableStatus::rows).orElse(0L);
    }

    private static ProblemException behind(String found) {
        return new ProblemException(
                Problem.of(OpsProblem.BENCH_BEHIND, "bench", found).withRemedy(OpsProblem.BENCH_BEHIND.remedy()));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String counted(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }
}
