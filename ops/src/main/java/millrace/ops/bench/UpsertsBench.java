package millrace.ops.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.topic.WritableTopics;
import millrace.sinks.iceberg.commit.CommitMark;
import millrace.sinks.iceberg.maintain.MaintenanceState;
import millrace.sinks.iceberg.maintain.TableCheckup;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.run.SinkState;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.statestores.rocksdb.StateMemory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * What it costs to keep the newest row of each key, and to keep its table in few files meanwhile: how fast changes are
 * landed without and with maintenance, how long a restart and a lost index hold them up, and whether files, dead rows and
 * lag come to a level while changes come at a steady rate.
 */
public final class UpsertsBench {
    private static final String PLAIN = "plain";
    private static final String MAINTAINED = "maintained";

    private final Plan plan;
    private final BooleanSupplier stop;
    private final Consumer<Map<String, Object>> shown;

    /**
     * @param changes that are landed as fast as can be
     * @param share of the greatest rate, at which they come for {@code duration} afterwards
     * @param every how often that is looked at
     * @param data a folder that is not there yet, or empty; everything stays in it
     */
    public record Plan(int keys, long changes, double share, Duration duration, Duration every, Duration commitInterval,
            long seed, Path data) {}

    private UpsertsBench(Plan plan, BooleanSupplier stop, Consumer<Map<String, Object>> shown) {
        this.plan = plan;
        this.stop = stop;
        this.shown = shown;
    }

    /**
     * Runs it on a cluster of its own.
     *
     * @param stop ends it at the next look
     * @param shown is given the figures of each pass and each look
     * @return what they say together, by name, in the order to be shown
     * @throws ProblemException if a process fails, or a table is blocked
     */
    public static Map<String, Object> run(Plan plan, BooleanSupplier stop, Consumer<Map<String, Object>> shown)
            throws IOException, InterruptedException {
        return new UpsertsBench(plan, stop, shown).run();
    }

    private Map<String, Object> run() throws IOException, InterruptedException {
        try (BenchCluster cluster = BenchCluster.start(plan.data());
                var registry = new ConfluentRegistry(cluster.registryUrl(), Map.of())) {
            BenchTopic.create(Accounts.TOPIC, Accounts.PARTITIONS, cluster.bootstrapServers());
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
                WritableTopics.create(admin, List.of(
                        new NewTopic(SinkConfig.CONTROL_TOPIC, SinkConfig.CONTROL_PARTITIONS, (short) 1)));
            }
            try (Accounts accounts = new Accounts(plan.seed(), plan.keys(), cluster.bootstrapServers(), registry)) {
                accounts.send(0, plan.changes());
                return passes(cluster, accounts);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topic could not be created", e.getCause());
        }
    }

    private Map<String, Object> passes(BenchCluster cluster, Accounts accounts) throws IOException,
            InterruptedException {
        Map<String, Object> all = new LinkedHashMap<>();
        double plain = pass(PLAIN, cluster, Mode.LAND, all);
        double maintained = pass(MAINTAINED, cluster, Mode.LAND_MAINTAINED, all);
        all.put("throughput_lost", decimal(1 - maintained / plain));
        accounts.send(plan.changes(), plan.changes() + 1);
        pass(PLAIN, cluster, Mode.RESTART, all);
        Files.move(indexes(PLAIN), plan.data().resolve("lost"));
        accounts.send(plan.changes() + 1, plan.changes() + 2);
        pass(PLAIN, cluster, Mode.REBUILD, all);
        if (!stop.getAsBoolean() && !plan.duration().isZero()) {
            steady(cluster, accounts, (int) (plain * plan.share()), all);
        }
        return all;
    }

    private Path indexes(String table) {
        return plan.data().resolve("indexes-" + table);
    }

    private enum Mode {
        LAND, LAND_MAINTAINED, RESTART, REBUILD, WATCH
    }

    private BenchProcess start(String table, BenchCluster cluster, Mode mode) throws IOException {
        return BenchProcess.start(Main.class, plan.data().resolve(table + ".log"), List.of("-Xmx2g"),
                cluster.bootstrapServers(), cluster.registryUrl(), plan.data().toString(), table, mode.name(),
                Long.toString(interval(mode).toMillis()), Long.toString(plan.every().toMillis()));
    }

    /** What a restart takes is not to be hidden behind the wait for a commit. */
    private Duration interval(Mode mode) {
        return mode == Mode.RESTART || mode == Mode.REBUILD ? Duration.ofSeconds(1) : plan.commitInterval();
    }

    /** The rate, where there is one. */
    private double pass(String table, BenchCluster cluster, Mode mode, Map<String, Object> all)
            throws IOException, InterruptedException {
        String name = mode.name().toLowerCase(Locale.ROOT);
        Map<String, String> found;
        try (BenchProcess process = start(table, cluster, mode)) {
            found = process.figures();
        }
        double seconds = Double.parseDouble(found.get("wall_s"));
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("pass", name);
        if (mode == Mode.LAND || mode == Mode.LAND_MAINTAINED) {
            figures.put("rows_per_s", Math.round(plan.changes() / seconds));
        }
        figures.putAll(found);
        shown.accept(figures);
        figures.remove("pass");
        figures.forEach((key, value) -> all.put(name + "_" + key, value));
        return plan.changes() / seconds;
    }

    private void steady(BenchCluster cluster, Accounts accounts, int perSecond, Map<String, Object> all)
            throws IOException, InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        List<Map<String, String>> looks = new ArrayList<>();
        try (BenchProcess process = start(MAINTAINED, cluster, Mode.WATCH)) {
            process.awaitFigure("caught_up");
            Thread producing = Thread.ofPlatform().name("bench-load")
                    .start(() -> accounts.send(plan.changes() + 2, perSecond, over::get));
            try {
                for (long look = plan.duration().dividedBy(plan.every()); look > 0 && !stop.getAsBoolean(); look--) {
                    Map<String, String> found = process.awaitFigure(Main.LAST);
                    looks.add(found);
                    shown.accept(new LinkedHashMap<>(found));
                }
            } finally {
                over.set(true);
                producing.join();
            }
        }
        all.put("steady_rate", perSecond);
        if (looks.isEmpty()) {
            return;
        }
        for (String figure : List.of("behind", "files", "dead_ratio")) {
            List<Long> samples = looks.stream().map(l -> Math.round(Double.parseDouble(l.get(figure)) * 1_000))
                    .toList();
            all.put("steady_" + figure, looks.getLast().get(figure));
            all.put("steady_" + figure + "_growth", decimal(Trend.of(samples).growth()));
        }
        for (String figure : List.of("fresh_p50_s", "fresh_p99_s", "rewrites", "rewritten_mb", "refused")) {
            all.put("steady_" + figure, looks.getLast().get(figure));
        }
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** What the sink's process runs. Arguments: brokers, registry, folder, table, mode, interval, time between looks. */
    static final class Main {
        static final String LAST = "refused";
        private static final Duration MOMENT = Duration.ofMillis(100);

        private final Admin admin;
        private final Map<String, String> catalog;
        private final SinkRuntime sink;
        private final TableSpec spec;
        private final Path indexes;
        /** What was waited for, and since when, in nanoseconds. */
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private final List<Long> delays = new ArrayList<>();

        private record Waiting(Map<Integer, Long> ends, long since) {}

        private Main(Admin admin, Map<String, String> catalog, SinkRuntime sink, TableSpec spec, Path indexes) {
            this.admin = admin;
            this.catalog = catalog;
            this.sink = sink;
            this.spec = spec;
            this.indexes = indexes;
        }

        public static void main(String[] arguments) throws Exception {
            Lifeline.hold();
            Path folder = Path.of(arguments[2]);
            String table = arguments[3];
            Mode mode = Mode.valueOf(arguments[4]);
            TableSpec spec = Accounts.table(table, Duration.ofMillis(Long.parseLong(arguments[5])));
            Map<String, Object> kafka = Map.of("bootstrap.servers", arguments[0]);
            Path indexes = folder.resolve("indexes-" + table);
            SinkConfig config = SinkConfig.of(table, kafka)
                    .withIndexes(new SinkConfig.Indexes(indexes, StateMemory.USUAL));
            Set<Role> roles = mode == Mode.LAND_MAINTAINED || mode == Mode.WATCH
                    ? EnumSet.allOf(Role.class)
                    : EnumSet.of(Role.STAGE, Role.COMMIT);
            Map<String, String> catalog = Catalogs.sqlite(folder.resolve(table + ".db"), folder.resolve("warehouse"));
            long began = System.nanoTime();
            double cpu = Meter.cpuSeconds();
            try (var registry = new ConfluentRegistry(arguments[1], Map.of());
                    Admin admin = Admin.create(kafka);
                    SinkRuntime sink = SinkRuntime.start(config, List.of(spec), roles, catalog, registry,
                            Clock.systemUTC())) {
                Main main = new Main(admin, catalog, sink, spec, indexes);
                Map<Integer, Long> ends = main.ends();
                while (!main.isAt(ends)) {
                    Thread.sleep(MOMENT.toMillis());
                }
                double seconds = (System.nanoTime() - began) / 1e9;
                if (mode == Mode.WATCH) {
                    BenchProcess.say("caught_up", seconds);
                    main.watch(Duration.ofMillis(Long.parseLong(arguments[6])));
                }
                BenchProcess.say("wall_s", decimal(seconds));
                BenchProcess.say("cpu_s", decimal(Meter.cpuSeconds() - cpu));
                main.shape().forEach(BenchProcess::say);
            }
        }

        /** Until this process is ended. */
        private void watch(Duration every) throws IOException, InterruptedException, ExecutionException {
            long began = System.nanoTime();
            for (long look = 1;; look++) {
                while (System.nanoTime() < began + look * every.toNanos()) {
                    Map<Integer, Long> ends = ends();
                    waiting.add(new Waiting(ends, System.nanoTime()));
                    while (!waiting.isEmpty() && isAt(waiting.peek().ends())) {
                        delays.add(System.nanoTime() - waiting.remove().since());
                    }
                    Thread.sleep(MOMENT.toMillis());
                }
                say(look * every.toSeconds());
            }
        }

        private void say(long seconds) throws IOException, InterruptedException, ExecutionException {
            Map<Integer, Long> at = position();
            BenchProcess.say("t", seconds);
            BenchProcess.say("behind", ends().entrySet().stream()
                    .mapToLong(e -> e.getValue() - at.getOrDefault(e.getKey(), 0L)).sum());
            shape().forEach(BenchProcess::say);
            List<Long> sorted = delays.stream().sorted().toList();
            BenchProcess.say("fresh_p50_s", within(sorted, 0.5));
            BenchProcess.say("fresh_p99_s", within(sorted, 0.99));
            MaintenanceState kept = sink.maintenance().values().stream().findFirst().orElseThrow();
            BenchProcess.say("rewrites", kept.rewrites().done());
            BenchProcess.say("rewritten_mb", kept.rewrites().bytesBefore() >> 20);
            BenchProcess.say(LAST, kept.rewrites().refused());
        }

        private static String within(List<Long> sorted, double share) {
            return sorted.isEmpty()
                    ? "-1"
                    : decimal(sorted.get((int) Math.ceil(sorted.size() * share) - 1) / 1e9);
        }

        private SortedMap<String, Object> shape() throws IOException {
            TableCheckup found = TableCheckup.of(catalog, spec.qualifiedName(), Instant.now()).orElseThrow();
            SortedMap<String, Object> shape = new TreeMap<>();
            shape.put("files", found.files());
            shape.put("file_mb", found.bytes() >> 20);
            shape.put("live_rows", found.rows() - found.dead());
            shape.put("dead_ratio", decimal((double) found.dead() / Math.max(1, found.rows())));
            long keys = Math.max(1, found.rows() - found.dead());
            size(shape, "index", FolderSize.of(indexes), keys);
            size(shape, "index_memory", StateMemory.used(), keys);
            return shape;
        }

        private static void size(Map<String, Object> shape, String of, long bytes, long keys) {
            shape.put(of + "_mb", bytes >> 20);
            shape.put(of + "_mb_per_million_keys", decimal(bytes * 1e6 / (1 << 20) / keys));
        }

        private Map<Integer, Long> ends() throws InterruptedException, ExecutionException {
            return admin.listOffsets(IntStream.range(0, Accounts.PARTITIONS).boxed()
                    .collect(Collectors.toMap(p -> new TopicPartition(Accounts.TOPIC, p), p -> OffsetSpec.latest())))
                    .all().get().entrySet().stream()
                    .collect(Collectors.toMap(e -> e.getKey().partition(), e -> e.getValue().offset()));
        }

        private boolean isAt(Map<Integer, Long> ends) {
            Map<Integer, Long> at = position();
            return ends.entrySet().stream().allMatch(e -> at.getOrDefault(e.getKey(), 0L) >= e.getValue());
        }

        private Map<Integer, Long> position() {
            return switch (sink.states().values().iterator().next()) {
                case SinkState.Running running ->
                    running.mark().map(CommitMark::position).map(p -> (Map<Integer, Long>) p
                            .next()).orElse(Map.of());
                case SinkState.Starting s -> Map.of();
                case SinkState.Blocked b -> throw new ProblemException(Problem.of(OpsProblem.BENCH_BEHIND,
                        spec.qualifiedName(), b.problem().message()).withRemedy(OpsProblem.BENCH_BEHIND.remedy()));
            };
        }
    }
}
