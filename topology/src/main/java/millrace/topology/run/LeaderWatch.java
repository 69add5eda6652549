package millrace.topology.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import millrace.schemas.time.TimeEntry;
import millrace.topology.follow.Leader;
import millrace.topology.time.TimeJournal;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks, on a thread of its own, how far the pipeline has come that is followed. */
final class LeaderWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderWatch.class);
    private static final Duration EVERY = Duration.ofMillis(200);

    private final Topics topics;
    private final String pipeline;
    private final Set<String> sources;
    private final Leader leader;
    private final List<TimeEntry> entries = new ArrayList<>();
    private Map<TopicPartition, Long> committed = Map.of();
    private Topics.Tail tail;
    private TimeJournal journal = TimeJournal.EMPTY;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** @param topics stays the caller's to close */
    LeaderWatch(Topics topics, String pipeline, Set<String> sources, Leader leader) {
        this.topics = topics;
        this.pipeline = pipeline;
        this.sources = Set.copyOf(sources);
        this.leader = leader;
        thread = Thread.ofPlatform().name("follows-" + pipeline).daemon().start(this::run);
    }

    private void run() {
        try {
            do {
                look();
            } while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            Map<TopicPartition, Long> now = topics.committed(pipeline).entrySet().stream()
                    .filter(e -> sources.contains(e.getKey().topic()))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            // A silent leader may still decide that a partition is idle.
            boolean more = read();
            if (more || !now.equals(committed)) {
                committed = now;
                leader.publish(now, journal);
            }
        } catch (Topics.ClusterUnavailableException e) {
            LOG.debug("{} is asked again", pipeline, e);
        } catch (RuntimeException e) {
            LOG.warn("nothing is read behind {} until it says how far it has come; it is asked again", pipeline, e);
        }
    }

    private boolean read() {
        if (tail == null) {
            tail = topics.tail(TimeEntry.topicOf(pipeline));
        }
        int before = entries.size();
        tail.settled().stream().map(e -> TimeEntry.of(e.key(), e.value())).flatMap(Optional::stream)
                .filter(e -> e instanceof TimeEntry.Floor || e instanceof TimeEntry.Widening).forEach(entries::add);
        if (entries.size() > before) {
            journal = new TimeJournal(entries);
        }
        return entries.size() > before;
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (tail != null) {
            tail.close();
        }
    }
}
