package millrace.ops.platform;

import java.net.URI;
import millrace.ops.schedule.Schedulers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import millrace.ops.deploy.Deployment;
import millrace.ops.embedded.Ports;
import millrace.ops.http.HttpService;
import millrace.ops.observe.Blocked;
import millrace.ops.observe.PlatformObserver;
import millrace.ops.observe.Status;
import millrace.ops.project.DataFolder;
import millrace.ops.project.Profile;
import millrace.ops.project.RunningInstance;
import millrace.ops.run.Connections;
import millrace.ops.run.Role;
import millrace.ops.run.RoleRuntime;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.sinks.iceberg.table.Catalogs;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running platform: some roles for some deployments, on a real cluster or on an embedded one. It holds its data
 * folder until it is closed, and says there where it can be found. A new start on the same folder continues where the
 * last one stopped or was killed.
 */
public final class Platform implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Platform.class);
    private static final String HOST = "127.0.0.1";

    private final List<Deployment> deployments;
    private final Clock clock;
    private final FreeSpace freeSpace;
    /** What was started, the last first: closed in this order. */
    private final Deque<Part> started = new ArrayDeque<>();
    private DataFolder folder;
    private Connections connections;
    private RoleRuntime runtime;
    private CurrentObserver observer;
    private Optional<HttpService> http = Optional.empty();
    private RunningInstance instance;

    private volatile Supplier<String> awaited = () -> "";

    /** @param name what is waited for while it closes */
    private record Part(Supplier<String> name, AutoCloseable closing) {}

    private Platform(List<Deployment> deployments, Clock clock, FreeSpace freeSpace) {
        this.deployments = List.copyOf(deployments);
        this.clock = clock;
        this.freeSpace = freeSpace;
    }

    /**
     * Starts, and returns when everything is started; {@link #awaitRunning} tells when it is at work. For an embedded
     * profile all services are started on the profile's data folder.
     *
     * @param deployments at least one
     * @param profile whose data folder, cluster, catalog and ports are used for all of them
     * @throws ProblemException if the deployments overlap, the data folder is taken, or a port is; nothing runs then
     */
    public static Platform start(List<Deployment> deployments, Set<Role> roles, Profile profile, Clock clock) {
        return start(deployments, roles, profile, clock, FreeSpace.OF_THE_FILE_SYSTEM);
    }

    /**
     * As the other, but it may be called off: asked before each part, the first false ends the start. What is returned
     * then has an {@link #instance} no more than it runs, and is to be closed.
     */
    public static Platform startWhile(BooleanSupplier wanted, List<Deployment> deployments, Set<Role> roles,
            Profile profile, Clock clock) {
        return start(wanted, deployments, roles, profile, clock, FreeSpace.OF_THE_FILE_SYSTEM);
    }

    /** As the other, with something else than the file system to say how much space is free. */
    public static Platform start(List<Deployment> deployments, Set<Role> roles, Profile profile, Clock clock,
            FreeSpace freeSpace) {
        return start(() -> true, deployments, roles, profile, clock, freeSpace);
    }

    private static Platform start(BooleanSupplier wanted, List<Deployment> deployments, Set<Role> roles,
            Profile profile, Clock clock, FreeSpace freeSpace) {
        Deployment.refuseOverlap(deployments);
        Platform platform = new Platform(deployments, clock, freeSpace);
        try {
            platform.startAll(wanted, roles, profile);
            return platform;
        } catch (RuntimeException e) {
            platform.close();
            throw e;
        }
    }

    private void startAll(BooleanSupplier wanted, Set<Role> roles, Profile profile) {
        folder = closing("the data folder", DataFolder.open(profile.data()));
        if (!wanted.getAsBoolean()) {
            return;
        }
        connections = connect(profile);
        if (!wanted.getAsBoolean()) {
            return;
        }
        var registry = closing("the registry's client",
                new ConfluentRegistry(connections.registryUrl(), connections.registry()));
        runtime = new RoleRuntime(deployments, roles, connections, folder.state(), registry, clock);
        observer = closing("the look at topics and tables", new CurrentObserver(runtime::deployments,
                now -> new PlatformObserver(now, connections.kafkaClient(), SinkConfig.CONTROL_TOPIC,
                        connections.catalog(), runtime, clock)));
        if (!wanted.getAsBoolean()) {
            return;
        }
        // Before the API: the roles wait for Kafka while its classes load.
        started.push(new Part(runtime::awaited, runtime));
        runtime.start();
        if (!wanted.getAsBoolean()) {
            return;
        }
        if (roles.contains(Role.CONTROL)) {
            Schedulers schedulers = closing("what schedules do", Schedulers.start(runtime::deployments,
                    connections.creating((short) (profile.isEmbedded() ? 1 : profile.topics().replicationFactor())),
                    folder.path(), profile.webhook().map(w -> URI.create(w.reveal())), clock));
            int port = Ports.rememberedIn(folder.path()).choose("http", profile.ports().http(),
                    Profile.Ports.USUAL.http());
            http = Optional.of(closing("the status page", HttpService.start(observer, schedulers, HOST, port)));
        }
        if (profile.isEmbedded()) {
            guardDisk();
        }
        instance = RunningInstance.here(clock.instant(), deployments.stream().map(Deployment::project).toList(),
                connections.bootstrapServers(), connections.registryUrl(),
                http.map(h -> h.address().toString()).orElse(""),
                profile.catalog().isEmpty() ? connections.catalog() : Map.of());
        instance.write(folder.path());
        started.push(new Part(() -> "the data folder", () -> RunningInstance.remove(folder.path())));
    }

    private Connections connect(Profile profile) {
        return switch (profile.cluster()) {
            case Profile.Cluster.Embedded e -> {
                EmbeddedServices services = closing("the broker", EmbeddedServices.start(folder, profile.ports()));
                yield connections(profile, services.bootstrapServers(), services.registryUrl(),
                        new Connections.TopicCreation.Create((short) 1));
            }
            case Profile.Cluster.External e -> connections(profile, e.bootstrapServers(), e.registryUrl(),
                    new Connections.TopicCreation.Require());
        };
    }

    private Connections connections(Profile profile, String bootstrapServers, String registryUrl,
            Connections.TopicCreation topics) {
        Map<String, String> catalog = profile.catalog().isEmpty()
                ? Catalogs.sqlite(folder.catalogFile(), folder.warehouse())
                : profile.catalog().reveal();
        return new Connections(bootstrapServers, profile.kafka().reveal(), profile.streams().reveal(),
                profile.stateMemory(), registryUrl, profile.registry().reveal(), catalog, topics);
    }

    private void guardDisk() {
        ProducerBrake brake = closing("the broker", new ProducerBrake(connections.bootstrapServers()));
        brake.off(); // a process that was killed may have left it on
        DiskGuard.Intake intake = DiskGuard.intake((Blocked reason) -> {
            brake.on();
            runtime.hold(reason);
        }, () -> {
            brake.off();
            runtime.release();
        });
        closing("the disk guard",
                new DiskGuard(folder.path().toString(), () -> freeSpace.bytesIn(folder.path()), intake, clock).watch());
    }

    /** Waits until every role is at work; false if that takes longer, and {@link #status} says why. */
    public boolean awaitRunning(Duration timeout) throws InterruptedException {
        Instant deadline = Instant.now().plus(timeout);
        while (!runtime.isRunning()) {
            if (Instant.now().isAfter(deadline)) {
                return false;
            }
            Thread.sleep(50);
        }
        return true;
    }

    public Status status() {
        return observer.status();
    }

    /** Where it can be found. */
    public RunningInstance instance() {
        return instance;
    }

    public List<Deployment> deployments() {
        return runtime.deployments();
    }

    public DataFolder folder() {
        return folder;
    }

    /** What a {@link #close} that is under way waits for, such as {@code the last commit of bronze.orders}; else empty. */
    public String awaited() {
        return awaited.get();
    }

    /** Finishes what is in hand and stops everything, in the order that lets each part finish. */
    @Override
    public synchronized void close() {
        while (!started.isEmpty()) {
            Part part = started.pop();
            awaited = part.name();
            try {
                part.closing().close();
            } catch (Exception e) {
                LOG.warn("{} did not stop cleanly", part.name().get(), e);
            }
        }
        awaited = () -> "";
    }

    private <T extends AutoCloseable> T closing(String name, T part) {
        started.push(new Part(() -> name, part));
        return part;
    }
}
