package millrace.topology.run;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.RegistryUnavailableException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.topology.assemble.Pipeline;
import millrace.topology.assemble.Surroundings;
import millrace.topology.compile.RowFunction;
import millrace.topology.follow.Leader;
import millrace.topology.follow.ReadingLimit;
import millrace.topology.plan.PlanNode;
import millrace.topology.time.IdleOffers;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pipeline on a cluster. Once started it runs until it is stopped: whatever keeps it from running makes it
 * {@link RunState.Blocked} with the reason, and it goes on by itself when that is cured. Rows, quarantine, state and
 * positions are committed together, so that stopping it in any way, also by killing the process, neither loses nor
 * doubles a row.
 */
public final class PipelineRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PipelineRun.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final Pipeline pipeline;
    private final RunSettings settings;
    private final SchemaRegistry registry;
    private final Function<PlanNode.Calc, Supplier<RowFunction>> compiler;
    private final InstantSource clock;
    private final StartGate gate;
    private final Supplier<Topics> cluster;
    private final List<Consumer<RunState>> listeners = new CopyOnWriteArrayList<>();
    private final Object changed = new Object();
    private final Thread supervisor;
    private RunState state;
    private volatile Supplier<LocalState> kept = () -> LocalState.NONE;
    private boolean stopping;

    /** @param compiler gives a function for each calculation of a plan */
    public PipelineRun(Pipeline pipeline, RunSettings settings, SchemaRegistry registry,
            Function<PlanNode.Calc, Supplier<RowFunction>> compiler, InstantSource clock) {
        this(pipeline, settings, registry, compiler, clock, StartGate.OPEN);
    }

    /** One that may be kept from starting. */
    public PipelineRun(Pipeline pipeline, RunSettings settings, SchemaRegistry registry,
            Function<PlanNode.Calc, Supplier<RowFunction>> compiler, InstantSource clock, StartGate gate) {
        this(pipeline, settings, registry, compiler, clock, gate, () -> new KafkaTopics(settings));
    }

    PipelineRun(Pipeline pipeline, RunSettings settings, SchemaRegistry registry,
            Function<PlanNode.Calc, Supplier<RowFunction>> compiler, InstantSource clock, StartGate gate,
            Supplier<Topics> cluster) {
        this.pipeline = pipeline;
        this.settings = settings;
        this.registry = registry;
        this.compiler = compiler;
        this.clock = clock;
        this.gate = gate;
        this.cluster = cluster;
        state = new RunState.Created(clock.instant());
        supervisor = new Thread(this::supervise, "pipeline-" + pipeline.name());
        supervisor.setDaemon(true);
    }

    /** Starts; returns at once. What becomes of it is to be seen in {@link #state}. */
    public void start() {
        supervisor.start();
    }

    public Pipeline pipeline() {
        return pipeline;
    }

    public RunState state() {
        synchronized (changed) {
            return state;
        }
    }

    /** What its tasks keep in this process now. */
    public LocalState kept() {
        return kept.get();
    }

    /** Tells of every new state, from the thread that found it; a listener must not wait for this run. */
    public void onState(Consumer<RunState> listener) {
        listeners.add(listener);
    }

    /** Waits for a state; empty if it did not come in time. */
    public Optional<RunState> await(Predicate<RunState> wanted, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (changed) {
            while (!wanted.test(state)) {
                if (!waitUntil(deadline)) {
                    return Optional.empty();
                }
            }
            return Optional.of(state);
        }
    }

    /**
     * Waits until everything that lay in the source topics when this was called is processed and committed.
     *
     * @return false if that took longer
     */
    public boolean drain(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        List<String> sources = pipeline.contracts().stream().map(Contract::topic).toList();
        try (Topics topics = cluster.get()) {
            Map<TopicPartition, Long> ends = topics.endOffsets(sources);
            Map<TopicPartition, Long> begins = topics.beginningOffsets(sources);
            while (true) {
                Map<TopicPartition, Long> committed = topics.committed(pipeline.name());
                if (ends.entrySet().stream().allMatch(e -> committed.getOrDefault(e.getKey(),
                        begins.getOrDefault(e.getKey(), 0L)) >= e.getValue())) {
                    return true;
                }
                synchronized (changed) {
                    long pause = Math.min(deadline, System.nanoTime() + Duration.ofMillis(200).toNanos());
                    while (waitUntil(pause)) {
                        // A change of state is no reason to look earlier.
                    }
                }
                if (System.nanoTime() >= deadline) {
                    return false;
                }
            }
        }
    }

    /** Commits what is processed and stops; returns when that is done. Stopping twice does no harm. */
    public void stop() {
        synchronized (changed) {
            stopping = true;
            changed.notifyAll();
        }
        if (supervisor.getState() == Thread.State.NEW) {
            become(new RunState.Stopped(clock.instant()));
            return;
        }
        boolean interrupted = false;
        while (true) {
            try {
                supervisor.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }

    private void supervise() {
        Duration pause = FIRST_PAUSE;
        while (!isStopping()) {
            if (!(state() instanceof RunState.Blocked)) {
                become(new RunState.Starting(clock.instant()));
            }
            long began = System.nanoTime();
            Optional<Problem> problem = attempt();
            if (problem.isEmpty()) {
                break;
            }
            block(problem.get());
            // What ran for long deserves a quick restart.
            pause = System.nanoTime() - began > Duration.ofMinutes(1).toNanos() ? FIRST_PAUSE : pause;
            sleep(pause);
            pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
        }
        become(new RunState.Stopped(clock.instant()));
    }

    /** Runs until it is stopped (empty) or cannot go on (why). */
    private Optional<Problem> attempt() {
        try (Topics topics = cluster.get()) {
            gate.admit(topics);
            var surroundings = new Preparation(pipeline, settings, topics, registry).prepare();
            return switch (settings.reading().upTo()) {
                case THE_END -> run(topics, surroundings, ReadingLimit.NONE);
                case THE_LEADER -> follow(topics, surroundings);
            };
        } catch (ProblemException e) {
            return Optional.of(e.problems().get(0));
        } catch (Topics.ClusterUnavailableException e) {
            return Optional.of(brokerUnavailable(e));
        } catch (RegistryUnavailableException e) {
            return Optional.of(registryUnavailable(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("pipeline {} did not start", pipeline.name(), e);
            return Optional.of(StreamsAttempt.failed(pipeline, e));
        }
    }

    private Optional<Problem> follow(Topics topics, Surroundings surroundings) {
        Set<String> sources = pipeline.contracts().stream().map(Contract::topic).collect(Collectors.toSet());
        Leader leader = new Leader(sources, surroundings.time().journal());
        LeaderWatch watch = new LeaderWatch(topics, settings.journalOf().orElseThrow(), sources, leader);
        try {
            return run(topics, surroundings, leader);
        } finally {
            watch.close();
        }
    }

    private Optional<Problem> run(Topics topics, Surroundings surroundings, ReadingLimit limit) {
        try (StreamsAttempt streams = StreamsAttempt.start(pipeline, settings, surroundings, registry, compiler,
                clock, limit)) {
            Optional<Problem> problem = watchKeeping(streams, topics, surroundings.time().offers());
            if (problem.isEmpty()) {
                become(new RunState.Stopping(clock.instant()));
            }
            return problem;
        }
    }

    private Optional<Problem> watchKeeping(StreamsAttempt streams, Topics topics, IdleOffers offers) {
        kept = streams::kept;
        try {
            return watch(streams, topics, offers);
        } finally {
            kept = () -> LocalState.NONE;
        }
    }

    private Optional<Problem> watch(StreamsAttempt streams, Topics topics, IdleOffers offers) {
        IdleWatch.Deciding deciding = settings.journalOf().isPresent()
                ? IdleWatch.Deciding.ELSEWHERE
                : IdleWatch.Deciding.HERE;
        try (IdleWatch idle = new IdleWatch(pipeline, streams.sources(), topics, offers, clock, deciding)) {
            return watch(streams, new TopicsWatch(topics, streams.sources(), clock), idle);
        }
    }

    private Optional<Problem> watch(StreamsAttempt streams, TopicsWatch topicsWatch, IdleWatch idle) {
        while (!isStopping()) {
            Optional<Problem> end = streams.failure().or(topicsWatch::broken);
            if (end.isPresent()) {
                return end;
            }
            Optional<Problem> hold = streams.registryUnavailable().map(this::registryUnavailable)
                    .or(() -> topicsWatch.unavailable().map(this::brokerUnavailable));
            if (hold.isPresent()) {
                block(hold.get());
            } else if (streams.isRunning()) {
                if (!(state() instanceof RunState.Running)) {
                    become(new RunState.Running(clock.instant()));
                }
                idle.look();
            } else if (state() instanceof RunState.Blocked) {
                become(new RunState.Starting(clock.instant()));
            }
            sleep(LOOK_EVERY);
        }
        return Optional.empty();
    }

    private Problem brokerUnavailable(Topics.ClusterUnavailableException e) {
        return Problem.of(RunProblem.STREAM_BROKER_UNAVAILABLE, settings.bootstrapServers(),
                "No answer from " + settings.bootstrapServers() + ": " + e.getMessage())
                .withRemedy(RunProblem.STREAM_BROKER_UNAVAILABLE.remedy());
    }

    private Problem registryUnavailable(String message) {
        return Problem.of(RunProblem.STREAM_REGISTRY_UNAVAILABLE, pipeline.name(),
                "No answer from the schema registry: " + message)
                .withRemedy(RunProblem.STREAM_REGISTRY_UNAVAILABLE.remedy());
    }

    private void block(Problem problem) {
        if (state() instanceof RunState.Blocked blocked && blocked.problem().equals(problem)) {
            return;
        }
        become(new RunState.Blocked(clock.instant(), problem));
    }

    private void become(RunState next) {
        RunState before;
        synchronized (changed) {
            before = state;
            state = next;
            changed.notifyAll();
        }
        if (next instanceof RunState.Blocked blocked) {
            LOG.warn("pipeline {}: {}", pipeline.name(), blocked.problem().toText("blocked"));
        } else if (!before.getClass().equals(next.getClass())) {
            LOG.info("pipeline {}: {}", pipeline.name(), next.getClass().getSimpleName());
        }
        listeners.forEach(l -> l.accept(next));
    }

    private boolean isStopping() {
        synchronized (changed) {
            return stopping;
        }
    }

    /** Sleeps, but no longer than until this run is to stop. */
    private void sleep(Duration duration) {
        long deadline = System.nanoTime() + duration.toNanos();
        synchronized (changed) {
            while (!stopping && waitUntil(deadline)) {
                // Woken by a change of state.
            }
        }
    }

    /** Waits for a notification; false when the deadline has passed. */
    private boolean waitUntil(long deadline) {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            return false;
        }
        try {
            changed.wait(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
            return false;
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
