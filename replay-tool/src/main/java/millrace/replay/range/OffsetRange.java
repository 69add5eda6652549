package millrace.replay.range;

/**
 * The records {@code [start, end)} of one partition.
 *
 * @param missing how many offsets at the start of what was asked for Kafka no longer has; a replay reads those from
 *        the bronze table
 */
public record OffsetRange(int partition, long start, long end, long missing) {
    public OffsetRange {
        if (start < 0 || end < start || missing < 0) {
            throw new IllegalArgumentException("partition " + partition + " [" + start + "," + end + ") -" + missing);
        }
    }

    /** Offsets in the range; at least the number of records, since transaction markers take offsets too. */
    public long offsets() {
        return end - start;
    }
}
