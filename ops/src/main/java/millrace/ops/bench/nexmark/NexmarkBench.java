package millrace.ops.bench.nexmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import millrace.ops.bench.BenchCluster;
import millrace.ops.bench.BenchProcess;
import millrace.ops.bench.Lifeline;
import millrace.ops.bench.Meter;
import millrace.ops.bench.PipelinePass;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.topology.assemble.Pipeline;

/**
 * What each query of Nexmark costs: from a topic of events to a topic of rows, exactly once. A query has a process to
 * itself, which reads all events twice; of the second time, when its code is compiled, all but the first fifth is
 * measured. Broker and registry are another process, and nothing lands in tables.
 */
public final class NexmarkBench {
    private static final Duration LONGEST = Duration.ofMinutes(60);

    private NexmarkBench() {}

    /**
     * What is to be measured.
     *
     * @param events how many are produced; about one of fifty is a person, three are auctions
     * @param eventsPerSecond of event time
     * @param data a folder that is not there yet, or empty; everything stays in it
     */
    public record Plan(List<NexmarkQuery> queries, long events, int eventsPerSecond, int threads, long seed,
            Path data) {
        public Plan {
            queries = List.copyOf(queries);
        }
    }

    /**
     * Measures one query after the other.
     *
     * @param stop ends it after the query that is being measured
     * @param progress is told a line now and then
     * @param result is told the figures of each query by name, in the order to be shown
     * @throws ProblemException if a query cannot be compiled, before anything is started, or a process fails
     */
    public static void run(Plan plan, BooleanSupplier stop, Consumer<String> progress,
            Consumer<Map<String, Object>> result) throws IOException, InterruptedException {
        NexmarkProject project = NexmarkProject.in(plan.data().resolve("project"));
        Pipeline all = project.pipeline("nexmark", plan.queries());
        try (BenchCluster cluster = BenchCluster.start(plan.data())) {
            progress.accept(String.format(Locale.ROOT, "Producing %,d events", plan.events()));
            fill(plan, project, all, cluster);
            for (NexmarkQuery query : plan.queries()) {
                if (stop.getAsBoolean()) {
                    return;
                }
                progress.accept("Running " + query.shortName() + " twice");
                result.accept(measure(plan, query, cluster));
                cluster.deleteTopics(query.shortName() + "-");
            }
        }
    }

    private static void fill(Plan plan, NexmarkProject project, Pipeline all, BenchCluster cluster)
            throws InterruptedException {
        var generator = new NexmarkGenerator(new NexmarkGenerator.Settings(plan.seed(), plan.eventsPerSecond(), 1,
                Instant.parse("2015-07-15T00:00:00Z")));
        try (var registry = new ConfluentRegistry(cluster.registryUrl(), Map.of());
                var load = new NexmarkLoad(generator, project, cluster.bootstrapServers(), registry)) {
            load.createTopics(all.contracts());
            load.produce(0, plan.events());
            load.end();
            if (all.contracts().contains(project.sideInput())) {
                load.produceSideInput();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topics could not be created", e.getCause());
        }
    }

    private static Map<String, Object> measure(Plan plan, NexmarkQuery query, BenchCluster cluster)
            throws IOException, InterruptedException {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        Path folder = Files.createDirectories(plan.data().resolve(query.shortName()));
        try (BenchProcess process = BenchProcess.start(Main.class, folder.resolve("log"), List.of("-Xmx2g"),
                cluster.bootstrapServers(), cluster.registryUrl(), query.shortName(), Integer.toString(plan.threads()),
                folder.toString(), Long.toString(plan.events()))) {
            Map<String, String> said = process.figures();
            long measured = Long.parseLong(said.get("measured"));
            double wall = Long.parseLong(said.get("wall_ms")) / 1e3;
            double cpu = Long.parseLong(said.get("cpu_ms")) / 1e3;
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("query", query.shortName());
            figures.put("events", plan.events());
            figures.put("measured", measured);
            figures.put("wall_s", decimal(wall));
            figures.put("events_per_s", Math.round(measured / wall));
            figures.put("cpu_s", decimal(cpu));
            long perCpu = Math.round(measured / cpu);
            figures.put("events_per_cpu_s", perCpu);
            query.floor().ifPresent(floor -> {
                figures.put("floor", floor);
                figures.put("floor_met", perCpu >= floor);
            });
            query.flink().ifPresent(flink -> figures.put("flink_per_core", flink));
            figures.put("load_before", decimal(load));
            return figures;
        }
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** What a query's process runs. Arguments: brokers, registry, query, threads, folder, events. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            Lifeline.hold();
            NexmarkQuery query = NexmarkQuery.of(arguments[2]).orElseThrow();
            Path folder = Path.of(arguments[4]);
            NexmarkProject project = NexmarkProject.in(folder.resolve("project"));
            try (var registry = new ConfluentRegistry(arguments[1], Map.of())) {
                List<Meter.Cost> passes = new ArrayList<>();
                for (String pass : List.of("warm-up", "measured")) {
                    Pipeline pipeline = project.pipeline(query.shortName() + "-" + pass, List.of(query));
                    System.gc();
                    passes.add(PipelinePass.run(pipeline, arguments[0], registry, folder.resolve(pass),
                            Integer.parseInt(arguments[3]), project.events().topic(), Long.parseLong(arguments[5]),
                            LONGEST));
                }
                passes.get(1).say();
            }
            System.exit(0);
        }
    }
}
