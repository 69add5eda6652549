package millrace.sinks.iceberg.run;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
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
 * Puts all files of one table together that are too small now, and takes the dead rows out of those that have some: what the
 * role maintain would do sooner or later, and more. The table's committer runs elsewhere; rows that come in meanwhile do not
 * wait, and their files are left for another time.
 */
public final class Compaction {
    private static final Duration STEP = Duration.ofMillis(100);
    private static final Duration END = Duration.ofSeconds(10);
    private static final Duration NEVER = Duration.ofDays(10_000);
    private static final MaintenanceRules RULES = new MaintenanceRules(NEVER, Integer.MAX_VALUE, Duration.ofSeconds(5),
            Duration.ofMinutes(1), 1, target -> RewriteRules.forTarget(target).atOnce(), NEVER, NEVER, NEVER);

    private Compaction() {}

    /**
     * Ends when all is done that is to be done when it begins, or a committer does not answer within a minute, or a rewrite
     * fails. Where the role maintain was faster with some of the files, the rest is planned anew, three times in a row.
     *
     * @param stop ends it within the file that is being written; what is proposed may be committed all the same
     * @param progress is told of what is done, again and again
     * @throws millrace.schemas.problem.ProblemException if the catalog cannot be opened
     */
    public static MaintenanceState run(SinkConfig config, Map<String, String> catalogProperties, TableSpec spec,
            Clock clock, BooleanSupplier stop, Consumer<Rewrites> progress) throws InterruptedException {
        Catalog catalog = Catalogs.open(catalogProperties);
        ExecutorService rewriting = Executors
                .newSingleThreadExecutor(Thread.ofPlatform().name("millrace-rewrite-", 0).daemon().factory());
        SteadyPace pace = new SteadyPace(config.maintenance().bytesPerSecond());
        try (KafkaControl control = new KafkaControl(config.name(), config.controlTopic(), config.kafka())) {
            MaintenanceWorker worker = new MaintenanceWorker("m-" + UUID.randomUUID(), new IcebergTables(catalog), spec,
                    control, RULES, rewriting, pace, rewriting, clock);
            control.onAnswer(worker::hear);
            worker.step();
            while (!worker.isDone() && !stop.getAsBoolean() && worker.state().problem().isEmpty()
                    && worker.state().rewrites().unanswered() == 0) {
                Thread.sleep(STEP);
                worker.step();
                progress.accept(worker.state().rewrites());
            }
            return worker.state();
        } finally {
            pace.stop();
            rewriting.shutdown();
            rewriting.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS);
            Catalogs.close(catalog);
        }
    }
}
