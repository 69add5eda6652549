package millrace.sinks.iceberg.run;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.maintain.MaintenanceRules;
import millrace.sinks.iceberg.maintain.MaintenanceState;
import millrace.sinks.iceberg.maintain.MaintenanceState.Rewrites;
import millrace.sinks.iceberg.maintain.MaintenanceWorker;
import millrace.sinks.iceberg.maintain.SteadyPace;
import millrace.sinks.iceberg.rewrite.RewriteRules;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.catalog.Catalog;

/**
 * Puts all small files of one table into large ones now, which the role maintain would do sooner or later. The table's
 * committer runs elsewhere; rows that come in meanwhile do not wait.
 */
public final class Compaction {
    private static final Duration STEP = Duration.ofMillis(100);
    private static final Duration NEVER = Duration.ofDays(10_000);
    private static final MaintenanceRules RULES = new MaintenanceRules(Duration.ofSeconds(1), Duration.ofSeconds(5),
            Duration.ofMinutes(1), 1, target -> RewriteRules.forTarget(target).atOnce(), NEVER, NEVER);

    private Compaction() {}

    /**
     * Goes on until nothing is worth it any more, a committer does not answer within a minute, or a rewrite fails.
     *
     * @param stop ends it at the next file that is complete; what is not committed by then is in vain
     * @param progress is told of what is done, again and again
     * @throws millrace.schemas.problem.ProblemException if the catalog does not answer
     */
    public static MaintenanceState run(SinkConfig config, Map<String, String> catalogProperties, TableSpec spec,
            Clock clock,
            BooleanSupplier stop, Consumer<Rewrites> progress) throws InterruptedException {
        Catalog catalog = Catalogs.open(catalogProperties);
        ExecutorService rewriting = Executors
                .newSingleThreadExecutor(Thread.ofPlatform().name("millrace-rewrite-", 0).daemon().factory());
        SteadyPace pace = new SteadyPace(config.maintenance().bytesPerSecond());
        try (KafkaControl control = new KafkaControl(config.name(), config.controlTopic(), config.kafka())) {
            MaintenanceWorker worker = new MaintenanceWorker("m-" + UUID.randomUUID(), new IcebergTables(catalog), spec,
                    control, RULES, rewriting, pace, clock);
            control.onEvent(event -> {
                if (event instanceof SinkEvent.Answer answer) {
                    worker.hear(answer);
                }
            });
            do {
                worker.step();
                progress.accept(worker.state().rewrites());
                Thread.sleep(STEP);
            } while (!worker.isDone() && !stop.getAsBoolean() && worker.state().problem().isEmpty()
                    && worker.state().rewrites().unanswered() == 0);
            return worker.state();
        } finally {
            pace.stop();
            rewriting.shutdown();
            Catalogs.close(catalog);
        }
    }
}
