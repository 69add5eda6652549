package millrace.sinks.iceberg.run;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.registry.SchemaRegistry;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.keyed.KeyedRowFiles;
import millrace.sinks.iceberg.keyed.RowPlaces;
import millrace.sinks.iceberg.stage.Clocks;
import millrace.sinks.iceberg.stage.KafkaSourceLog;
import millrace.sinks.iceberg.stage.KnownRows;
import millrace.sinks.iceberg.stage.PipelineClocks;
import millrace.sinks.iceberg.stage.RowFiles;
import millrace.sinks.iceberg.stage.StageRules;
import millrace.sinks.iceberg.stage.StageRules.Unreadable;
import millrace.sinks.iceberg.stage.StageWorker;
import millrace.sinks.iceberg.stage.TableRowFiles;
import millrace.sinks.iceberg.stage.WorkerState;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.statestores.index.KeyIndex;
import millrace.statestores.rocksdb.RocksKeyIndex;
import millrace.statestores.rocksdb.StateMemory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** One stage worker of a process: a consumer and a thread of its own. */
final class StageService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StageService.class);
    private static final Duration RESOLVE = Duration.ofSeconds(1);

    /** Held records are on the heap until a proposal is made of them. */
    private static final long MOST_HELD = 128L << 20;

    private final SinkTable table;
    private final int number;
    private final SinkConfig config;
    private final SchemaRegistry registry;
    private final KafkaControl control;
    private final Admin admin;
    private final Clock clock;
    private final Thread thread;
    private volatile StageWorker worker;
    private volatile boolean closing;

    /** @param number of the worker among those of the table in this process */
    StageService(SinkTable table, int number, SinkConfig config, SchemaRegistry registry, KafkaControl control,
            Admin admin,
            Clock clock) {
        this.table = table;
        this.number = number;
        this.config = config;
        this.registry = registry;
        this.control = control;
        this.admin = admin;
        this.clock = clock;
        thread = Thread.ofPlatform().name("millrace-stage-" + table.spec().qualifiedName()).daemon().start(this::run);
    }

    SinkTable table() {
        return table;
    }

    Optional<WorkerState> state() {
        return Optional.ofNullable(worker).map(StageWorker::state);
    }

    int undecided() {
        StageWorker w = worker;
        return w == null ? 0 : w.undecided();
    }

    private void run() {
        MDC.put("pipeline", config.name());
        MDC.put("table", table.spec().qualifiedName());
        while (!closing && table.uuid().isEmpty()) {
            sleep(RESOLVE);
        }
        while (!closing) {
            try {
                work();
            } catch (InterruptException e) {
                return;
            } catch (RuntimeException e) {
                LOG.warn("{}: the stage worker starts anew", table.spec().qualifiedName(), e);
                sleep(RESOLVE);
            }
        }
    }

    private void work() {
        TableSpec spec = table.spec();
        String group = "millrace.stage." + config.name() + "." + spec.qualifiedName();
        Unreadable unreadable = spec.layout().isBronze() ? Unreadable.LAND_AS_BYTES : Unreadable.BLOCK;
        try (KafkaSourceLog source = new KafkaSourceLog(spec.topic(), group, config.kafka(), admin);
                ClosingClocks clocks = clocks(spec);
                Staging staging = staging(spec, source)) {
            StageRules rules = StageRules.forInterval(spec.commitInterval(), staging.mostBytes(), unreadable);
            StageWorker w = new StageWorker(spec.qualifiedName(), UUID.randomUUID().toString(), source,
                    table.landing(), staging.files(), staging.rows(), clocks, control,
                    spec.layout() == TableSpec.Layout.NEWEST ? rules.patientBehind() : rules, clock);
            control.onEvent(event -> {
                if (event instanceof SinkEvent.Answer answer) {
                    w.hear(answer);
                }
            });
            worker = w;
            try {
                while (!closing) {
                    w.step();
                }
                w.finish();
                long deadline = System.nanoTime() + config.shutdown().toNanos();
                while (!w.settle() && System.nanoTime() < deadline) {
                    sleep(Duration.ofMillis(20));
                }
            } finally {
                w.abort();
            }
        }
    }

    private Staging staging(TableSpec spec, KafkaSourceLog source) {
        if (spec.layout() != TableSpec.Layout.NEWEST) {
            return new Staging(TableRowFiles.factory(table.tables(), spec, registry::byId), KnownRows.NONE,
                    config.mostStagedBytes(), () -> {});
        }
        SinkConfig.Indexes indexes = config.indexes().orElseThrow(() -> new IllegalStateException(
                spec.qualifiedName() + " keeps rows by key, and there is no folder for indexes"));
        KeyIndex index = RocksKeyIndex.open(
                indexes.folder().resolve(spec.qualifiedName()).resolve(Integer.toString(number)),
                Map.of(StateMemory.BUDGET, Long.toString(indexes.memory())));
        RowPlaces places = new RowPlaces(spec, table.tables(), source::partitions, index,
                RowPlaces.Sweeping.USUAL);
        return new Staging(KeyedRowFiles.factory(table.tables(), spec, registry::byId, places), places,
                Math.min(MOST_HELD, config.mostStagedBytes()), index::close);
    }

    /** How rows are staged; {@code close} ends what it keeps open. */
    private record Staging(RowFiles.Factory files, KnownRows rows, long mostBytes, Runnable end)
            implements
                AutoCloseable {
        @Override
        public void close() {
            end.run();
        }
    }

    private ClosingClocks clocks(TableSpec spec) {
        String watermarks = config.watermarks().get(spec.topic());
        return !spec.layout().isBronze() && watermarks != null
                ? new ClosingClocks(new PipelineClocks(spec.topic(), watermarks, config.kafka(), admin))
                : new ClosingClocks(Clocks.NONE);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Asks the worker to propose what it has and to end. */
    void stop() {
        closing = true;
    }

    @Override
    public void close() {
        stop();
        try {
            thread.join(config.shutdown().plusSeconds(10).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record ClosingClocks(Clocks clocks) implements Clocks, AutoCloseable {
        @Override
        public java.util.SortedMap<Integer, Long> at(Map<Integer, Long> position) {
            return clocks.at(position);
        }

        @Override
        public void close() {
            if (clocks instanceof PipelineClocks pipeline) {
                pipeline.close();
            }
        }
    }
}
