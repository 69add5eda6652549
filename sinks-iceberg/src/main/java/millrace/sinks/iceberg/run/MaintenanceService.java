package millrace.sinks.iceberg.run;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.maintain.MaintenanceRules;
import millrace.sinks.iceberg.maintain.MaintenanceState;
import millrace.sinks.iceberg.maintain.MaintenanceWorker;
import millrace.sinks.iceberg.maintain.SteadyPace;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The maintenance role of a process: keeps the files of the tables in shape whose control partition is assigned to it. The
 * assignment only saves work; a rewrite of files that another has rewritten is refused.
 */
final class MaintenanceService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MaintenanceService.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration RESOLVE = Duration.ofSeconds(2);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaControl control;
    private final String pipeline;
    private final List<SinkTable> tables;
    private final MaintenanceRules rules;
    private final SteadyPace pace;
    private final ExecutorService rewriting;
    private final ExecutorService cleaning;
    private final Clock clock;
    private final Map<SinkTable, Kept> kept = new ConcurrentHashMap<>();
    private final Set<Integer> assigned = new HashSet<>();
    private final Thread thread;
    private volatile boolean closing;
    private Instant resolveAt = Instant.MIN;

    private record Kept(UUID table, MaintenanceWorker worker) {}

    MaintenanceService(SinkConfig config, KafkaControl control, List<SinkTable> tables, Clock clock) {
        this.control = control;
        this.pipeline = config.name();
        this.tables = tables;
        this.rules = config.maintenance().rules();
        this.pace = new SteadyPace(config.maintenance().bytesPerSecond());
        this.clock = clock;
        rewriting = Executors.newFixedThreadPool(config.maintenance().threads(),
                Thread.ofPlatform().name("millrace-rewrite-", 0).daemon().factory());
        cleaning = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("millrace-clean").daemon().factory());
        consumer = ControlGroup.join(config, "maintain", Map.of(), new Rebalances());
        control.onAnswer(this::heard);
        thread = Thread.ofPlatform().name("millrace-maintain").daemon().start(this::run);
    }

    /** What this process does for a table; empty if another process keeps it. */
    Optional<MaintenanceState> state(SinkTable table) {
        return Optional.ofNullable(kept.get(table)).map(k -> k.worker().state());
    }

    private void heard(SinkEvent.Answer answer) {
        for (Kept k : kept.values()) {
            if (k.table().equals(answer.table())) {
                k.worker().hear(answer);
            }
        }
    }

    private void run() {
        MDC.put("pipeline", pipeline);
        while (!closing) {
            try {
                resolve();
                for (Map.Entry<SinkTable, Kept> k : kept.entrySet()) {
                    MDC.put("table", k.getKey().spec().qualifiedName());
                    k.getValue().worker().step();
                }
                MDC.remove("table");
                consumer.poll(POLL);
            } catch (WakeupException e) {
                continue;
            } catch (InterruptException e) {
                return;
            } catch (RuntimeException e) {
                LOG.warn("Tables cannot be kept in shape now, trying again", e);
                Pause.beforeRetry();
            }
        }
    }

    private void resolve() {
        Instant now = clock.instant();
        if (now.isBefore(resolveAt)) {
            return;
        }
        resolveAt = now.plus(RESOLVE);
        for (SinkTable table : tables) {
            Optional<UUID> uuid = table.lastSeen().or(table::uuid);
            Kept known = kept.get(table);
            if (uuid.isEmpty() || !assigned.contains(control.partitionOf(uuid.get()))) {
                kept.remove(table);
            } else if (known == null || !known.table().equals(uuid.get())) {
                kept.put(table, new Kept(uuid.get(), new MaintenanceWorker("m-" + UUID.randomUUID(), table.tables(),
                        table.spec(), control, rules, rewriting, pace, cleaning, clock)));
            }
        }
    }

    /** What is being rewritten is given up. */
    @Override
    public void close() {
        closing = true;
        pace.stop();
        consumer.wakeup();
        try {
            thread.join(10_000);
            rewriting.shutdown();
            cleaning.shutdown();
            if (!rewriting.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("A rewrite does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
    }

    private final class Rebalances implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            // The events themselves are heard elsewhere; this consumer only shares out the tables.
            consumer.pause(partitions);
            partitions.forEach(tp -> assigned.add(tp.partition()));
            resolveAt = Instant.MIN;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(tp -> assigned.remove(tp.partition()));
            resolveAt = Instant.MIN;
        }
    }
}
