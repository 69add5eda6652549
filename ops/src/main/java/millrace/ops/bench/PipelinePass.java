package millrace.ops.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.topology.assemble.Pipeline;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.RunSettings;
import millrace.topology.run.RunState;
import org.apache.kafka.clients.admin.Admin;

/** One run of a pipeline in this process, over topics that are filled and ended. */
public final class PipelinePass {
    private static final Duration LOOK = Duration.ofMillis(50);

    private PipelinePass() {}

    /**
     * Runs a pipeline until everything is computed, given out and committed.
     *
     * @param state a folder for its stores, which is not there yet
     * @param events how many there are in the topic that is read
     * @param topic their name
     * @param longest after which it is given up
     * @throws ProblemException if it is blocked, or takes too long
     */
    public static Meter.Cost run(Pipeline pipeline, String bootstrapServers, SchemaRegistry registry, Path state,
            int threads, String topic, long events, Duration longest) throws InterruptedException {
        return run(pipeline, RunSettings.of(bootstrapServers, state).withThreads(threads), registry, topic, events,
                longest);
    }

    /** The same with settings of all kinds. */
    static Meter.Cost run(Pipeline pipeline, RunSettings settings, SchemaRegistry registry, String topic, long events,
            Duration longest) throws InterruptedException {
        String bootstrapServers = settings.bootstrapServers();
        List<String> models = pipeline.models().stream().filter(m -> m.config().topic()).map(m -> m.name()).toList();
        Meter meter = new Meter(events);
        try (PipelineRun run = new PipelineRun(pipeline, settings, registry,
                new CalcCompiler(FunctionLibrary.builtIn())::compile, InstantSource.system());
                Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            run.start();
            run.await(s -> s instanceof RunState.Running || s instanceof RunState.Blocked, longest);
            long deadline = System.nanoTime() + longest.toNanos();
            try (PipelineEnd end = new PipelineEnd(bootstrapServers, pipeline.name(), models)) {
                while (!end.isReachedWithin(LOOK)) {
                    if (System.nanoTime() > deadline || run.state() instanceof RunState.Blocked) {
                        throw new ProblemException(Problem.of(OpsProblem.BENCH_BEHIND, pipeline.name(),
                                "It is " + run.state() + " and has come to " + end + ".")
                                .withRemedy(OpsProblem.BENCH_BEHIND.remedy()));
                    }
                    if (!meter.isBegun()) {
                        meter.done(committed(admin, pipeline.name(), topic));
                    }
                }
                return meter.end();
            }
        }
    }

    private static long committed(Admin admin, String application, String topic) throws InterruptedException {
        try {
            return TopicProgress.committed(admin, application, topic).values().stream().mapToLong(Long::longValue)
                    .sum();
        } catch (ExecutionException e) {
            return 0;
        }
    }
}
