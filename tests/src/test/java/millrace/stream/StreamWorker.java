package millrace.stream;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.RunSettings;

/** Runs the pipeline in a process of its own, so that it can be killed. Arguments: bootstrap servers, state folder. */
final class StreamWorker {
    private StreamWorker() {}

    public static void main(String[] arguments) throws InterruptedException {
        var registry = new FixedRegistry();
        registry.add(Clicks.schema());
        var run = new PipelineRun(Clicks.pipeline(4), settings(arguments[0], Path.of(arguments[1])), registry,
                Clicks.compiler(), InstantSource.system());
        run.onState(state -> System.out.println(state));
        run.start();
        Thread.currentThread().join();
    }

    static RunSettings settings(String bootstrapServers, Path folder) {
        return RunSettings.of(bootstrapServers, folder).withThreads(2)
                .withStreams(Map.of("consumer.session.timeout.ms", "6000", "consumer.heartbeat.interval.ms", "1000",
                        "commit.interval.ms", "200"));
    }
}
