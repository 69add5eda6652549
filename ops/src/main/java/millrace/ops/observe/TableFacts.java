package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import millrace.ops.observe.TableStatus.PartitionStatus;
import millrace.sinks.iceberg.health.Upkeep;

/**
 * What was found about one table, before it is judged.
 *
 * @param commitInterval how often rows are meant to become visible
 * @param objective the contract's freshness promise
 * @param contents absent while the table does not exist
 * @param partitions position of the table against its topic; empty while the topic does not exist
 * @param newest Kafka timestamp of the newest record in the table; of late rows and quarantine, which are old when they
 *        come, when rows were last added
 * @param oldestWaiting Kafka timestamp of the oldest record on the topic that is not in the table; of late rows and
 *        quarantine since when one was seen to wait
 * @param sinkRuns whether anything is known to work on this table now
 */
public record TableFacts(String name, String pipeline, String topic, Duration commitInterval,
        Optional<Duration> objective, Optional<Contents> contents, List<PartitionStatus> partitions,
        Optional<Instant> newest, Optional<Instant> oldestWaiting, boolean sinkRuns, Optional<Blocked> blocked) {

    /** What the table itself says. */
    public record Contents(long rows, long files, long smallFiles, long bytes, Optional<Long> snapshot,
            Optional<Instant> lastCommit, Optional<Instant> completeThrough, double rowsPerSecond, Upkeep upkeep) {
        public static final Contents NONE = new Contents(0, 0, 0, 0, Optional.empty(), Optional.empty(),
                Optional.empty(), 0, Upkeep.NONE);
    }

    /** Judges the facts; the same facts at the same time give the same status. */
    public TableStatus assess(Instant now) {
        Contents found = contents.orElse(Contents.NONE);
        long lag = partitions.stream().mapToLong(PartitionStatus::lag).sum();
        Optional<Duration> freshness = newest.map(t -> age(t, now));
        Optional<Duration> waiting = oldestWaiting.map(t -> age(t, now));
        Verdict verdict = verdict(found, lag, freshness, waiting);
        return new TableStatus(name, pipeline, topic, verdict.condition(), verdict.explanation(), found.rows(),
                found.files(), found.smallFiles(), found.bytes(), found.snapshot(), found.lastCommit(), newest,
                freshness, objective, waiting, found.completeThrough(), lag, found.rowsPerSecond(), partitions,
                blocked, Optional.empty(), found.upkeep());
    }

    private record Verdict(Condition condition, String explanation) {}

    private Verdict verdict(Contents found, long lag, Optional<Duration> freshness, Optional<Duration> waiting) {
        if (blocked.isPresent()) {
            return new Verdict(Condition.BLOCKED, blocked.get().reason());
        }
        if (partitions.isEmpty()) {
            return new Verdict(Condition.EMPTY, "The topic " + topic + " does not exist yet.");
        }
        if (waiting.isPresent()) {
            String wait = "The oldest of " + grouped(lag) + " offsets not in the table has waited "
                    + Ages.words(waiting.get());
            if (!sinkRuns) {
                return new Verdict(Condition.STOPPED, wait + ", and no stage and commit role works on it here.");
            }
            // A record written just after a commit waits one interval for the next, and the commit takes a while.
            Duration expected = commitInterval.multipliedBy(2).plusSeconds(5);
            return waiting.get().compareTo(expected) > 0
                    ? new Verdict(Condition.BEHIND, wait + "; a commit is due each "
                            + Ages.words(commitInterval) + ".")
                    : new Verdict(Condition.CURRENT, "The next commit takes in what has just come.");
        }
        if (objective.isPresent() && freshness.isPresent() && freshness.get().compareTo(objective.get()) > 0) {
            return new Verdict(Condition.STALE, "Everything on the topic is in the table, but its newest record is "
                    + Ages.words(freshness.get()) + " old; the contract promises " + Ages.words(objective.get())
                    + ". Look at the producer.");
        }
        if (found.rows() == 0) {
            return new Verdict(Condition.EMPTY, "The topic " + topic + " has given this table no row yet.");
        }
        return new Verdict(Condition.CURRENT, "Everything on the topic is in the table.");
    }

    private static Duration age(Instant then, Instant now) {
        Duration age = Duration.between(then, now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    private static String grouped(long n) {
        return String.format(java.util.Locale.ROOT, "%,d", n);
    }
}
