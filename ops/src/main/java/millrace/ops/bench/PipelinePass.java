package millrace.ops.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
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

/**
 * One run of a pipeline in this process, from its start until everything in topics that have an end is computed, given
 * out and committed, and the run has stopped.
 */
public final class PipelinePass {
    private static final Duration LOOK = Duration.ofMillis(100);

    private PipelinePass() {}

    /** What a pass cost: {@code cpu} is all that this process used meanwhile. */
    public record Cost(Duration wall, Duration cpu) {
        /** Tells the process that started this one. */
        public void say() {
            BenchProcess.say("wall_ms", wall.toMillis());
            BenchProcess.say("cpu_ms", cpu.toMillis());
        }
    }

    /**
     * Runs a pipeline whose topics are filled and ended.
     *
     * @param state a folder for its stores, which is not there yet
     * @param longest after which it is given up
     * @throws ProblemException if it is blocked, or takes too long
     */
    public static Cost run(Pipeline pipeline, String bootstrapServers, SchemaRegistry registry, Path state, int threads,
            Duration longest) {
        RunSettings settings = RunSettings.of(bootstrapServers, state).withThreads(threads);
        return measured(() -> {
            try (PipelineRun run = new PipelineRun(pipeline, settings, registry,
                    new CalcCompiler(FunctionLibrary.builtIn())::compile, InstantSource.system())) {
                run.start();
                awaitEnd(pipeline, bootstrapServers, run, longest);
            }
        });
    }

    /** What something costs this process. */
    public static Cost measured(Runnable work) {
        long began = System.nanoTime();
        long cpuBefore = cpuNanos();
        work.run();
        return new Cost(Duration.ofNanos(System.nanoTime() - began), Duration.ofNanos(cpuNanos() - cpuBefore));
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static void awaitEnd(Pipeline pipeline, String bootstrapServers, PipelineRun run, Duration longest) {
        run.await(s -> s instanceof RunState.Running || s instanceof RunState.Blocked, longest);
        long deadline = System.nanoTime() + longest.toNanos();
        List<String> models = pipeline.models().stream().filter(m -> m.config().topic()).map(m -> m.name()).toList();
        try (PipelineEnd end = new PipelineEnd(bootstrapServers, pipeline.name(), models)) {
            while (!end.isReachedWithin(LOOK)) {
                if (System.nanoTime() > deadline || run.state() instanceof RunState.Blocked) {
                    throw new ProblemException(Problem.of(OpsProblem.BENCH_BEHIND, pipeline.name(),
                            "It is " + run.state() + " and has come to " + end + ".")
                            .withRemedy(OpsProblem.BENCH_BEHIND.remedy()));
                }
            }
        }
    }
}
