package millrace.replay.range;

import java.util.Comparator;
import java.util.List;

/** A resolved range of a topic: one {@link OffsetRange} for each of its partitions, in order. */
public record ReplayRange(String topic, List<OffsetRange> partitions) {
    public ReplayRange {
        partitions = partitions.stream().sorted(Comparator.comparingInt(OffsetRange::partition)).toList();
    }

    /** Offsets over all partitions. */
    public long offsets() {
        return partitions.stream().mapToLong(OffsetRange::offsets).sum();
    }

    /** Offsets that Kafka no longer has, over all partitions. */
    public long missing() {
        return partitions.stream().mapToLong(OffsetRange::missing).sum();
    }
}
