package millrace.ops.run;

import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import millrace.ops.deploy.Admission;
import millrace.ops.deploy.Arrangement;
import millrace.ops.deploy.Deployed;
import millrace.ops.deploy.DeployedJournal;
import millrace.ops.deploy.Deployment;
import millrace.ops.deploy.Revisions;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayJournal;
import millrace.replay.plan.ReplayPlan;
import millrace.schemas.problem.ProblemException;
import millrace.topology.run.Topics;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, on a thread of its own, by which text pipelines run: first whether what their folders say may, later whether somebody
 * has deployed something else.
 */
final class DeployedWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeployedWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Set<ReplayEntry.Status> OPEN = EnumSet.of(ReplayEntry.Status.STARTED,
            ReplayEntry.Status.PAUSED, ReplayEntry.Status.FINISHED, ReplayEntry.Status.PUBLISHING);

    private final List<Deployment> folders;
    private final Supplier<Topics> cluster;
    private final Map<String, Object> client;
    private final InstantSource clock;
    private final Consumer<Arrangement> changed;
    private final Map<String, Arrangement> arranged = new HashMap<>();
    private final Map<String, DeployedJournal> journals = new HashMap<>();
    /** By pipeline, what was wrong the last time. */
    private final Map<String, String> said = new HashMap<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private Topics topics;

    /** @param changed is told of each arrangement, from the thread that looks, the first of each pipeline among them */
    DeployedWatch(List<Deployment> folders, Supplier<Topics> cluster, Map<String, Object> client, InstantSource clock,
            Consumer<Arrangement> changed) {
        this.folders = List.copyOf(folders);
        this.cluster = cluster;
        this.client = Map.copyOf(client);
        this.clock = clock;
        this.changed = changed;
        thread = Thread.ofPlatform().name("deployed").daemon().start(this::run);
    }

    /** Waits until it is known by what each pipeline runs; false if that takes longer. */
    boolean await(Duration timeout) {
        try {
            return first.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run() {
        try {
            do {
                look();
            } while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            journals.values().forEach(DeployedJournal::close);
            if (topics != null) {
                closeQuietly(topics);
            }
        }
    }

    private void look() {
        try {
            if (topics == null) {
                topics = cluster.get();
            }
            folders.forEach(this::lookAlone);
            first.countDown();
        } catch (RuntimeException e) {
            LOG.debug("what runs is asked for again", e);
        }
    }

    /** One that cannot be arranged holds no other up. */
    private void lookAlone(Deployment folder) {
        String said = "";
        try {
            look(folder);
        } catch (Topics.ClusterUnavailableException | KafkaException e) {
            throw e;
        } catch (ProblemException e) {
            said = e.problems().get(0).toText("blocked");
        } catch (RuntimeException e) {
            said = "pipeline " + folder.name() + ": what runs is asked for again: " + e;
        }
        if (!said.equals(this.said.put(folder.name(), said)) && !said.isEmpty()) {
            LOG.warn("{}", said);
        }
    }

    private void look(Deployment folder) {
        DeployedJournal journal = journals.computeIfAbsent(folder.name(),
                name -> new DeployedJournal(topics, client, name));
        Optional<Deployed> runs = journal.read();
        Arrangement now = arranged.get(folder.name());
        if (now == null) {
            now = Arrangement.atStart(folder, runs, onItsWay(folder), clock.instant(), rolls -> write(journal, rolls));
            now.notice().ifPresent(why -> LOG.warn("pipeline {}: {}", folder.name(), why));
        } else if (runs.isEmpty() || now.is(runs.get())) {
            return;
        } else {
            now = Arrangement.of(folder, runs.get());
            LOG.info("pipeline {} goes on by what {} has deployed at {}", folder.name(), runs.get().by(),
                    runs.get().at());
        }
        arranged.put(folder.name(), now);
        changed.accept(now);
    }

    /** The replay of everything by the text of a folder, if there is one that has not ended. */
    private Optional<String> onItsWay(Deployment folder) {
        String revision = Revisions.together(folder);
        try (ReplayJournal replays = new ReplayJournal(topics, client, folder.name())) {
            return replays.all().stream().filter(e -> OPEN.contains(e.status()))
                    .filter(e -> e.plan().kind() instanceof ReplayPlan.Kind.Whole && e.plan().sample().isEmpty()
                            && e.plan().revision().equals(revision))
                    .map(e -> "replay " + e.plan().id() + ", millrace apply").reduce((a, b) -> b);
        }
    }

    private static void write(DeployedJournal journal, Admission.Rolls rolls) {
        journal.write(rolls.next());
        if (!rolls.changed().isEmpty()) {
            LOG.info("pipeline {} goes on by another text: {}", rolls.next().pipeline(), rolls.changed().stream()
                    .map(c -> c.model() + " " + c.verdict().words()).collect(Collectors.joining(", ")));
        }
    }

    private static void closeQuietly(Topics topics) {
        try {
            topics.close();
        } catch (Exception e) {
            LOG.debug("not closed cleanly", e);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
