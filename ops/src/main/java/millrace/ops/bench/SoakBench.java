package millrace.ops.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.RunSettings;
import millrace.topology.run.RunState;
import org.apache.kafka.clients.admin.Admin;

/**
 * Whether a pipeline that runs for long comes to a level: in its memory and in what it keeps. Events come at a steady
 * rate from users who come and go, so that every operator has keys to remember and to forget all the time: a windowed
 * count, sessions, the first of each event, the last of each user. The pipeline has a process to itself.
 */
public final class SoakBench {
    private static final List<String> FILES = List.of("contracts/events.odcs.yaml", "models/gold/by_user.sql",
            "models/gold/sessions.sql", "models/gold/first_events.sql", "models/gold/last_events.sql",
            "models/gold/gold.yml");
    private static final Set<String> MODELS = Set.of("gold.by_user", "gold.sessions", "gold.first_events",
            "gold.last_events");
    private static final String NAME = "soak";
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration MOMENT = Duration.ofSeconds(2);
    private static final List<String> HEAP = List.of("-Xms4g", "-Xmx4g", "-XX:+AlwaysPreTouch");

    private final Plan plan;
    private final BooleanSupplier stop;
    private final Consumer<Map<String, Object>> samples;

    /**
     * @param every how often it is looked at
     * @param data a folder that is not there yet, or empty; everything stays in it
     */
    public record Plan(int perSecond, Duration duration, Duration every, int threads, long seed, Path data) {
        private int looks() {
            return (int) (duration.toMillis() / every.toMillis());
        }
    }

    /**
     * One look at the pipeline's process.
     *
     * @param seconds since it runs
     * @param rows of its topic that it has committed
     * @param behind those that it has not
     * @param rss of the process, all in bytes from here on; -1 if the system does not tell
     * @param store of the folder of its state, as the mean of many moments since the look before: what is in it goes up
     * and down by a third with each compaction of a store, and few looks would measure where in that they fell
     * @param heap in use
     * @param live of the heap what the newest collection of all of it has left, as the measure of what is kept there; 0 before
     * the first. The process has its whole heap from the start: one that is filled and collected every few minutes would
     * take it and give it back, and {@code rss} would tell more of that than of anything else
     * @param stateMemory that its stores take beside the heap
     */
    private record Sample(long seconds, long rows, long behind, long rss, long store, long heap, long live,
            long stateMemory) {
        private static final String LAST = "state_memory";

        void say() {
            BenchProcess.say("t", seconds);
            BenchProcess.say("rows", rows);
            BenchProcess.say("behind", behind);
            BenchProcess.say("rss", rss);
            BenchProcess.say("store", store);
            BenchProcess.say("heap", heap);
            BenchProcess.say("live", live);
            BenchProcess.say(LAST, stateMemory);
        }

        static Sample heard(Map<String, String> said) {
            ToLongFunction<String> number = key -> Long.parseLong(said.get(key));
            return new Sample(number.applyAsLong("t"), number.applyAsLong("rows"), number.applyAsLong("behind"),
                    number.applyAsLong("rss"), number.applyAsLong("store"), number.applyAsLong("heap"),
                    number.applyAsLong("live"), number.applyAsLong(LAST));
        }

        Map<String, Object> figures() {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("t", seconds);
            figures.put("rows", rows);
            figures.put("behind", behind);
            figures.put("rss_mb", rss < 0 ? -1 : rss >> 20);
            figures.put("store_mb", store >> 20);
            figures.put("heap_mb", heap >> 20);
            figures.put("live_mb", live >> 20);
            figures.put("state_memory_mb", stateMemory >> 20);
            return figures;
        }
    }

    private SoakBench(Plan plan, BooleanSupplier stop, Consumer<Map<String, Object>> samples) {
        this.plan = plan;
        this.stop = stop;
        this.samples = samples;
    }

    /**
     * Runs it on a cluster of its own.
     *
     * @param stop ends it at the next look
     * @param samples is given the figures of each look
     * @return what they say together, by name, in the order to be shown
     * @throws ProblemException if a process fails, or the pipeline cannot go on
     */
    public static Map<String, Object> run(Plan plan, BooleanSupplier stop, Consumer<Map<String, Object>> samples)
            throws IOException, InterruptedException {
        return new SoakBench(plan, stop, samples).run();
    }

    private Map<String, Object> run() throws IOException, InterruptedException {
        Contract contract = project(plan.data().resolve("project")).contract("events");
        try (BenchCluster cluster = BenchCluster.start(plan.data());
                var registry = new ConfluentRegistry(cluster.registryUrl(), Map.of())) {
            BenchTopic.create(contract, cluster.bootstrapServers());
            try (SteadyLoad load = new SteadyLoad(new Events(plan.seed(), Events.Population.PASSING), contract,
                    cluster.bootstrapServers(), registry); BenchProcess process = startPipeline(cluster)) {
                process.awaitFigure("running");
                return measure(load, process);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topic could not be created", e.getCause());
        }
    }

    private BenchProcess startPipeline(BenchCluster cluster) throws IOException {
        return BenchProcess.start(Main.class, plan.data().resolve("pipeline.log"), HEAP,
                cluster.bootstrapServers(), cluster.registryUrl(), Integer.toString(plan.threads()),
                Long.toString(plan.every().toMillis()), plan.data().toString());
    }

    private Map<String, Object> measure(SteadyLoad load, BenchProcess process) throws InterruptedException {
        List<Sample> all = new ArrayList<>();
        AtomicBoolean over = new AtomicBoolean();
        Thread producing = Thread.ofPlatform().name("bench-load")
                .start(() -> load.run(Instant.now(), plan.perSecond(), plan.duration(), over::get));
        try {
            while (all.size() < plan.looks() && !stop.getAsBoolean()) {
                Sample sample = Sample.heard(process.awaitFigure(Sample.LAST));
                samples.accept(sample.figures());
                all.add(sample);
            }
        } finally {
            over.set(true);
            producing.join();
        }
        return verdict(all);
    }

    private static Map<String, Object> verdict(List<Sample> samples) {
        Trend rss = Trend.of(samples.stream().map(Sample::rss).toList());
        Trend live = Trend.of(samples.stream().map(Sample::live).toList());
        Trend store = Trend.of(samples.stream().map(Sample::store).toList());
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("samples", samples.size());
        if (samples.isEmpty()) {
            return figures;
        }
        Sample last = samples.getLast();
        figures.put("rows_per_s", last.rows() / Math.max(1, last.seconds()));
        figures.put("behind", last.behind());
        figures.put("rss_growth", decimal(rss.growth()));
        figures.put("rss_level", rss.isLevel());
        figures.put("live_growth", decimal(live.growth()));
        figures.put("live_level", live.isLevel());
        figures.put("store_growth", decimal(store.growth()));
        figures.put("store_level", store.isLevel());
        return figures;
    }

    private static BenchProject project(Path folder) throws IOException {
        return BenchProject.copy("/bench/soak", FILES, folder);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** What the pipeline's process runs. Arguments: brokers, registry, threads, milliseconds between looks, folder. */
    static final class Main {
        private final Admin admin;
        private final PipelineRun run;
        private final String topic;
        private final Path state;

        private Main(Admin admin, PipelineRun run, String topic, Path state) {
            this.admin = admin;
            this.run = run;
            this.topic = topic;
            this.state = state;
        }

        public static void main(String[] arguments) throws Exception {
            Lifeline.hold();
            Path folder = Path.of(arguments[4]);
            Path state = folder.resolve("state");
            BenchProject project = project(folder.resolve("pipeline"));
            RunSettings settings = RunSettings.of(arguments[0], state).withThreads(Integer.parseInt(arguments[2]));
            try (var registry = new ConfluentRegistry(arguments[1], Map.of());
                    Admin admin = Admin.create(Map.of("bootstrap.servers", arguments[0]));
                    PipelineRun run = new PipelineRun(project.pipeline(NAME, MODELS), settings, registry,
                            new CalcCompiler(FunctionLibrary.builtIn())::compile, InstantSource.system())) {
                run.start();
                run.await(s -> s instanceof RunState.Running || s instanceof RunState.Blocked, START);
                Main main = new Main(admin, run, project.contract("events").topic(), state);
                main.requireRunning();
                BenchProcess.say("running", true);
                main.look(Duration.ofMillis(Long.parseLong(arguments[3])));
            }
        }

        /** Until this process is ended. */
        private void look(Duration every) throws IOException, InterruptedException {
            long began = System.nanoTime();
            for (long look = 1;; look++) {
                long store = storeUntil(began + look * every.toNanos());
                requireRunning();
                sample((System.nanoTime() - began) / 1_000_000_000, store).say();
            }
        }

        /** The mean size of the state's folder from now to then. */
        private long storeUntil(long then) throws IOException, InterruptedException {
            long sum = 0;
            long moments = 0;
            for (long left; (left = then - System.nanoTime()) > 0;) {
                sum += FolderSize.of(state);
                moments++;
                Thread.sleep(Duration.ofNanos(Math.min(left, MOMENT.toNanos())));
            }
            return moments == 0 ? FolderSize.of(state) : sum / moments;
        }

        private void requireRunning() {
            if (!(run.state() instanceof RunState.Running)) {
                throw new ProblemException(Problem.of(OpsProblem.BENCH_BEHIND, NAME, "It is " + run.state() + ".")
                        .withRemedy(OpsProblem.BENCH_BEHIND.remedy()));
            }
        }

        private Sample sample(long seconds, long store) throws IOException, InterruptedException {
            Runtime jvm = Runtime.getRuntime();
            TopicProgress progress = TopicProgress.of(admin, NAME, topic);
            return new Sample(seconds, progress.committed(), progress.behind(), rss(), store,
                    jvm.totalMemory() - jvm.freeMemory(), live(), run.kept().memory());
        }

        private static long live() {
            return ManagementFactory.getMemoryPoolMXBeans().stream().filter(p -> p.getType() == MemoryType.HEAP)
                    .map(MemoryPoolMXBean::getCollectionUsage).filter(Objects::nonNull)
                    .mapToLong(MemoryUsage::getUsed).sum();
        }

        private static long rss() throws IOException {
            Path status = Path.of("/proc/self/status");
            return Files.exists(status)
                    ? Files.readAllLines(status).stream().filter(l -> l.startsWith("VmRSS:"))
                            .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) << 10).findFirst().orElse(-1)
                    : -1;
        }
    }
}
