package millrace.topology.archive;

/** Offsets of a partition, of which {@code to} is the first that is not meant. */
public record ArchiveRange(long from, long to) {
    public ArchiveRange {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException(from + " to " + to);
        }
    }
}
