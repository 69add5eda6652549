package millrace.sinks.iceberg.run;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemCode;
import millrace.schemas.registry.SchemaRegistry;
import millrace.sinks.iceberg.commit.CommitState;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.stage.WorkerState;
import millrace.sinks.iceberg.maintain.MaintenanceState;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.catalog.Catalog;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The sink in one process: stages and commits a list of tables, alone or with other processes of the same name. It
 * starts its own threads and returns at once; brokers, catalog and registry may come and go while it runs.
 */
public final class SinkRuntime implements AutoCloseable {
    private final Admin admin;
    private final KafkaControl control;
    private final List<SinkTable> tables;
    private final List<StageService> stages = new ArrayList<>();
    private final Optional<CommitService> committer;
    private final Optional<MaintenanceService> maintenance;
    private Optional<Catalog> own = Optional.empty();

    /** What a process does for its tables. */
    public enum Role {
        STAGE, COMMIT, MAINTAIN
    }

    /**
     * Starts. The control topic has to exist.
     *
     * @param catalog and {@code registry} stay the caller's to close, after this
     */
    public static SinkRuntime start(SinkConfig config, List<TableSpec> specs, Set<Role> roles, Catalog catalog,
            SchemaRegistry registry, Clock clock) {
        return new SinkRuntime(config, specs, roles, catalog, registry, clock);
    }

    /** As the other, on a catalog that is opened by Iceberg's properties and closed with this. */
    public static SinkRuntime start(SinkConfig config, List<TableSpec> specs, Set<Role> roles,
            Map<String, String> catalogProperties, SchemaRegistry registry, Clock clock) {
        Catalog catalog = Catalogs.open(catalogProperties);
        try {
            SinkRuntime runtime = start(config, specs, roles, catalog, registry, clock);
            runtime.own = Optional.of(catalog);
            return runtime;
        } catch (RuntimeException e) {
            Catalogs.close(catalog);
            throw e;
        }
    }

    private SinkRuntime(SinkConfig config, List<TableSpec> specs, Set<Role> roles, Catalog catalog,
            SchemaRegistry registry, Clock clock) {
        IcebergTables iceberg = new IcebergTables(catalog);
        tables = specs.stream().map(spec -> new SinkTable(spec, iceberg, registry)).toList();
        admin = Admin.create(config.kafka());
        control = new KafkaControl(config.name(), config.controlTopic(), config.kafka());
        String reporter = host() + "-" + ProcessHandle.current().pid();
        committer = roles.contains(Role.COMMIT)
                ? Optional.of(new CommitService(config, topicId(config.controlTopic()), control, reporter, tables,
                        clock))
                : Optional.empty();
        maintenance = roles.contains(Role.MAINTAIN)
                ? Optional.of(new MaintenanceService(config, control, tables, clock))
                : Optional.empty();
        if (roles.contains(Role.STAGE)) {
            for (SinkTable table : tables) {
                IntStream.range(0, config.workersPerTable()).forEach(
                        i -> stages.add(new StageService(table, i, config, registry, control, admin, clock)));
            }
        }
    }

    /** How each table does, by its qualified name: a problem if any process reports one. */
    public Map<String, SinkState> states() {
        var states = new LinkedHashMap<String, SinkState>();
        tables.forEach(table -> states.put(table.spec().qualifiedName(), state(table)));
        return states;
    }

    /** What this process has done to keep tables in shape, by their qualified names; without those that others keep. */
    public Map<String, MaintenanceState> maintenance() {
        var states = new LinkedHashMap<String, MaintenanceState>();
        tables.forEach(table -> maintenance.flatMap(m -> m.state(table))
                .ifPresent(state -> states.put(table.spec().qualifiedName(), state)));
        return states;
    }

    private SinkState state(SinkTable table) {
        List<StageService> workers = stages.stream().filter(s -> s.table() == table).toList();
        List<SinkState.Blocked> blocked = new ArrayList<>();
        table.problem().ifPresent(blocked::add);
        Optional<CommitState> commit = committer.flatMap(c -> c.state(table));
        if (commit.orElse(null) instanceof CommitState.Blocked b) {
            blocked.add(new SinkState.Blocked(b.problem(), b.since()));
        }
        boolean atWork = commit.orElse(null) instanceof CommitState.Serving;
        for (StageService worker : workers) {
            if (worker.state().orElse(null) instanceof WorkerState.Blocked b) {
                blocked.add(new SinkState.Blocked(b.problem(), b.since()));
            }
            atWork |= worker.state().orElse(null) instanceof WorkerState.Staging;
        }
        table.lastSeen().ifPresent(uuid -> control.blocked(uuid).forEach(b -> blocked.add(of(table.spec(), b))));
        if (!blocked.isEmpty()) {
            return blocked.get(0);
        }
        Optional<millrace.sinks.iceberg.commit.CommitMark> mark = commit.orElse(null) instanceof CommitState.Serving s
                ? s.table().mark()
                : Optional.empty();
        return atWork
                ? new SinkState.Running(mark, workers.stream().mapToInt(StageService::undecided).sum())
                : new SinkState.Starting();
    }

    private static SinkState.Blocked of(TableSpec spec, SinkEvent.Blocked b) {
        return new SinkState.Blocked(Problem.of(code(b.code()), spec.qualifiedName(), b.message())
                .withRemedy(b.remedy()), b.since());
    }

    private static ProblemCode code(String name) {
        for (SinkProblem code : SinkProblem.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        // Another process of a newer version, or of another module's code.
        return new Reported(name);
    }

    private record Reported(String name) implements ProblemCode {
        @Override
        public String meaning() {
            return "Reported by another process.";
        }

        @Override
        public String remedy() {
            return "See the message.";
        }
    }

    private String topicId(String topic) {
        try {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).topicId().toString();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new TimeoutException("topic " + topic + ": " + e.getCause().getMessage(), e.getCause());
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "host-" + UUID.randomUUID().toString().substring(0, 8);
        }
    }

    /** Proposes what is open, waits a moment for it to be committed, and ends. */
    @Override
    public void close() {
        control.leave();
        maintenance.ifPresent(MaintenanceService::close);
        stages.forEach(StageService::stop);
        stages.forEach(StageService::close);
        committer.ifPresent(CommitService::close);
        control.close();
        admin.close();
        own.ifPresent(Catalogs::close);
    }
}
