package millrace.ops.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.yaml.Durations;
import millrace.sinks.iceberg.run.SinkBench;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace bench}. */
@Command(name = "bench", mixinStandardHelpOptions = true, header = "Lands an existing topic in a new table and says what that cost.", description = {
        "",
        "Reads the topic up to its present end with the sink that `run` uses, and prints lines of key=value: records, rows_committed, wall_s, cpu_s and peak_rss_mb of this process, snapshots, files, file_mb. The table and its catalog stay in the warehouse folder."}, footer = {
                "", "Examples:",
                "  millrace bench --brokers localhost:9092 --registry http://localhost:8081 --topic web.clicks.v1 --warehouse /tmp/bench",
                "  millrace bench --brokers localhost:9092 --registry http://localhost:8081 --topic t --warehouse /tmp/bench --partition-by \"day(_timestamp)\" --workers 2 -o json"})
final class BenchCommand extends Main.Subcommand {
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
        Duration every = Durations.parse(interval).orElseThrow(() -> new ProblemException(Problem.of(
                OpsProblem.OPTION_UNFIT, "--interval",
                "Found \"" + interval + "\", expected a duration such as 10s.")));
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
        Map<String, Object> figures = figures(given);
        if (result.isJson()) {
            terminal().out().println(Result.json(figures));
        } else {
            figures.forEach((key, value) -> terminal().out().println(key + "=" + value));
        }
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
