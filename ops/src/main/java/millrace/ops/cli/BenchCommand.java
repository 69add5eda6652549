package millrace.ops.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import millrace.ops.bench.FreshnessBench;
import millrace.ops.bench.SoakBench;
import millrace.ops.bench.UpsertsBench;
import millrace.ops.bench.WindowsBench;
import millrace.ops.bench.nexmark.NexmarkBench;
import millrace.ops.bench.nexmark.NexmarkQuery;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.yaml.Durations;
import millrace.sinks.iceberg.run.SinkBench;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code millrace bench}. */
@Command(name = "bench", mixinStandardHelpOptions = true, preprocessor = BenchCommand.LandingByDefault.class, header = "Measures what landing a topic costs, how fresh tables are, what queries and upserts cost, and what a long run comes to.", description = {
        "", "Without a word after it, `bench` is `bench landing`."}, subcommands = {BenchCommand.Landing.class,
                BenchCommand.Freshness.class, BenchCommand.Nexmark.class,
                BenchCommand.Windows.class, BenchCommand.Soak.class, BenchCommand.Upserts.class})
final class BenchCommand extends Main.Group {

    /** Options that come right after {@code bench} are those of {@code landing}. */
    static final class LandingByDefault implements IParameterPreprocessor {
        private static final List<String> OWN = List.of("-h", "--help", "-V", "--version");

        @Override
        public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec argument,
                Map<String, Object> info) {
            if (!args.isEmpty() && args.peek().startsWith("-") && !OWN.contains(args.peek())) {
                args.push("landing");
            }
            return false;
        }
    }

    /** {@code millrace bench landing}. */
    @Command(name = "landing", mixinStandardHelpOptions = true, header = "Lands an existing topic in a new table and says what that cost.", description = {
            "",
            "Reads the topic up to its present end with the sink that `run` uses, and prints lines of key=value: records, rows_committed, wall_s, cpu_s and peak_rss_mb of this process, snapshots, files, file_mb. The table and its catalog stay in the warehouse folder."}, footer = {
                    "", "Examples:",
                    "  millrace bench landing --brokers localhost:9092 --registry http://localhost:8081 --topic web.clicks.v1 --warehouse /tmp/bench",
                    "  millrace bench landing --brokers localhost:9092 --registry http://localhost:8081 --topic t --warehouse /tmp/bench --partition-by \"day(_timestamp)\" --workers 2 -o json"})
    static final class Landing extends Main.Subcommand {
        @Mixin
        private Result result;

        /** Those that any topic of Avro can land in. */
        private enum AvroLayout {
            BRONZE, BRONZE_RAW, ENGINE
        }

        @Option(names = "--brokers", required = true, paramLabel = "<host:port>", description = "Kafka brokers.")
        private String brokers;

        @Option(names = "--registry", required = true, paramLabel = "<url>", description = "Schema registry.")
        private String registry;

        @Option(names = "--topic", required = true, paramLabel = "<topic>", description = "The topic to land; its records are Avro with a schema id.")
        private String topic;

        @Option(names = "--warehouse", required = true, paramLabel = "<folder>", description = "Where the table is written; made if missing.")
        private Path warehouse;

        @Option(names = "--schema", defaultValue = "1", paramLabel = "<id>", description = "The registry's id of the schema that the table starts with. Default: 1.")
        private int schema;

        @Option(names = "--layout", defaultValue = "BRONZE", paramLabel = "<layout>", description = "One of ${COMPLETION-CANDIDATES}. Default: BRONZE.")
        private AvroLayout layout;

        @Option(names = "--partition-by", paramLabel = "<column>", description = "A column or transform, such as day(_timestamp). Default: none.")
        private String partition;

        @Option(names = "--interval", defaultValue = "10s", paramLabel = "<duration>", description = "Time between commits. Default: 10s.")
        private String interval;

        @Option(names = "--workers", defaultValue = "1", paramLabel = "<n>", description = "Stage workers. Default: 1.")
        private int workers;

        @Override
        ExitCode run() throws IOException, InterruptedException {
            Duration every = duration("--interval", interval);
            Map<String, String> given = new HashMap<>();
            given.put("brokers", brokers);
            given.put("registry", registry);
            given.put("topic", topic);
            given.put("warehouse", terminal().resolve(warehouse).toString());
            given.put("schema", Integer.toString(schema));
            given.put("layout", layout.name());
            given.put("interval_ms", Long.toString(every.toMillis()));
            given.put("workers", Integer.toString(workers));
            if (partition != null) {
                given.put("partition", partition);
            }
            show(terminal(), result, figures(given));
            return ExitCode.OK;
        }

        private Map<String, Object> figures(Map<String, String> given) throws IOException, InterruptedException {
            try {
                return SinkBench.run(given);
            } catch (IllegalArgumentException e) {
                throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "bench", e.getMessage() + "."));
            } catch (ExecutionException e) {
                throw new ProblemException(e.getCause() instanceof UnknownTopicOrPartitionException
                        ? Problem.of(OpsProblem.TOPIC_UNKNOWN, topic, "There is no topic " + topic + " in the cluster.")
                        : Problem.of(OpsProblem.UNREACHABLE, "kafka", brokers + " does not answer: "
                                + e.getCause().getMessage()).withRemedy(OpsProblem.UNREACHABLE.remedy()));
            }
        }
    }

    /** What happens, and where it is kept. */
    static final class Setting {
        @Option(names = "--seed", defaultValue = "42", paramLabel = "<n>", description = "Of the events. Default: 42.")
        private long seed;

        @Option(names = "--data", paramLabel = "<folder>", description = "A new or empty folder, in which everything stays. Default: a temporary one, which is deleted.")
        private Path data;
    }

    /** {@code millrace bench freshness}. */
    @Command(name = "freshness", mixinStandardHelpOptions = true, header = "Says how long it takes until an event can be read in a table.", description = {
            "",
            "Starts an embedded platform on free ports, produces clickstream events of 160 bytes at a steady rate, and afterwards compares in the tables when each event happened with when the snapshot that holds it was committed. Prints lines of key=value: for a bronze table and for a model's table the rows measured, the commits, and what half of the rows (p50), 99 of 100 (p99) and the slowest (max) took, in seconds.",
            "",
            "Events of the warm-up are produced and not measured. Ctrl-C ends the events early and measures those that came."}, footer = {
                    "", "Examples:", "  millrace bench freshness",
                    "  millrace bench freshness --rate 50000 --duration 5m --interval 5s --data /tmp/bench -o json"})
    static final class Freshness extends Main.Subcommand {
        @Mixin
        private Result result;

        @Option(names = "--rate", defaultValue = "20000", paramLabel = "<n>", description = "Events per second. Default: 20000.")
        private int rate;

        @Option(names = "--duration", defaultValue = "2m", paramLabel = "<duration>", description = "Of the events, warm-up included. Default: 2m.")
        private String duration;

        @Option(names = "--warm-up", defaultValue = "20s", paramLabel = "<duration>", description = "At their start, not measured. Default: 20s.")
        private String warmUp;

        @Option(names = "--interval", defaultValue = "10s", paramLabel = "<duration>", description = "Time between commits. Default: 10s.")
        private String interval;

        @Mixin
        private Setting setting;

        @Override
        ExitCode run() throws IOException, InterruptedException {
            atLeastOne("--rate", rate);
            Duration all = duration("--duration", duration);
            Duration first = duration("--warm-up", warmUp);
            if (first.compareTo(all) >= 0) {
                throw unfit("--warm-up", warmUp, "less than the duration of " + duration);
            }
            Duration every = duration("--interval", interval);
            try (BenchFolder folder = BenchFolder.of(terminal(), setting.data);
                    StopSignal stop = StopSignal.listen(terminal().err())) {
                var plan = new FreshnessBench.Plan(rate, all, first, every, setting.seed, folder.path());
                terminal().err().println("Starting a platform; log " + folder.log());
                show(terminal(), result, FreshnessBench.run(plan, stop::isWished, terminal().err()::println));
            }
            return ExitCode.OK;
        }
    }

    /** {@code millrace bench nexmark}. */
    @Command(name = "nexmark", mixinStandardHelpOptions = true, header = "Says how many events of Nexmark a second of processor time is enough for.", description = {
            "",
            "Produces the events of an auction house to a topic, and runs queries over it one after the other: from topic to topic, exactly once, without tables. Each query has a process to itself, which reads all events twice; of the second time all but the first fifth is measured. Broker and registry are another process. Prints a line of key=value for each query: wall_s and cpu_s of its process, events_per_cpu_s, the floor that it is to reach, and flink_per_core, which the repository nexmark/nexmark publishes for Flink on its own machines.",
            "",
            "Figures mean something on a quiet machine: load_before is what ran before. Ctrl-C ends it after the query that is running."}, footer = {
                    "", "Examples:", "  millrace bench nexmark",
                    "  millrace bench nexmark --query q0,q5,q8 --events 5000000 -o json"})
    static final class Nexmark extends Main.Subcommand {
        @Mixin
        private Result result;

        @Option(names = "--query", split = ",", paramLabel = "<q>", description = "Such as q5, or several. Default: all.")
        private List<String> queries = List.of();

        @Option(names = "--events", defaultValue = "1000000", paramLabel = "<n>", description = "Default: 1000000.")
        private long events;

        @Option(names = "--rate", defaultValue = "10000", paramLabel = "<n>", description = "Events per second of their own time, which decides how many are in a window. Default: 10000.")
        private int rate;

        @Option(names = "--threads", defaultValue = "2", paramLabel = "<n>", description = "Stream threads. Default: 2.")
        private int threads;

        @Mixin
        private Setting setting;

        @Override
        ExitCode run() throws IOException, InterruptedException {
            atLeastOne("--events", events);
            atLeastOne("--rate", rate);
            atLeastOne("--threads", threads);
            List<NexmarkQuery> wanted = queries.isEmpty()
                    ? List.of(NexmarkQuery.values())
                    : queries.stream().map(Nexmark::query).toList();
            try (BenchFolder folder = BenchFolder.of(terminal(), setting.data);
                    StopSignal stop = StopSignal.listen(terminal().err())) {
                List<Map<String, Object>> all = new ArrayList<>();
                NexmarkBench.run(new NexmarkBench.Plan(wanted, events, rate, threads, setting.seed, folder.path()),
                        stop::isWished, terminal().err()::println, figures -> {
                            all.add(figures);
                            if (!result.isJson()) {
                                showLine(terminal(), figures);
                            }
                        });
                if (result.isJson()) {
                    terminal().out().println(Result.json(all));
                }
            }
            return ExitCode.OK;
        }

        private static NexmarkQuery query(String name) {
            return NexmarkQuery.of(name).orElseThrow(() -> unfit("--query", name, name.equalsIgnoreCase("q12")
                    ? "another one: q12 counts by the clock of the machine, and no replay could repeat that"
                    : "one of " + Stream.of(NexmarkQuery.values()).map(NexmarkQuery::shortName)
                            .collect(Collectors.joining(", "))));
        }
    }

    /** {@code millrace bench windows}. */
    @Command(name = "windows", mixinStandardHelpOptions = true, header = "Compares what a windowed count costs with Kafka Streams' own.", description = {
            "",
            "Produces a clickstream to a topic and counts it per minute, by the DSL of Kafka Streams, by a model, and by a replay of that model, in turns: exactly once, from topic to topic, each run in a process of its own that reads everything twice; of the second time all but the first fifth is measured. Prints lines of key=value: the medians of wall_s and cpu_s of each, the ratio of the model's events per second of processor time, and of the replay's, to the DSL's, and the ratio demanded; replay_rate is the replay's events per second as a share of the model's, and dropped the events that no row counts.",
            "", "Figures mean something on a quiet machine: load_before is what ran before."}, footer = {"",
                    "Examples:", "  millrace bench windows",
                    "  millrace bench windows --by user --events 5000000 --runs 5 -o json"})
    static final class Windows extends Main.Subcommand {
        @Mixin
        private Result result;

        /** As typed. */
        private enum By {
            region(WindowsBench.By.REGION), user(WindowsBench.By.USER);

            private final WindowsBench.By meant;

            By(WindowsBench.By meant) {
                this.meant = meant;
            }
        }

        @Option(names = "--by", defaultValue = "region", paramLabel = "region|user", description = "What is counted: ${COMPLETION-CANDIDATES}. There are 12 regions and a million users. Default: region.")
        private By by;

        @Option(names = "--events", defaultValue = "3000000", paramLabel = "<n>", description = "Default: 3000000.")
        private long events;

        @Option(names = "--runs", defaultValue = "3", paramLabel = "<n>", description = "Of each. Default: 3.")
        private int runs;

        @Option(names = "--threads", defaultValue = "2", paramLabel = "<n>", description = "Stream threads. Default: 2.")
        private int threads;

        @Mixin
        private Setting setting;

        @Override
        ExitCode run() throws IOException, InterruptedException {
            atLeastOne("--events", events);
            atLeastOne("--runs", runs);
            atLeastOne("--threads", threads);
            try (BenchFolder folder = BenchFolder.of(terminal(), setting.data);
                    StopSignal stop = StopSignal.listen(terminal().err())) {
                show(terminal(), result,
                        WindowsBench.run(
                                new WindowsBench.Plan(by.meant, events, runs, threads, setting.seed, folder.path()),
                                stop::isWished, terminal().err()::println));
            }
            return ExitCode.OK;
        }
    }

    /** {@code millrace bench soak}. */
    @Command(name = "soak", mixinStandardHelpOptions = true, header = "Says whether memory and state of a long run come to a level.", description = {
            "",
            "Produces clickstream events of users who come and go at a steady rate, and runs a windowed count, sessions, the first of each event and the last of each user over them, in a process of its own, exactly once, from topic to topic. Prints a line of key=value for each look: t in seconds, rows that are committed and those behind, rss_mb, heap_mb and state_memory_mb of that process, live_mb, what its last collection of the whole heap has left, and store_mb, the size of its state on disk.",
            "",
            "At the end it says by how much rss, live and store have grown over the second half, as a share of what they were; what grew by less than 0.05 is level. The first minutes fill windows and caches, so it means something from half an hour on. The process takes 4 GiB of heap at once, so that rss shows what is beside it. Half an hour at 20000 events a second leaves about ten gigabytes of topics. Ctrl-C ends it at the next look."}, footer = {
                    "", "Examples:", "  millrace bench soak",
                    "  millrace bench soak --duration 8h --every 5m --rate 5000 --data /tmp/soak -o json"})
    static final class Soak extends Main.Subcommand {
        @Mixin
        private Result result;

        @Option(names = "--rate", defaultValue = "20000", paramLabel = "<n>", description = "Events per second. Default: 20000.")
        private int rate;

        @Option(names = "--duration", defaultValue = "30m", paramLabel = "<duration>", description = "Default: 30m.")
        private String duration;

        @Option(names = "--every", defaultValue = "1m", paramLabel = "<duration>", description = "Time between looks. Default: 1m.")
        private String every;

        @Option(names = "--threads", defaultValue = "2", paramLabel = "<n>", description = "Stream threads. Default: 2.")
        private int threads;

        @Mixin
        private Setting setting;

        @Override
        ExitCode run() throws IOException, InterruptedException {
            atLeastOne("--rate", rate);
            atLeastOne("--threads", threads);
            Duration all = duration("--duration", duration);
            Duration between = duration("--every", every);
            if (between.isZero() || between.multipliedBy(2).compareTo(all) > 0) {
                throw unfit("--every", every, "at most half of the duration of " + duration);
            }
            showLooks(terminal(), result, setting, "samples", (data, stop, shown) -> SoakBench
                    .run(new SoakBench.Plan(rate, all, between, threads, setting.seed, data), stop, shown));
            return ExitCode.OK;
        }
    }

    /** {@code millrace bench upserts}. */
    @Command(name = "upserts", mixinStandardHelpOptions = true, header = "Says what it costs to keep the newest row of each key in few files.", description = {
            "",
            "Produces changes of keys, lands them in a table that keeps the newest row of each, first without and then with maintenance beside it, as fast as can be; restarts without and with the index of keys lost; then lets changes come at a share of the greatest rate for a while, with maintenance. Prints a line of key=value for each pass and each look: rows_per_s, cpu_s of the process, files, dead_ratio (rows that are deleted, of all in the files), index_mb on disk and index_memory_mb, both also per million keys, the rows behind, and how long it takes until a change can be read (fresh_p50_s, fresh_p99_s).",
            "",
            "At the end it says by how much lag, files and dead ratio have grown over the second half of the looks, as a share of what they were. Ctrl-C ends it at the next look."}, footer = {
                    "", "Examples:", "  millrace bench upserts",
                    "  millrace bench upserts --keys 5000000 --changes 5000000 --duration 0s -o json"})
    static final class Upserts extends Main.Subcommand {
        @Mixin
        private Result result;

        @Option(names = "--keys", defaultValue = "1000000", paramLabel = "<n>", description = "That change, all alike. Default: 1000000.")
        private int keys;

        @Option(names = "--changes", defaultValue = "5000000", paramLabel = "<n>", description = "That are landed as fast as can be. Default: 5000000.")
        private long changes;

        @Option(names = "--share", defaultValue = "60", paramLabel = "<percent>", description = "Of the greatest rate, for the steady part. Default: 60.")
        private int share;

        @Option(names = "--duration", defaultValue = "10m", paramLabel = "<duration>", description = "Of the steady part; 0s for none. Default: 10m.")
        private String duration;

        @Option(names = "--every", defaultValue = "30s", paramLabel = "<duration>", description = "Time between looks. Default: 30s.")
        private String every;

        @Option(names = "--interval", defaultValue = "10s", paramLabel = "<duration>", description = "Time between commits. Default: 10s.")
        private String interval;

        @Mixin
        private Setting setting;

        @Override
        ExitCode run() throws IOException, InterruptedException {
            atLeastOne("--keys", keys);
            atLeastOne("--changes", changes);
            atLeastOne("--share", share);
            Duration between = duration("--every", every);
            if (between.toSeconds() < 1) {
                throw unfit("--every", every, "1s or more");
            }
            Duration all = duration("--duration", duration);
            Duration betweenCommits = duration("--interval", interval);
            showLooks(terminal(), result, setting, "passes", (data, stop, shown) -> UpsertsBench.run(
                    new UpsertsBench.Plan(keys, changes, share / 100.0, all, between, betweenCommits, setting.seed,
                            data),
                    stop, shown));
            return ExitCode.OK;
        }
    }

    /** A benchmark that has something to show before its end. */
    private interface Looks {
        Map<String, Object> run(Path data, BooleanSupplier stop, Consumer<Map<String, Object>> shown)
                throws IOException, InterruptedException;
    }

    /** @param name of what is shown before the end, in JSON */
    private static void showLooks(Terminal terminal, Result result, Setting setting, String name, Looks bench)
            throws IOException, InterruptedException {
        try (BenchFolder folder = BenchFolder.of(terminal, setting.data);
                StopSignal stop = StopSignal.listen(terminal.err())) {
            List<Map<String, Object>> looks = new ArrayList<>();
            Map<String, Object> verdict = bench.run(folder.path(), stop::isWished, look -> {
                looks.add(look);
                if (!result.isJson()) {
                    showLine(terminal, look);
                }
            });
            if (result.isJson()) {
                terminal.out().println(Result.json(Map.of(name, looks, "verdict", verdict)));
            } else {
                showLine(terminal, verdict);
            }
        }
    }

    private static Duration duration(String option, String text) {
        return Durations.parse(text).orElseThrow(() -> unfit(option, text, "a duration such as 10s"));
    }

    private static ProblemException unfit(String option, String found, String expected) {
        return new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, option,
                "Found \"" + found + "\", expected " + expected + "."));
    }

    private static void atLeastOne(String option, long given) {
        if (given < 1) {
            throw unfit(option, Long.toString(given), "1 or more");
        }
    }

    private static void showLine(Terminal terminal, Map<String, Object> figures) {
        terminal.out().println(figures.entrySet().stream().map(f -> f.getKey() + "=" + f.getValue())
                .collect(Collectors.joining(" ")));
        terminal.out().flush();
    }

    private static void show(Terminal terminal, Result result, Map<String, Object> figures) {
        if (result.isJson()) {
            terminal.out().println(Result.json(figures));
        } else {
            figures.forEach((key, value) -> terminal.out().println(key + "=" + value));
        }
    }
}
