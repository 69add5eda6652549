package millrace.topology.run;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.assemble.Pipeline;
import millrace.topology.origin.SourceTopic;
import millrace.topology.time.IdleOffers;
import millrace.topology.time.Idleness;
import org.apache.kafka.common.TopicPartition;

/** Looks at the cluster for partitions that are idle, and tells the tasks of this process what they may do about it. */
final class IdleWatch implements AutoCloseable {
    /** Of a source without an event time of its own. */
    private static final Duration USUAL_TIMEOUT = Duration.ofMinutes(15);
    private static final Duration OFTEN = Duration.ofSeconds(1);
    private static final Duration SELDOM = Duration.ofSeconds(10);

    private final Pipeline pipeline;
    private final Collection<SourceTopic> sources;
    private final Topics topics;
    private final IdleOffers offers;
    private final InstantSource clock;
    private final Deciding deciding;
    private final Idleness idleness = new Idleness();
    private final Map<Idleness.Partition, Long> watermarks = new HashMap<>();
    private final Map<String, Integer> groups;
    private final Duration every;
    private Topics.Tail told;
    private Instant next = Instant.MIN;

    /** Who decides that a partition is idle. */
    enum Deciding {
        /** This run, which writes it down. */
        HERE,
        /** The run whose journal this one obeys. */
        ELSEWHERE
    }

    IdleWatch(Pipeline pipeline, Collection<SourceTopic> sources, Topics topics, IdleOffers offers,
            InstantSource clock, Deciding deciding) {
        this.pipeline = pipeline;
        this.sources = sources;
        this.topics = topics;
        this.offers = offers;
        this.clock = clock;
        this.deciding = deciding;
        groups = pipeline.groups();
        Duration shortest = sources.stream().map(s -> timeout(s.contract())).min(Duration::compareTo)
                .orElse(USUAL_TIMEOUT).dividedBy(4);
        every = shortest.compareTo(OFTEN) < 0 ? OFTEN : shortest.compareTo(SELDOM) > 0 ? SELDOM : shortest;
    }

    /** Looks if it is time to; a cluster that does not answer is looked at again later. */
    void look() {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return;
        }
        next = now.plus(every);
        try {
            lookNow(now);
        } catch (Topics.ClusterUnavailableException e) {
            // Said elsewhere; nobody is advanced meanwhile.
            offers.publish(Map.of(), Map.of());
        }
    }

    private void lookNow(Instant now) {
        readWatermarks();
        List<String> names = sources.stream().map(SourceTopic::topic).toList();
        // First what was processed, then the ends: a record that comes in between is not taken for processed.
        Map<TopicPartition, Long> committed = topics.committed(pipeline.name());
        Map<TopicPartition, Long> ends = topics.endOffsets(names);
        Map<Idleness.Partition, Idleness.Seen> seen = new HashMap<>();
        Map<Idleness.Partition, Long> processed = new HashMap<>();
        for (SourceTopic source : sources) {
            for (int p = 0; p < source.partitions(); p++) {
                TopicPartition partition = new TopicPartition(source.topic(), p);
                Idleness.Partition place = new Idleness.Partition(source.ordinal(), p);
                Long next = committed.get(partition);
                Long watermark = watermarks.get(place);
                if (next != null) {
                    processed.put(place, next);
                }
                if (ends.containsKey(partition)) {
                    seen.put(place, new Idleness.Seen(ends.get(partition),
                            next == null ? OptionalLong.empty() : OptionalLong.of(next),
                            watermark == null ? OptionalLong.empty() : OptionalLong.of(watermark),
                            timeout(source.contract()), groups.get(source.contract().name())));
                }
            }
        }
        Map<Idleness.Partition, Idleness.Offer> found = idleness.look(seen, now);
        offers.publish(switch (deciding) {
            case HERE -> found;
            case ELSEWHERE -> Map.of();
        }, processed);
    }

    private void readWatermarks() {
        if (told == null) {
            told = topics.tail(pipeline.watermarksTopic());
        }
        for (Topics.Entry entry : told.poll()) {
            TaskWatermark.of(entry.key(), entry.value()).ifPresent(w -> sources.stream()
                    .filter(s -> s.topic().equals(w.topic())).findFirst()
                    .ifPresent(s -> watermarks.put(new Idleness.Partition(s.ordinal(), w.task()), w.watermark())));
        }
    }

    private static Duration timeout(Contract contract) {
        return contract.eventTime().map(EventTime::idleTimeout).orElse(USUAL_TIMEOUT);
    }

    @Override
    public void close() {
        if (told != null) {
            told.close();
        }
    }
}
