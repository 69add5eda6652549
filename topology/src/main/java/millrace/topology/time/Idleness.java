package millrace.topology.time;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.schemas.time.TaskWatermark;

/**
 * Decides which source partitions are idle and how far they may be advanced. Pure but for what it remembers of what it
 * was shown: give it what a fresh look at the cluster found, as often as one likes.
 *
 * <p>
 * A partition is idle if its end has not moved for its timeout and the pipeline has committed everything before that
 * end: then nothing is on its way. It may be advanced to the slowest of those related partitions that are not idle,
 * since they hold results back anyway. When all are idle nobody is advanced: what is open may still get rows.
 */
public final class Idleness {
    /** Which partition of which source, by the source's ordinal. */
    public record Partition(int source, int partition) {}

    /**
     * What a look found of one partition.
     *
     * @param end offset behind the last record
     * @param committed next offset that the pipeline reads, if it has committed one
     * @param watermark that the partition has told, if it has
     * @param timeout how long it may be silent
     * @param group partitions of one group are related: some result waits for all of them
     */
    public record Seen(long end, OptionalLong committed, OptionalLong watermark, Duration timeout, int group) {
        boolean isDone() {
            return committed.isPresent() && committed.getAsLong() >= end;
        }
    }

    /**
     * What may be done about an idle partition.
     *
     * @param end nothing lies before it that was not processed
     * @param watermark as far as the related partitions have come
     */
    public record Offer(long end, long watermark) {}

    private record Since(long end, Instant at) {}

    private final Map<Partition, Since> ends = new HashMap<>();

    /** The idle partitions that may be advanced, each with what it may be advanced to. */
    public Map<Partition, Offer> look(Map<Partition, Seen> seen, Instant now) {
        seen.forEach((partition, s) -> {
            Since since = ends.get(partition);
            if (since == null || since.end() != s.end()) {
                ends.put(partition, new Since(s.end(), now));
            }
        });
        Map<Partition, Offer> offers = new HashMap<>();
        seen.forEach((partition, s) -> {
            if (isIdle(partition, s, now)) {
                OptionalLong slowest = slowest(seen, s.group(), now);
                if (slowest.isPresent() && slowest.getAsLong() > s.watermark().orElse(PartitionClock.UNSET)) {
                    offers.put(partition, new Offer(s.end(), slowest.getAsLong()));
                }
            }
        });
        return offers;
    }

    /** Since when a partition's end has not moved, if it is idle. */
    public Optional<Instant> idleSince(Partition partition, Seen s, Instant now) {
        return isIdle(partition, s, now) ? Optional.of(ends.get(partition).at()) : Optional.empty();
    }

    private boolean isIdle(Partition partition, Seen s, Instant now) {
        Since since = ends.get(partition);
        return since != null && s.isDone() && !now.isBefore(since.at().plus(s.timeout()));
    }

    /** The smallest watermark of the partitions of a group that are at work; empty if one of them has none yet. */
    private OptionalLong slowest(Map<Partition, Seen> seen, int group, Instant now) {
        OptionalLong slowest = OptionalLong.empty();
        for (Map.Entry<Partition, Seen> e : seen.entrySet()) {
            Seen s = e.getValue();
            boolean ended = s.watermark().isPresent() && s.watermark().getAsLong() == TaskWatermark.END;
            if (s.group() == group && !ended && !isIdle(e.getKey(), s, now)) {
                if (s.watermark().isEmpty()) {
                    return OptionalLong.empty();
                }
                long watermark = s.watermark().getAsLong();
                slowest = OptionalLong.of(slowest.isEmpty() ? watermark : Math.min(slowest.getAsLong(), watermark));
            }
        }
        return slowest;
    }
}
