package millrace.ops.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import millrace.ops.bench.plain.PlainWindows;
import millrace.ops.problem.OpsProblem;
import millrace.replay.facts.TopicFactsReader;
import millrace.replay.plan.Edge;
import millrace.replay.plan.PlanRequest;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlanner;
import millrace.replay.run.ReplayRun;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.topology.assemble.Pipeline;
import millrace.topology.run.KafkaTopics;
import millrace.topology.run.Reading;
import millrace.topology.run.RunSettings;
import millrace.topology.run.Topics;

/**
 * What counting a clickstream per minute costs, ours against the DSL of Kafka Streams over the same topic, and what a replay
 * of ours costs. Each run has a process to itself, which reads everything twice; of the second time all but the first fifth
 * is measured. Runs take turns, and the median counts.
 */
public final class WindowsBench {
    private static final List<String> FILES = List.of("contracts/events.odcs.yaml", "models/gold/by_region.sql",
            "models/gold/by_user.sql");
    private static final Duration LONGEST = Duration.ofMinutes(30);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** Of the rate at which ours computes the same for the first time. */
    private static final double REPLAY_DEMANDED = 0.7;
    /** Longer than all events take: with less it would not count those that it reads behind others. */
    private static final Duration GRACE = Duration.ofDays(365);
    private static final Duration COMMIT = Duration.ofSeconds(1);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    /** As many as make a clickstream of a busy site in a test's time: about 14,000 in a minute. */
    private static final int EVENTS_PER_SECOND = 231;

    private final Plan plan;
    private final Consumer<String> progress;

    /** By what is counted. */
    public enum By {
        /** Twelve values, which is where counting before the exchange pays. */
        REGION("region", 3.0),
        /** A million values, few of them often: most windows of a user hold one event. */
        USER("user_id", 1.3);

        private final String column;
        private final double demanded;

        By(String column, double demanded) {
            this.column = column;
            this.demanded = demanded;
        }

        private String model() {
            return "gold.by_" + name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whose run it is. */
    enum Engine {
        PLAIN, OURS,
        /** Of what ours has counted first, obeying what it has decided about time. */
        REPLAY
    }

    /**
     * What is to be measured.
     *
     * @param runs of each
     * @param data a folder that is not there yet, or empty; everything stays in it
     */
    public record Plan(By by, long events, int runs, int threads, long seed, Path data) {
    }

    /** What a run has said. */
    private record Run(long measured, double cpu, double wall, long dropped) {
        double perCpu() {
            return measured / cpu;
        }
    }

    private WindowsBench(Plan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Runs both on a cluster of their own.
     *
     * @param stop ends it after the run that is being measured; what has been is shown, if each had a run
     * @param progress is told a line now and then
     * @return the figures by name, in the order to be shown
     * @throws ProblemException if a process fails
     */
    public static Map<String, Object> run(Plan plan, BooleanSupplier stop, Consumer<String> progress)
            throws IOException, InterruptedException {
        return new WindowsBench(plan, progress).run(stop);
    }

    private Map<String, Object> run(BooleanSupplier stop) throws IOException, InterruptedException {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        Contract contract = project(plan.data().resolve("project")).contract("events");
        Map<Engine, List<Run>> runs = new HashMap<>();
        try (BenchCluster cluster = BenchCluster.start(plan.data())) {
            progress.accept(String.format(Locale.ROOT, "Producing %,d events", plan.events()));
            fill(contract, cluster);
            for (int i = 0; i < plan.runs() && !(i > 0 && stop.getAsBoolean()); i++) {
                for (Engine engine : Engine.values()) {
                    Run run = measure(engine, i, cluster);
                    runs.computeIfAbsent(engine, e -> new ArrayList<>()).add(run);
                    progress.accept("Run " + (i + 1) + " of " + engine.name().toLowerCase(Locale.ROOT) + ": cpu_s="
                            + decimal(run.cpu()) + " events_per_cpu_s=" + Math.round(run.perCpu()));
                }
            }
        }
        return figures(runs, load);
    }

    private Map<String, Object> figures(Map<Engine, List<Run>> runs, double load) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("by", plan.by().name().toLowerCase(Locale.ROOT));
        figures.put("events", plan.events());
        figures.put("runs", runs.get(Engine.OURS).size());
        Map<Engine, Double> perCpu = new HashMap<>();
        for (Engine engine : Engine.values()) {
            String name = engine.name().toLowerCase(Locale.ROOT);
            perCpu.put(engine, median(runs.get(engine).stream().map(Run::perCpu).toList()));
            figures.put(name + "_measured", runs.get(engine).stream().mapToLong(Run::measured).min().orElseThrow());
            figures.put(name + "_cpu_s", decimal(median(runs.get(engine).stream().map(Run::cpu).toList())));
            figures.put(name + "_wall_s", decimal(median(runs.get(engine).stream().map(Run::wall).toList())));
            figures.put(name + "_events_per_cpu_s", Math.round(perCpu.get(engine)));
            figures.put(name + "_dropped", runs.get(engine).stream().mapToLong(Run::dropped).max().orElseThrow());
        }
        double ratio = perCpu.get(Engine.OURS) / perCpu.get(Engine.PLAIN);
        double replayRatio = perCpu.get(Engine.REPLAY) / perCpu.get(Engine.PLAIN);
        double replayRate = rate(runs.get(Engine.REPLAY)) / rate(runs.get(Engine.OURS));
        figures.put("ratio", cut(ratio));
        figures.put("demanded", plan.by().demanded);
        figures.put("demand_met", ratio >= plan.by().demanded);
        figures.put("replay_ratio", cut(replayRatio));
        figures.put("replay_demand_met", replayRatio >= plan.by().demanded);
        figures.put("replay_rate", cut(replayRate));
        figures.put("replay_rate_demanded", REPLAY_DEMANDED);
        figures.put("replay_rate_met", replayRate >= REPLAY_DEMANDED);
        figures.put("load_before", decimal(load));
        return figures;
    }

    /** Events a second of wall time. */
    private static double rate(List<Run> runs) {
        return median(runs.stream().map(r -> r.measured() / r.wall()).toList());
    }

    /** Not rounded: what misses a demand does not look as if it met it. */
    private static String cut(double ratio) {
        return decimal(Math.floor(ratio * 100) / 100);
    }

    private void fill(Contract contract, BenchCluster cluster) throws InterruptedException {
        Events events = new Events(plan.seed());
        try (var registry = new ConfluentRegistry(cluster.registryUrl(), Map.of())) {
            BenchTopic.create(contract, cluster.bootstrapServers());
            try (BenchTopic topic = new BenchTopic(contract, cluster.bootstrapServers(), registry)) {
                for (long n = 0; n < plan.events(); n++) {
                    long millis = START.toEpochMilli() + n * 1_000 / EVENTS_PER_SECOND - behind(n);
                    topic.send(n, millis, events.row(n, millis * 1_000));
                }
                topic.end();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topic could not be created", e.getCause());
        }
    }

    /** One of twenty is up to 20 seconds behind, which is less than the disorder of the contract. */
    private static long behind(long n) {
        return n % 20 == 7 ? n * 7_919 % 20_000 : 0;
    }

    private Run measure(Engine engine, int number, BenchCluster cluster) throws IOException, InterruptedException {
        String name = engine.name().toLowerCase(Locale.ROOT) + number;
        Path folder = Files.createDirectories(plan.data().resolve(name));
        try (BenchProcess process = BenchProcess.start(Main.class, folder.resolve("log"), List.of("-Xmx2g"),
                cluster.bootstrapServers(), cluster.registryUrl(), engine.name(), plan.by().name(),
                Integer.toString(plan.threads()), Long.toString(plan.events()), folder.toString())) {
            Map<String, String> said = process.figures();
            cluster.deleteTopics(name + "-");
            return new Run(Long.parseLong(said.get("measured")), Long.parseLong(said.get("cpu_ms")) / 1e3,
                    Long.parseLong(said.get("wall_ms")) / 1e3,
                    Long.parseLong(said.get("dropped")));
        }
    }

    private static BenchProject project(Path folder) throws IOException {
        return BenchProject.copy("/bench/windows", FILES, folder);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** What a run's process runs. Arguments: brokers, registry, engine, by, threads, events, folder. */
    static final class Main {
        private final String servers;
        private final String registryUrl;
        private final By by;
        private final int threads;
        private final long events;
        private final Path folder;
        private final BenchProject project;

        private Main(String[] arguments) throws IOException {
            servers = arguments[0];
            registryUrl = arguments[1];
            by = By.valueOf(arguments[3]);
            threads = Integer.parseInt(arguments[4]);
            events = Long.parseLong(arguments[5]);
            folder = Path.of(arguments[6]);
            project = project(folder.resolve("project"));
        }

        public static void main(String[] arguments) throws Exception {
            Lifeline.hold();
            Main run = new Main(arguments);
            Engine engine = Engine.valueOf(arguments[2]);
            String first = run.folder.getFileName() + "-warm-up";
            String second = run.folder.getFileName() + "-measured";
            switch (engine) {
                case OURS -> {
                    run.ours(first);
                    System.gc();
                    run.ours(second).say();
                    run.sayDropped(second);
                }
                case REPLAY -> {
                    run.ours(first);
                    System.gc();
                    run.replay(first);
                }
                case PLAIN -> {
                    run.plain(first, run.folder.resolve("warm-up"));
                    System.gc();
                    run.plain(second, run.folder.resolve("measured")).say();
                }
            }
            System.exit(0);
        }

        private Meter.Cost ours(String name) throws InterruptedException {
            return pass(project.pipeline(name, Set.of(by.model())), name, Optional.empty(), Reading.ALL);
        }

        private Meter.Cost pass(Pipeline pipeline, String name, Optional<String> journalOf, Reading reading)
                throws InterruptedException {
            RunSettings settings = RunSettings.of(servers, folder.resolve("state-" + name)).withThreads(threads)
                    .withReading(reading);
            try (var registry = new ConfluentRegistry(registryUrl, Map.of())) {
                return PipelinePass.run(pipeline, journalOf.map(settings::withJournalOf).orElse(settings), registry,
                        project.contract("events").topic(), events, LONGEST);
            }
        }

        /** Of all minutes, as one of a few of them would be planned. */
        private void replay(String live) throws Exception {
            Pipeline pipeline = project.pipeline(live, Set.of(by.model()));
            PlanRequest request = new PlanRequest(pipeline, "", new TreeSet<>(Set.of(by.model())),
                    Optional.of(new Edge.At(START.minus(MINUTE))),
                    Optional.of(new Edge.At(START.plusSeconds(events / EVENTS_PER_SECOND).plus(MINUTE))),
                    Instant.now(), (contract, times) -> Optional.empty(), state -> Optional.empty());
            ReplayPlan plan;
            try (Topics topics = new KafkaTopics(RunSettings.of(servers, folder))) {
                plan = ReplayPlanner.plan(request, new TopicFactsReader(topics, Map.of()).read(live,
                        pipeline.contracts(), Map.of()));
            }
            if (!(plan.kind() instanceof ReplayPlan.Kind.Bounded)) {
                throw new IllegalStateException("planned as " + plan.kind());
            }
            pass(ReplayRun.pipeline(plan, pipeline), plan.application(), Optional.of(live),
                    ReplayRun.reading(plan, Reading.ALL)).say();
            sayDropped(plan.application());
        }

        /** Events that no row counts. */
        private void sayDropped(String name) {
            Pipeline pipeline = project.pipeline(name, Set.of(by.model()));
            BenchProcess.say("dropped", events - TopicSum.of(servers, pipeline.topicOf(by.model()),
                    pipeline.models().get(0).plan().rowType(), "events"));
        }

        private Meter.Cost plain(String name, Path state) throws ExecutionException, InterruptedException {
            Contract contract = project.contract("events");
            BenchTopic.create(name + "-counts", contract.partitions(), servers);
            var settings = new PlainWindows.Settings(servers, name, state, name + "-counts", MINUTE,
                    GRACE, COMMIT, threads);
            Meter meter = new Meter(events);
            try (PlainWindows windows = new PlainWindows(contract, by.column, settings)) {
                windows.start();
                if (!windows.await(events, LONGEST, meter::done)) {
                    throw new ProblemException(Problem.of(OpsProblem.BENCH_BEHIND, name, windows.counted()
                            + " events are counted and " + windows.dropped() + " dropped.")
                            .withRemedy(OpsProblem.BENCH_BEHIND.remedy()));
                }
                BenchProcess.say("dropped", windows.dropped());
                return meter.end();
            }
        }
    }
}
