package millrace.sinks.iceberg.run;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import millrace.sinks.iceberg.commit.CommitDuty;
import millrace.sinks.iceberg.commit.CommitRules;
import millrace.sinks.iceberg.commit.CommitState;
import millrace.sinks.iceberg.event.SinkEvent;
import millrace.sinks.iceberg.event.SinkEventCodec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The commit role of a process: one thread that commits the tables whose control partition is assigned to it. The
 * assignment only saves work; that two never commit the same is held by the tables themselves.
 */
final class CommitService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommitService.class);
    private static final Duration LONGEST_POLL = Duration.ofMillis(200);
    private static final Duration RESOLVE = Duration.ofSeconds(2);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaControl control;
    private final String pipeline;
    private final String controlTopic;
    private final String controlTopicId;
    private final String reporter;
    private final List<SinkTable> tables;
    private final Clock clock;
    private final Map<SinkTable, Duty> duties = new ConcurrentHashMap<>();
    private final Set<Integer> assigned = new HashSet<>();
    private final Thread thread;
    private volatile boolean closing;
    private Instant resolveAt = Instant.MIN;

    CommitService(SinkConfig config, String controlTopicId, KafkaControl control, String reporter,
            List<SinkTable> tables, Clock clock) {
        this.control = control;
        this.pipeline = config.name();
        this.controlTopic = config.controlTopic();
        this.controlTopicId = controlTopicId;
        this.reporter = reporter;
        this.tables = tables;
        this.clock = clock;
        consumer = ControlGroup.join(config, "commit", Map.of(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000),
                new Rebalances());
        thread = Thread.ofPlatform().name("millrace-commit").daemon().start(this::run);
    }

    /** What this process does for a table as a committer; empty if another process commits it. */
    Optional<CommitState> state(SinkTable table) {
        return Optional.ofNullable(duties.get(table)).filter(d -> d.active).map(d -> d.duty.state());
    }

    private void run() {
        MDC.put("pipeline", pipeline);
        while (!closing) {
            try {
                resolve();
                long due = step();
                Duration most = Duration.ofMillis(Math.max(1, Math.min(LONGEST_POLL.toMillis(), due - clock.millis())));
                take(consumer.poll(most));
            } catch (WakeupException e) {
                continue;
            } catch (InterruptException e) {
                return;
            } catch (RuntimeException e) {
                LOG.warn("The committer cannot go on, trying again", e);
                Pause.beforeRetry();
            }
        }
    }

    /** Learns the UUIDs of tables, which say in which partition their events are. */
    private void resolve() {
        Instant now = clock.instant();
        if (now.isBefore(resolveAt)) {
            return;
        }
        resolveAt = now.plus(RESOLVE);
        for (SinkTable table : tables) {
            about(table.spec().qualifiedName());
            Duty known = duties.get(table);
            boolean missing = known != null && known.duty.state() instanceof CommitState.Blocked;
            if (known != null && !missing && table.problem().isEmpty()) {
                continue;
            }
            Optional<UUID> uuid = table.uuid();
            if (uuid.isPresent() && (known == null || !known.table.equals(uuid.get()))) {
                duties.put(table, duty(table, uuid.get()));
            }
        }
        aboutNone();
    }

    /** Which table the next log lines are about. */
    private static void about(String table) {
        MDC.put("table", table);
    }

    private static void aboutNone() {
        MDC.remove("table");
    }

    private Duty duty(SinkTable table, UUID uuid) {
        int partition = control.partitionOf(uuid);
        CommitDuty duty = new CommitDuty(table.spec().qualifiedName(), uuid, table.landing(), control,
                CommitRules.forInterval(table.spec().commitInterval()), controlTopicId, reporter,
                () -> UUID.randomUUID().toString());
        return new Duty(table.spec().qualifiedName(), duty, uuid, partition, assigned.contains(partition));
    }

    private long step() {
        Instant now = clock.instant();
        long due = Long.MAX_VALUE;
        for (Duty d : duties.values()) {
            if (d.active) {
                about(d.name);
                d.duty.step(now);
                rewind(d);
                due = Math.min(due, d.duty.nextDue().orElse(Long.MAX_VALUE));
            }
        }
        aboutNone();
        return due;
    }

    private void take(ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition tp : records.partitions()) {
            List<Duty> here = duties.values().stream().filter(d -> d.active && d.partition == tp.partition()).toList();
            for (ConsumerRecord<byte[], byte[]> record : records.records(tp)) {
                if (give(record, here)) {
                    // One of them starts over further back: all hear it again from there, and pass over what they know.
                    break;
                }
            }
        }
    }

    private boolean give(ConsumerRecord<byte[], byte[]> record, List<Duty> here) {
        Optional<SinkEvent> event;
        try {
            event = SinkEventCodec.decode(record.value());
        } catch (IllegalArgumentException e) {
            return false;
        }
        boolean rewound = false;
        for (Duty d : here) {
            if (event.isPresent() && event.get().table().equals(d.table)) {
                about(d.name);
                d.duty.arrived(record.offset(), event.get(), clock.instant());
                d.duty.step(clock.instant());
                rewound |= rewind(d);
            }
        }
        aboutNone();
        return rewound;
    }

    private boolean rewind(Duty d) {
        OptionalLong from = d.duty.rewind();
        if (from.isEmpty()) {
            return false;
        }
        TopicPartition tp = new TopicPartition(controlTopic, d.partition);
        long start = consumer.beginningOffsets(List.of(tp)).get(tp);
        consumer.seek(tp, Math.max(start, Math.min(from.getAsLong(), consumer.position(tp))));
        return true;
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
    }

    private static final class Duty {
        final String name;
        final CommitDuty duty;
        final UUID table;
        final int partition;
        volatile boolean active;

        Duty(String name, CommitDuty duty, UUID table, int partition, boolean active) {
            this.name = name;
            this.duty = duty;
            this.table = table;
            this.partition = partition;
            this.active = active;
        }
    }

    private final class Rebalances implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            for (TopicPartition tp : partitions) {
                assigned.add(tp.partition());
                // Each duty hears from where its table says, once it has taken over.
                consumer.seekToEnd(List.of(tp));
                duties.replaceAll((table, d) -> d.partition == tp.partition() ? duty(table, d.table) : d);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            for (TopicPartition tp : partitions) {
                assigned.remove(tp.partition());
                duties.values().stream().filter(d -> d.partition == tp.partition()).forEach(d -> d.active = false);
            }
        }
    }
}
