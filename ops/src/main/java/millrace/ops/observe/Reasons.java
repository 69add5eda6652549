package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import org.apache.kafka.common.TopicPartition;

import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.observe.TableStatus.PartitionStatus;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.time.TaskWatermark;

/**
 * Finds what {@link Holdup} decides on: what the pipelines have told about time, what they have processed, and since
 * when partitions are silent. Not for use by several threads.
 */
final class Reasons implements AutoCloseable {
    /** As the pipeline itself has it, for a source without an event time of its own. */
    private static final Duration USUAL_TIMEOUT = Duration.ofMinutes(15);

    private final List<Deployment> deployments;
    private final Map<String, Upstream> upstreams = new HashMap<>();
    private final Map<String, DeployedTable> tables = new HashMap<>();
    private final TopicProbe topics;
    private final JournalTail journal;
    private final Instant started;
    private final Map<TopicPartition, Quiet> quiet = new HashMap<>();
    private Instant lastLook;

    private record Quiet(long end, Instant since, Optional<Instant> moved) {}

    /** What one look found of the source topics. */
    private record Look(Instant now, Map<String, SortedMap<Integer, PartitionStatus>> bounds,
            Map<TopicPartition, Instant> lastRecords, Map<String, Map<TopicPartition, Long>> committed,
            Map<String, String> ids) {}

    /** @param started nothing is known of the time before */
    Reasons(List<Deployment> deployments, Map<String, ?> kafka, TopicProbe topics, Instant started) {
        this.deployments = deployments;
        this.topics = topics;
        this.started = started;
        this.lastLook = started;
        journal = new JournalTail(kafka);
        for (Deployment deployment : deployments) {
            upstreams.put(deployment.name(), new Upstream(deployment));
            deployment.tables().forEach(t -> tables.put(t.name(), t));
        }
    }

    /**
     * The tables, each with the reason why nothing more is in it.
     *
     * @param pipelines their states, by name
     * @param bounds of all topics that feed tables
     * @param filled whether somebody is known to stage and commit
     * @throws org.apache.kafka.common.KafkaException if the brokers do not answer
     */
    List<TableStatus> explain(List<TableStatus> statuses, Map<String, PipelineStatus> pipelines,
            Map<String, Blocked> blockedPipelines, Map<String, SortedMap<Integer, PartitionStatus>> bounds,
            boolean filled, Instant now) {
        Look look = look(bounds, now);
        List<TableStatus> explained = new ArrayList<>();
        for (TableStatus status : statuses) {
            Deployment deployment = deployments.stream().filter(d -> d.name().equals(status.pipeline())).findFirst()
                    .orElseThrow();
            boolean computed = pipelines.get(deployment.name()).condition().compareTo(Condition.STOPPED) < 0;
            explained.add(status.because(Why.of(facts(deployment, tables.get(status.name()), status, computed,
                    Optional.ofNullable(blockedPipelines.get(deployment.name())), filled, look))));
        }
        return explained;
    }

    private Look look(Map<String, SortedMap<Integer, PartitionStatus>> bounds, Instant now) {
        Set<String> told = new HashSet<>();
        Set<String> followers = new HashSet<>();
        Map<String, Map<TopicPartition, Long>> committed = new HashMap<>();
        Set<String> sources = new HashSet<>();
        for (Deployment deployment : deployments) {
            told.add(deployment.pipeline().watermarksTopic());
            deployment.applications().values().forEach(a -> followers.add(TaskWatermark.topicOf(a)));
            told.add(deployment.pipeline().journalTopic());
            // First what was processed, then the ends were asked for: what came in between counts as unread at most.
            committed.put(deployment.name(), topics.committed(deployment.name()));
            deployment.pipeline().contracts().forEach(c -> sources.add(c.topic()));
        }
        told.addAll(followers);
        journal.read(told, followers, sources);
        List<TopicPartition> partitions = sources.stream().flatMap(topic -> bounds
                .getOrDefault(topic, new TreeMap<>()).keySet().stream().map(p -> new TopicPartition(topic, p)))
                .toList();
        Map<TopicPartition, Instant> lastRecords = topics.lastRecords(partitions);
        remember(partitions, bounds, lastRecords, now);
        return new Look(now, bounds, lastRecords, committed, topics.ids(sources));
    }

    /** Since when the end of each partition has not moved, as far back as can be said for certain. */
    private void remember(Collection<TopicPartition> partitions,
            Map<String, SortedMap<Integer, PartitionStatus>> bounds, Map<TopicPartition, Instant> lastRecords,
            Instant now) {
        for (TopicPartition partition : partitions) {
            long end = bounds.get(partition.topic()).get(partition.partition()).end();
            Quiet before = quiet.get(partition);
            if (before == null || before.end() != end) {
                // A record that came since the last look says itself when; its time may be far from that of its arrival.
                Instant from = before == null ? started : lastLook;
                Instant last = lastRecords.getOrDefault(partition, Instant.MIN);
                Instant since = last.isAfter(from) && !last.isAfter(now) ? last : before == null ? started : now;
                quiet.put(partition, new Quiet(end, since, Optional.of(since).filter(s -> before != null)));
            }
        }
        lastLook = now;
    }

    private Holdup.Facts facts(Deployment deployment, DeployedTable table, TableStatus status, boolean computed,
            Optional<Blocked> pipeline, boolean filled, Look look) {
        OptionalLong through = journal.through(table.spec().topic());
        return switch (table.kind()) {
            case BRONZE -> new Holdup.Facts(look.now(), Holdup.Rows.AS_THEY_CAME, status.blocked(), computed, filled,
                    table.spec().commitInterval(), status.lag(), micros(status), OptionalLong.empty(),
                    inputs(deployment, table, look), Optional.empty(), Duration.ZERO);
            case MODEL -> new Holdup.Facts(look.now(), Holdup.Rows.COMPUTED, status.blocked().or(() -> pipeline),
                    computed, filled, table.spec().commitInterval(), status.lag(), micros(status), through,
                    inputs(deployment, table, look),
                    upstreams.get(deployment.name()).windowAfter(table.source(), through),
                    Duration.of(upstreams.get(deployment.name()).delay(table.source()), ChronoUnit.MICROS));
            case LATE, QUARANTINE -> new Holdup.Facts(look.now(), Holdup.Rows.LEFT_OVER, status.blocked(), computed,
                    filled, table.spec().commitInterval(), status.lag(), micros(status), OptionalLong.empty(),
                    List.of(), Optional.empty(), Duration.ZERO);
        };
    }

    private static OptionalLong micros(TableStatus status) {
        return status.completeThrough().map(t -> {
            // The end of time is past what an instant of a commit can be read back from.
            Duration since = Duration.between(Instant.EPOCH, t);
            return OptionalLong.of(since.compareTo(Duration.ofSeconds(Long.MAX_VALUE / 1_000_000)) >= 0
                    ? TaskWatermark.END
                    : since.getSeconds() * 1_000_000 + since.getNano() / 1000);
        }).orElse(OptionalLong.empty());
    }

    private List<InputPartition> inputs(Deployment deployment, DeployedTable table, Look look) {
        Upstream upstream = upstreams.get(deployment.name());
        Set<String> feeding = upstream.contractsOf(table.source());
        List<InputPartition> inputs = new ArrayList<>();
        for (Contract contract : deployment.pipeline().contracts()) {
            boolean feeds = feeding.contains(contract.name());
            if (feeds || feeding.stream().anyMatch(c -> upstream.areRelated(c, contract.name()))) {
                look.bounds().getOrDefault(contract.topic(), new TreeMap<>())
                        .forEach((p, bound) -> inputs.add(input(deployment, contract, feeds, bound, look)));
            }
        }
        return inputs;
    }

    private InputPartition input(Deployment deployment, Contract contract, boolean feeds, PartitionStatus bound,
            Look look) {
        TopicPartition partition = new TopicPartition(contract.topic(), bound.partition());
        long next = look.committed().get(deployment.name()).getOrDefault(partition, bound.start());
        var told = journal.watermark(contract.topic(), bound.partition());
        return new InputPartition(contract.topic(), bound.partition(), feeds, bound.end(),
                Math.max(0, bound.end() - Math.max(next, bound.start())),
                told.map(w -> OptionalLong.of(w.watermark())).orElse(OptionalLong.empty()),
                contract.eventTime().map(EventTime::disorder).orElse(Duration.ZERO),
                Optional.ofNullable(look.lastRecords().get(partition)), quiet.get(partition).moved(),
                quiet.get(partition).since(),
                contract.eventTime().map(EventTime::idleTimeout).orElse(USUAL_TIMEOUT),
                journal.isPassedOver(look.ids().get(contract.topic()), bound.partition(), bound.end()));
    }

    @Override
    public void close() {
        journal.close();
    }
}
