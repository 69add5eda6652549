package millrace.ops.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import millrace.ops.deploy.Arrangement;
import millrace.ops.deploy.DeployedGate;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.deploy.Revisions;
import millrace.ops.observe.Activity;
import millrace.ops.observe.Blocked;
import millrace.ops.observe.Condition;
import millrace.ops.project.DataFolder;
import millrace.schemas.problem.Problem;
import millrace.schemas.registry.SchemaRegistry;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkState;
import millrace.topology.archive.RecordArchive;
import millrace.topology.assemble.Pipeline;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.run.KafkaTopics;
import millrace.topology.run.LocalState;
import millrace.topology.run.PipelineRun;
import millrace.topology.run.Reading;
import millrace.topology.run.RunSettings;
import millrace.topology.run.RunState;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Does the work of some roles for some deployments in this process. Starting returns soon; what cannot run yet is
 * Blocked with the reason and tried again. When another text of a pipeline is deployed, or models of it are given out by
 * another application, what runs is arranged anew. Intake can be held and let go again. Stopping, also by a kill, neither loses
 * nor doubles a row. Safe for several threads.
 */
public final class RoleRuntime implements Activity, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RoleRuntime.class);
    /** A cluster that does not answer at once is Blocked on, like later. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(10);

    private final List<Deployment> folders;
    private final Set<Role> roles;
    private final Connections connections;
    private final Path stateFolder;
    private final SchemaRegistry registry;
    private final Clock clock;
    /** By pipeline, in the order of the folders. */
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private Optional<DeployedWatch> watch = Optional.empty();
    private boolean started;
    private Optional<Blocked> held = Optional.empty();
    private volatile List<Deployment> deployments;
    private volatile Supplier<String> awaited = () -> "";

    /**
     * A pipeline, and what this process runs of it.
     *
     * @param known whether it is known that it runs so; until then its folder's text is waited with
     * @param streams its own application first
     */
    private record Part(Arrangement arrangement, boolean known, List<PipelineRun> streams,
            Optional<Supervised<SinkRuntime>> sink) {
        static Part idle(Arrangement arrangement, boolean known) {
            return new Part(arrangement, known, List.of(), Optional.empty());
        }
    }

    /**
     * @param folders what their folders say; what runs may be by another text
     * @param stateFolder for the local state of stream tasks; may be lost
     * @param registry stays the caller's to close
     */
    public RoleRuntime(List<Deployment> folders, Set<Role> roles, Connections connections, Path stateFolder,
            SchemaRegistry registry, Clock clock) {
        this.folders = List.copyOf(folders);
        this.roles = Set.copyOf(roles);
        this.connections = connections;
        this.stateFolder = stateFolder;
        this.registry = registry;
        this.clock = clock;
        deployments = this.folders;
        folders.forEach(d -> parts.put(d.name(), Part.idle(Arrangement.of(d), false)));
    }

    /** Starts, once. */
    public void start() {
        DeployedWatch watching = new DeployedWatch(folders,
                () -> new KafkaTopics(connections.runSettings(stateFolder)), connections.kafkaClient(), clock,
                this::arrange);
        watching.await(FIRST_LOOK);
        synchronized (this) {
            watch = Optional.of(watching);
            started = true;
            startAll();
        }
    }

    private void startAll() {
        parts.replaceAll((name, part) -> started(part.arrangement(), part.known()));
    }

    /** What runs; the same list until that changes. */
    public List<Deployment> deployments() {
        return deployments;
    }

    private synchronized void arrange(Arrangement next) {
        String name = next.deployment().name();
        Part part = parts.get(name);
        stop(List.of(part));
        parts.put(name, started && held.isEmpty()
                ? started(next, true)
                : Part.idle(next, true));
        deployments = parts.values().stream().map(p -> p.arrangement().deployment()).toList();
    }

    /** Streams wait by themselves until it is known; tables are not to be touched before. */
    private Part started(Arrangement arrangement, boolean known) {
        Deployment deployment = arrangement.deployment();
        List<PipelineRun> streams = new ArrayList<>();
        if (roles.contains(Role.STREAM)) {
            if (known) {
                forgetRetired(deployment);
            }
            deployment.parts().forEach(p -> streams.add(stream(arrangement, p)));
            streams.forEach(PipelineRun::start);
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
        return new Part(arrangement, known, streams, sinkRoles.isEmpty() || !known
                ? Optional.empty()
                : Optional.of(new Supervised<>("sink of " + deployment.name(), () -> sink(deployment, sinkRoles),
                        clock)));
    }

    /** What tasks have kept here of applications that give out no model any longer. */
    private void forgetRetired(Deployment deployment) {
        Set<String> used = deployment.parts().stream().map(Pipeline::name).collect(Collectors.toSet());
        try (Stream<Path> kept = Files.isDirectory(stateFolder) ? Files.list(stateFolder) : Stream.empty()) {
            for (Path folder : kept.filter(f -> !used.contains(f.getFileName().toString()))
                    .filter(f -> f.getFileName().toString().startsWith(deployment.name() + "-replay-")).toList()) {
                DataFolder.deleteTree(folder);
            }
        } catch (IOException e) {
            LOG.warn("pipeline {}: what a former application has kept is still there: {}", deployment.name(),
                    e.toString());
        }
    }

    private Stream<PipelineRun> streams() {
        return parts.values().stream().flatMap(p -> p.streams().stream());
    }

    private Stream<Supervised<SinkRuntime>> sinks() {
        return parts.values().stream().flatMap(p -> p.sink().stream());
    }

    /** Stops taking anything in until {@link #release()}, for this reason. What is in hand is finished. */
    public synchronized void hold(Blocked reason) {
        if (held.isEmpty()) {
            held = Optional.of(reason);
            stopAll();
        }
    }

    /** Goes on after {@link #hold}. */
    public synchronized void release() {
        if (held.isPresent()) {
            held = Optional.empty();
            startAll();
        }
    }

    /** Whether everything that was started is at work. */
    public synchronized boolean isRunning() {
        return started && held.isEmpty() && parts.values().stream().allMatch(Part::known)
                && streams().allMatch(p -> p.state() instanceof RunState.Running)
                && sinks().allMatch(s -> s.running().isPresent());
    }

    @Override
    public synchronized Optional<PipelineActivity> pipeline(String name) {
        if (held.isPresent() && roles.contains(Role.STREAM)) {
            return Optional.of(new PipelineActivity("held", held.get().reason(), Condition.BLOCKED, Optional.empty(),
                    LocalState.NONE));
        }
        Part part = parts.get(name);
        if (part == null || part.streams().isEmpty()) {
            return Optional.empty();
        }
        // All of its applications are one to people: the one that cannot go on speaks for them.
        PipelineRun speaks = part.streams().stream()
                .filter(p -> p.state() instanceof RunState.Blocked || p.state() instanceof RunState.Failed).findFirst()
                .orElse(part.streams().get(0));
        List<LocalState.Store> stores = part.streams().stream().flatMap(p -> p.kept().stores().stream()).toList();
        PipelineActivity does = activity(name, speaks.state(),
                new LocalState(stores, part.streams().get(0).kept().memory()));
        return Optional.of(part.arrangement().notice().filter(n -> does.detail().isEmpty())
                .map(n -> new PipelineActivity(does.state(), n, does.condition(), does.blocked(), does.keeps()))
                .orElse(does));
    }

    @Override
    public boolean fillsTables() {
        return roles.contains(Role.STAGE) && roles.contains(Role.COMMIT);
    }

    @Override
    public synchronized Map<String, Blocked> tables() {
        Map<String, Blocked> tables = new HashMap<>();
        sinks().flatMap(s -> s.running().stream()).forEach(running -> running.states().forEach((name, state) -> {
            if (state instanceof SinkState.Blocked b) {
                tables.put(name, blocked(name, b.problem(), b.since()));
            }
        }));
        return tables;
    }

    @Override
    public synchronized List<Blocked> blocked() {
        return Stream.concat(held.stream(), sinks().flatMap(s -> s.blocked().stream())).toList();
    }

    /** What stopping or holding, while it is under way, waits for; else empty. Answers at once. */
    public String awaited() {
        return awaited.get();
    }

    /** Commits what is in hand and stops. Stopping twice does no harm. */
    @Override
    public void close() {
        // Not under the lock, which whoever is told of something new waits for.
        Optional<DeployedWatch> watching;
        synchronized (this) {
            started = false;
            watching = watch;
        }
        watching.ifPresent(DeployedWatch::close);
        synchronized (this) {
            stopAll();
        }
    }

    private void stopAll() {
        stop(parts.values());
        parts.replaceAll((name, part) -> Part.idle(part.arrangement(), part.known()));
    }

    private void stop(Collection<Part> those) {
        // The streams first: what they still write is landed by the sinks that stop after them.
        List<Thread> stopping = new ArrayList<>();
        List<Supervised<SinkRuntime>> landing = those.stream().flatMap(p -> p.sink().stream()).toList();
        awaited = () -> "the pipelines, which commit what they have read";
        those.forEach(p -> p.streams().forEach(s -> stopping.add(Thread.ofVirtual().start(s::close))));
        join(stopping);
        stopping.clear();
        awaited = () -> uncommitted(landing);
        landing.forEach(s -> stopping.add(Thread.ofVirtual().start(s::close)));
        join(stopping);
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

    /** The pipeline's own application decides about time; the others follow it. */
    private PipelineRun stream(Arrangement arrangement, Pipeline part) {
        Deployment deployment = arrangement.deployment();
        RunSettings settings = connections.runSettings(stateFolder);
        CalcCompiler compiler = new CalcCompiler(deployment.functions());
        return new PipelineRun(part, part.name().equals(deployment.name())
                ? settings.withRevisions(Revisions.of(deployment))
                : settings.withJournalOf(deployment.name()).withReading(new Reading(Map.of(), OptionalLong.empty(),
                        RecordArchive.NONE, Reading.UpTo.THE_LEADER, Optional.empty())),
                registry, compiler::compile, clock, new DeployedGate(arrangement, connections.kafkaClient()));
    }

    /** On a thread of its own, whose log lines are about the deployment from here on. */
    private SinkRuntime sink(Deployment deployment, Set<SinkRuntime.Role> sinkRoles) {
        MDC.put("pipeline", deployment.name());
        ControlTopic.require(connections);
        SinkConfig config = SinkConfig.of(deployment.name(), connections.kafkaClient())
                .withWatermarks(deployment.watermarks())
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
