package millrace.ops.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import millrace.ops.bench.FreshnessBench;
import millrace.ops.logging.LogFiles;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Profile;
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
@Command(name = "bench", mixinStandardHelpOptions = true, preprocessor = BenchCommand.LandingByDefault.class, header = "Measures what landing a topic costs, and how fresh tables are.", description = {
        "", "Without a word after it, `bench` is `bench landing`."}, subcommands = {BenchCommand.Landing.class,
                BenchCommand.Freshness.class})
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

        @Option(names = "--seed", defaultValue = "42", paramLabel = "<n>", description = "Of the events. Default: 42.")
        private long seed;

        @Option(names = "--data", paramLabel = "<folder>", description = "A new or empty folder, in which everything stays. Default: a temporary one, which is deleted.")
        private Path data;

        @Override
        ExitCode run() throws IOException, InterruptedException {
            if (rate < 1) {
                throw unfit("--rate", Integer.toString(rate), "1 or more");
            }
            Duration all = duration("--duration", duration);
            Duration first = duration("--warm-up", warmUp);
            if (first.compareTo(all) >= 0) {
                throw unfit("--warm-up", warmUp, "less than the duration of " + duration);
            }
            Path folder = data == null ? Files.createTempDirectory("millrace-bench") : empty(terminal().resolve(data));
            var plan = new FreshnessBench.Plan(rate, all, first, duration("--interval", interval), seed, folder);
            try (StopSignal stop = StopSignal.listen(terminal().err())) {
                Path log = LogFiles.writeTo(folder.resolve("logs"), new Profile.Logs(Profile.LogFormat.TEXT, "info"));
                terminal().err().println("Starting a platform; log " + log);
                show(terminal(), result, FreshnessBench.run(plan, stop::isWished, terminal().err()::println));
            } finally {
                if (data == null) {
                    delete(folder);
                }
            }
            return ExitCode.OK;
        }

        private static Path empty(Path folder) throws IOException {
            if (Files.exists(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    if (files.findAny().isPresent()) {
                        throw new ProblemException(Problem.of(OpsProblem.FOLDER_NOT_EMPTY, folder.toString(),
                                folder + " is not empty; nothing was written.")
                                .withRemedy("Name another folder with --data."));
                    }
                }
            }
            return folder;
        }

        private static void delete(Path folder) throws IOException {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                    Files.deleteIfExists(file);
                }
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

    private static void show(Terminal terminal, Result result, Map<String, Object> figures) {
        if (result.isJson()) {
            terminal.out().println(Result.json(figures));
        } else {
            figures.forEach((key, value) -> terminal.out().println(key + "=" + value));
        }
    }
}
