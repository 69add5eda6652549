package millrace.ops.run;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import millrace.ops.deploy.DeployedGate;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.deploy.Revisions;
import millrace.ops.observe.Activity;
import millrace.ops.observe.Blocked;
import millrace.ops.observe.Condition;
import millrace.schemas.problem.Problem;
import millrace.schemas.registry.SchemaRegistry;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkState;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.run.LocalState;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.RunSettings;
import millrace.topology.run.RunState;

import org.slf4j.MDC;

/**
 * Does the work of some roles for some deployments in this process. Starting returns at once; what cannot run yet is
 * Blocked with the reason and tried again. Intake can be held and let go again. Stopping, also by a kill, neither loses
 * nor doubles a row. Safe for several threads.
 */
public final class RoleRuntime implements Activity, AutoCloseable {
    private final List<Deployment> deployments;
    private final Set<Role> roles;
    private final Connections connections;
    private final Path stateFolder;
    private final SchemaRegistry registry;
    private final Clock clock;
    private List<PipelineRun> pipelines = List.of();
    private List<Supervised<SinkRuntime>> sinks = List.of();
    private Optional<Blocked> held = Optional.empty();
    private volatile Supplier<String> awaited = () -> "";

    /**
     * @param stateFolder for the local state of stream tasks; may be lost
     * @param registry stays the caller's to close
     */
    public RoleRuntime(List<Deployment> deployments, Set<Role> roles, Connections connections, Path stateFolder,
            SchemaRegistry registry, Clock clock) {
        this.deployments = List.copyOf(deployments);
        this.roles = Set.copyOf(roles);
        this.connections = connections;
        this.stateFolder = stateFolder;
        this.registry = registry;
        this.clock = clock;
    }

    public synchronized void start() {
        if (roles.contains(Role.STREAM)) {
            pipelines = deployments.stream().map(this::pipeline).toList();
            pipelines.forEach(PipelineRun::start);
        }
        Set<SinkRuntime.Role> sinkRoles = EnumSet.noneOf(SinkRuntime.Role.class);
        if (roles.contains(Role.STAGE)) {
            sinkRoles.add(SinkRuntime.Role.STAGE);
        }
        if (roles.contains(Role.COMMIT)) {
            sinkRoles.add(SinkRuntime.Role.COMMIT);
        }
        if (roles.contains(Role.MAINTAIN)) {
            sinkRoles.add(SinkRuntime.Role.MAINTAIN);
        }
        if (!sinkRoles.isEmpty()) {
            sinks = deployments.stream()
                    .map(d -> new Supervised<>("sink of " + d.name(), () -> sink(d, sinkRoles), clock)).toList();
        }
    }

    /** Stops taking anything in until {@link #release()}, for this reason. What is in hand is finished. */
    public synchronized void hold(Blocked reason) {
        if (held.isEmpty()) {
            held = Optional.of(reason);
            stop();
        }
    }

    /** Goes on after {@link #hold}. */
    public synchronized void release() {
        if (held.isPresent()) {
            held = Optional.empty();
            start();
        }
    }

    /** Whether everything that was started is at work. */
    public synchronized boolean isRunning() {
        return held.isEmpty() && pipelines.stream().allMatch(p -> p.state() instanceof RunState.Running)
                && sinks.stream().allMatch(s -> s.running().isPresent());
    }

    @Override
    public synchronized Optional<PipelineActivity> pipeline(String name) {
        if (held.isPresent() && roles.contains(Role.STREAM)) {
            return Optional.of(new PipelineActivity("held", held.get().reason(), Condition.BLOCKED, Optional.empty(),
                    LocalState.NONE));
        }
        return pipelines.stream().filter(p -> p.pipeline().name().equals(name)).findFirst()
                .map(p -> activity(name, p.state(), p.kept()));
    }

    @Override
    public boolean fillsTables() {
        return roles.contains(Role.STAGE) && roles.contains(Role.COMMIT);
    }

    @Override
    public synchronized Map<String, Blocked> tables() {
        Map<String, Blocked> tables = new HashMap<>();
        sinks.stream().flatMap(s -> s.running().stream()).forEach(running -> running.states().forEach((name, state) -> {
            if (state instanceof SinkState.Blocked b) {
                tables.put(name, blocked(name, b.problem(), b.since()));
            }
        }));
        return tables;
    }

    @Override
    public synchronized List<Blocked> blocked() {
        return Stream.concat(held.stream(), sinks.stream().flatMap(s -> s.blocked().stream())).toList();
    }

    /** What stopping or holding, while it is under way, waits for; else empty. Answers at once. */
    public String awaited() {
        return awaited.get();
    }

    /** Commits what is in hand and stops. Stopping twice does no harm. */
    @Override
    public synchronized void close() {
        stop();
    }

    private void stop() {
        // The streams first: what they still write is landed by the sinks that stop after them.
        List<Thread> stopping = new ArrayList<>();
        List<Supervised<SinkRuntime>> landing = sinks;
        awaited = () -> "the pipelines, which commit what they have read";
        pipelines.forEach(p -> stopping.add(Thread.ofVirtual().start(p::close)));
        join(stopping);
        stopping.clear();
        awaited = () -> uncommitted(landing);
        sinks.forEach(s -> stopping.add(Thread.ofVirtual().start(s::close)));
        join(stopping);
        pipelines = List.of();
        sinks = List.of();
        awaited = () -> "";
    }

    private static String uncommitted(List<Supervised<SinkRuntime>> sinks) {
        String tables = sinks.stream().flatMap(s -> s.running().stream()).flatMap(r -> r.states().entrySet().stream())
                .flatMap(t -> switch (t.getValue()) {
                    case SinkState.Running running when running.undecided() > 0 -> Stream.of(t.getKey());
                    case SinkState.Blocked blocked -> Stream.of(t.getKey() + " (blocked by "
                            + blocked.problem().code().name() + ")");
                    case SinkState.Running running -> Stream.empty();
                    case SinkState.Starting starting -> Stream.empty();
                }).collect(Collectors.joining(", "));
        return tables.isEmpty()
                ? "the " + sinks.stream().map(Supervised::name).collect(Collectors.joining(", "))
                : "the last commit of " + tables;
    }

    private static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private PipelineRun pipeline(Deployment deployment) {
        RunSettings settings = connections.runSettings(stateFolder).withRevisions(Revisions.of(deployment));
        CalcCompiler compiler = new CalcCompiler(deployment.functions());
        return new PipelineRun(deployment.pipeline(), settings, registry, compiler::compile, clock,
                new DeployedGate(deployment, connections.kafkaClient(), clock));
    }

    /** On a thread of its own, whose log lines are about the deployment from here on. */
    private SinkRuntime sink(Deployment deployment, Set<SinkRuntime.Role> sinkRoles) {
        MDC.put("pipeline", deployment.name());
        ControlTopic.require(connections);
        SinkConfig config = SinkConfig.of(deployment.name(), connections.kafkaClient())
                .withWatermarks(deployment.pipeline().watermarksTopic())
                .withIndexes(new SinkConfig.Indexes(stateFolder.resolve("indexes").resolve(deployment.name()),
                        connections.stateMemory()));
        return SinkRuntime.start(config, deployment.tables().stream().map(DeployedTable::spec).toList(), sinkRoles,
                connections.catalog(), registry, clock);
    }

    private static PipelineActivity activity(String name, RunState state, LocalState keeps) {
        return switch (state) {
            case RunState.Created s -> going("starting", Condition.CURRENT, keeps);
            case RunState.Starting s -> going("starting", Condition.CURRENT, keeps);
            case RunState.Running s -> going("running", Condition.CURRENT, keeps);
            case RunState.Stopping s -> going("stopping", Condition.CURRENT, keeps);
            case RunState.Stopped s -> going("stopped", Condition.STOPPED, keeps);
            case RunState.Blocked s -> cannotGoOn(name, "blocked", s.problem(), s, keeps);
            case RunState.Failed s -> cannotGoOn(name, "failed", s.problem(), s, keeps);
        };
    }

    private static PipelineActivity going(String word, Condition condition, LocalState keeps) {
        long missing = keeps.missing(LocalState.Duty.ACTIVE);
        return new PipelineActivity(word, missing == 0
                ? ""
                : "What it remembers is read from its changelogs: " + missing + " records to go.", condition,
                Optional.empty(), keeps);
    }

    private static PipelineActivity cannotGoOn(String name, String word, Problem problem, RunState state,
            LocalState keeps) {
        return new PipelineActivity(word, problem.message(), Condition.BLOCKED,
                Optional.of(blocked("pipeline " + name, problem, state.since())), keeps);
    }

    private static Blocked blocked(String subject, Problem problem, Instant since) {
        String remedy = problem.remedy().isEmpty() ? problem.code().remedy() : problem.remedy();
        return new Blocked(subject, problem.code().name(), problem.message(), remedy, since);
    }
}
