package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import millrace.sinks.iceberg.health.Upkeep;

/**
 * A table, the topic that feeds it, and how far apart they are.
 *
 * @param name with namespace, such as {@code silver.clicks}
 * @param explanation one sentence: why it is in this condition
 * @param rows live rows
 * @param smallFiles files under half of the target size, which a compaction would merge
 * @param lastCommit when a commit last added rows
 * @param newest Kafka timestamp of the newest record in the table; of late rows and quarantine, which are old when they
 *        come, when rows were last added
 * @param freshness age of {@code newest}
 * @param objective the freshness that the contract promises
 * @param waiting age of the oldest record on the topic that is not in the table, of late rows and quarantine how long
 *        one was seen to wait; absent if none waits
 * @param completeThrough event time up to which nothing on time is missing
 * @param lag offsets on the topic that are not in the table yet
 * @param rowsPerSecond added by the commits of the last minute
 * @param why it is complete through this time and no further; absent where Kafka did not answer
 * @param upkeep how its files were kept few and large in the last hour
 */
public record TableStatus(String name, String pipeline, String topic, Condition condition, String explanation,
        long rows, long files, long smallFiles, long bytes, Optional<Long> snapshot, Optional<Instant> lastCommit,
        Optional<Instant> newest, Optional<Duration> freshness, Optional<Duration> objective,
        Optional<Duration> waiting, Optional<Instant> completeThrough, long lag, double rowsPerSecond,
        List<PartitionStatus> partitions, Optional<Blocked> blocked, Optional<Why> why, Upkeep upkeep) {

    public TableStatus {
        partitions = List.copyOf(partitions);
        upkeep = upkeep == null ? Upkeep.NONE : upkeep; // of a process that does not tell it yet
    }

    /** The same with the answer to why nothing more is in it. */
    TableStatus because(Why answer) {
        return new TableStatus(name, pipeline, topic, condition, explanation, rows, files, smallFiles, bytes, snapshot,
                lastCommit, newest, freshness, objective, waiting, completeThrough, lag, rowsPerSecond, partitions,
                blocked, Optional.of(answer), upkeep);
    }

    /** Namespace: {@code bronze}, {@code quarantine} or a model's layer. */
    public String layer() {
        return name.substring(0, name.indexOf('.'));
    }

    /**
     * How far a table is in one partition of its topic.
     *
     * @param position the next offset the table needs
     * @param start the first offset that Kafka still has
     * @param end behind the last offset
     */
    public record PartitionStatus(int partition, long position, long start, long end) {
        public long lag() {
            return Math.max(0, end - Math.max(position, start));
        }
    }
}
