package millrace.ops.schedule;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import millrace.ops.deploy.Deployment;
import millrace.ops.project.Schedule;
import millrace.ops.run.Connections;
import millrace.ops.schedule.Agenda.Item;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.audit.RunsTable;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.topology.run.CompactedTopic;
import millrace.topology.run.KafkaTopics;
import millrace.topology.run.Topics;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the schedules of one pipeline. Of all processes that do, the one acts to which the group gives the topic of
 * runs; when it dies another goes on with what it was doing. One action runs at a time. On threads of its own.
 */
final class Scheduler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(5);
    private static final Duration GOODBYE = Duration.ofSeconds(30);
    private static final Duration KNOWN_FOR = Duration.ofSeconds(10);
    private static final Duration TOLD_AGAIN = Duration.ofMinutes(1);

    private final Supplier<Deployment> deployment;
    private final String pipeline;
    private final Connections connections;
    private final Path state;
    private final Doing doing;
    private final Optional<Webhook> webhook;
    private final String who;
    private final Clock clock;
    private final ExecutorService actions;
    private final Thread thread;
    private final Map<String, Instant> toldAt = new HashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, Known> known = new HashMap<>();
    private Optional<Under> under = Optional.empty();

    /**
     * What is being done here.
     *
     * @param handedOver whether it is to end, since another process may act by now; it stays so
     */
    private record Under(Schedule schedule, ScheduledRun run, Future<Optional<String>> result,
            AtomicBoolean handedOver) {}

    /** How complete a table was a moment ago. */
    private record Known(Optional<Instant> through, Instant at) {}

    /**
     * Begins.
     *
     * @param deployment as it runs now
     * @param state a folder for clients
     * @param who this process is
     */
    Scheduler(Supplier<Deployment> deployment, Connections connections, Path state, Doing doing,
            Optional<Webhook> webhook, String who, Clock clock) {
        this.deployment = deployment;
        pipeline = deployment.get().name();
        this.connections = connections;
        this.state = state;
        this.doing = doing;
        this.webhook = webhook;
        this.who = who;
        this.clock = clock;
        actions = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("schedule-" + pipeline).daemon()
                .factory());
        thread = Thread.ofPlatform().name("schedules-" + pipeline).daemon().start(this::run);
    }

    private void run() {
        while (!isClosing()) {
            try (Topics topics = new KafkaTopics(connections.runSettings(state))) {
                keep(topics);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Throwable e) { // Nobody else would begin again.
                if (!isClosing()) {
                    LOG.warn("schedules of {} are looked at again: {}", pipeline, Failure.words(e));
                    closesWithin(AFTER_TROUBLE);
                }
            }
        }
    }

    private void keep(Topics topics) throws Exception {
        String topic = RunJournal.topicOf(pipeline);
        if (topics.describe(List.of(topic)).isEmpty()) {
            // Of a pipeline that never had a schedule there is nothing to be made.
            while (deployment.get().project().schedules().isEmpty()) {
                if (closesWithin(TICK)) {
                    return;
                }
            }
            topics.create(List.of(CompactedTopic.wanted(topic)));
        }
        try (KafkaConsumer<byte[], byte[]> member = member();
                RunJournal journal = new RunJournal(topics, connections.kafkaClient(), pipeline)) {
            member.subscribe(List.of(topic), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    if (!partitions.isEmpty()) {
                        under.ifPresent(u -> u.handedOver().set(true));
                    }
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    // What was going on here ends; whoever acts then begins it again.
                }
            });
            while (!isClosing()) {
                member.poll(TICK);
                member.pause(member.assignment()); // it is read by another
                if (member.assignment().isEmpty()) {
                    heard(journal, under.filter(u -> u.result().isDone()));
                } else {
                    lookOnce(journal);
                }
            }
            awaitEnd();
            heard(journal, under.filter(u -> u.result().isDone()));
        }
    }

    /** Trouble with one thing does not cost the membership, which would stop what is being done. */
    private void lookOnce(RunJournal journal) {
        try {
            look(journal);
        } catch (ProblemException e) {
            LOG.warn("schedules of {}: {}", pipeline, e.problems().get(0).message());
        }
    }

    /** What is being done ends between two steps, and is to be written down if it came to its end. */
    private void awaitEnd() throws InterruptedException {
        if (under.isPresent()) {
            try {
                under.get().result().get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException e) {
                // It is heard, or goes on at the next start.
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> member() {
        Map<String, Object> settings = new HashMap<>(connections.kafkaClient());
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, pipeline + ".schedules");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
        // Who acts goes on when another joins.
        settings.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void look(RunJournal journal) {
        heard(journal, under.filter(u -> u.result().isDone()));
        List<ScheduledRun> runs = new ArrayList<>(journal.all());
        Set<String> there = runs.stream().map(ScheduledRun::id).collect(Collectors.toSet());
        journal.asked().stream().filter(r -> !there.contains(r.id())).forEach(asked -> {
            journal.write(asked);
            runs.add(asked);
        });
        Deployment now = deployment.get();
        List<Item> items = Agenda.of(now.project().schedules(), journal.since(), runs, clock.instant(),
                this::completeThrough, who);
        boolean noted = false;
        boolean told = false;
        for (Item item : items) {
            switch (item) {
                case Item.Seen seen -> journal.seen(seen.schedule(), clock.instant());
                case Item.Gone gone -> journal.gone(gone.schedule());
                case Item.Note note -> {
                    journal.write(note.run());
                    noted = true;
                }
                case Item.Alert alert -> {
                    // One at a time, since each may take a while and the group has no patience.
                    if (!told) {
                        told = alert(journal, alert);
                    }
                }
                case Item.Begin begin -> {
                    if (under.isEmpty() && !isClosing()) {
                        begin(journal, now, begin.schedule(), begin.run());
                    }
                }
            }
        }
        if (noted) {
            journal.forget();
        }
    }

    /** Asked of the catalog now and then only; if that does not answer nothing is known. */
    private Optional<Instant> completeThrough(String table) {
        Instant now = clock.instant();
        Known before = known.get(table);
        if (before == null || !now.isBefore(before.at().plus(KNOWN_FOR))) {
            Optional<Instant> through = Optional.empty();
            try {
                through = TableBranches.find(connections.catalog(), table, "main")
                        .flatMap(TableBranches.Ref::completeThrough);
            } catch (ProblemException e) {
                LOG.warn("schedules of {}: {}", pipeline, e.problems().get(0).message());
            }
            before = new Known(through, now);
            known.put(table, before);
        }
        return before.through();
    }

    private void begin(RunJournal journal, Deployment now, Schedule schedule, ScheduledRun due) {
        ScheduledRun run = due.begun(clock.instant(), who);
        journal.write(run);
        AtomicBoolean handedOver = new AtomicBoolean();
        LOG.info("{}: {} begins{}", pipeline, run.id(), run.attempt() > 1 ? ", attempt " + run.attempt() : "");
        under = Optional.of(new Under(schedule, run, actions.submit(() -> doing.perform(now, schedule, run,
                () -> isClosing() || handedOver.get())), handedOver));
    }

    /** Writes down what came of an action that has ended here. */
    private void heard(RunJournal journal, Optional<Under> ended) {
        if (ended.isEmpty()) {
            return;
        }
        Under of = ended.get();
        under = Optional.empty();
        Optional<ScheduledRun> next;
        try {
            // One that was stopped stays as it is: whoever acts then goes on with it.
            next = of.result().get().map(what -> of.run().done(clock.instant(), what));
        } catch (ExecutionException e) {
            LOG.warn("{}: {} has failed", pipeline, of.run().id(), e.getCause());
            next = Optional.of(Agenda.failed(of.schedule(), of.run(), clock.instant(), words(e.getCause())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (next.isPresent() && !of.handedOver().get()) {
            ScheduledRun run = next.get();
            // Whether it was said to be late meanwhile.
            ScheduledRun as = find(journal, run.id()).filter(ScheduledRun::alerted).isPresent()
                    ? run.saidToBeLate()
                    : run;
            journal.write(as);
            LOG.info("{}: {} is {}{}", pipeline, as.id(), as.words(),
                    as.message().map(m -> ": " + m).orElse(""));
            record(as);
        }
    }

    private static Optional<ScheduledRun> find(RunJournal journal, String id) {
        return journal.all().stream().filter(r -> r.id().equals(id)).findFirst();
    }

    private static String words(Throwable cause) {
        return cause instanceof ProblemException p
                ? p.problems().get(0).code().name() + " " + p.problems().get(0).message()
                : Failure.words(cause);
    }

    private void record(ScheduledRun run) {
        try {
            RunsTable.add(connections.catalog(),
                    new RunsTable.Row(pipeline + "/" + run.id() + "/" + run.attempt(), pipeline,
                            run.schedule(), run.action(), run.due(), run.words(),
                            run.attempt(), run.at(), run.message(), run.by()));
        } catch (RuntimeException e) {
            LOG.warn("{}: {} is not in the table of runs: {}", pipeline, run.id(), words(e));
        }
    }

    /** Tells it, once if it is heard; false if it is not time to tell it again. */
    private boolean alert(RunJournal journal, Item.Alert alert) {
        Instant now = clock.instant();
        String key = alert.about() + alert.run().id();
        if (toldAt.containsKey(key) && now.isBefore(toldAt.get(key).plus(TOLD_AGAIN))) {
            return false;
        }
        toldAt.put(key, now);
        LOG.warn("{}: {} {}", pipeline, alert.run().id(), alert.why());
        if (webhook.isEmpty() || webhook.get().tell(pipeline, alert.run(), alert.why())) {
            // As it is by now: it may have begun, or come to its end.
            find(journal, alert.run().id()).ifPresent(r -> journal.write(switch (alert.about()) {
                case LATE -> r.saidToBeLate();
                case GIVEN_UP -> r.saidToBeGivenUp();
            }));
        }
        return true;
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    /** Waits; true as soon as it closes, which may end the waiting. */
    private boolean closesWithin(Duration time) {
        try {
            return closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Ends what is being done between two steps; another process goes on, or this one when it starts again. */
    @Override
    public void close() {
        closing.countDown();
        actions.shutdown();
        try {
            thread.join(GOODBYE.plus(AFTER_TROUBLE).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        actions.shutdownNow();
        webhook.ifPresent(Webhook::close);
    }
}
