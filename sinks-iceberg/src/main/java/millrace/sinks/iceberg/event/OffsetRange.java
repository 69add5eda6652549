package millrace.sinks.iceberg.event;

/** Offsets of one partition, {@code from} included, {@code to} not; offsets without a record of ours count too. */
public record OffsetRange(long from, long to) {
    public OffsetRange {
        if (from < 0 || to <= from) {
            throw new IllegalArgumentException("not a range: [" + from + ", " + to + ")");
        }
    }

    @Override
    public String toString() {
        return "[" + from + ", " + to + ")";
    }
}
