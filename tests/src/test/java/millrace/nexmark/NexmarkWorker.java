package millrace.nexmark;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import millrace.ops.bench.nexmark.NexmarkProject;
import millrace.ops.bench.nexmark.NexmarkQuery;
import millrace.schemas.wire.AvroTypes;
import millrace.stream.FixedRegistry;
import millrace.topology.assemble.Pipeline;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.RunSettings;

/** Runs queries in a process of its own, so that it can be killed. Arguments: brokers, folder, queries. */
final class NexmarkWorker {
    private NexmarkWorker() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[1]);
        Pipeline pipeline = NexmarkProject.in(folder.resolve("project")).pipeline("nexmark", Stream.of(arguments)
                .skip(2).map(q -> NexmarkQuery.of(q).orElseThrow()).toList());
        PipelineRun run = run(pipeline, arguments[0], folder.resolve("state"));
        run.onState(System.out::println);
        run.start();
        Thread.currentThread().join();
    }

    /** A run goes on where an earlier one on the same folder was killed, without waiting for its transactions. */
    static PipelineRun run(Pipeline pipeline, String servers, Path state) {
        var registry = new FixedRegistry();
        pipeline.contracts().forEach(c -> registry.register(c.topic(), AvroTypes.toSchema(c)));
        var settings = new RunSettings(servers, state, 2, Duration.ofSeconds(1), true, (short) 1, Map.of(),
                Map.of("consumer.session.timeout.ms", "6000", "consumer.heartbeat.interval.ms", "500",
                        "producer.transaction.timeout.ms", "10000"),
                Optional.empty());
        return new PipelineRun(pipeline, settings, registry, new CalcCompiler(FunctionLibrary.builtIn())::compile,
                InstantSource.system());
    }
}
