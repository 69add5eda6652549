package millrace.sinks.iceberg.rewrite;

import java.time.Duration;

/**
 * When files are worth rewriting.
 *
 * @param targetBytes of a file
 * @param together so many small files at least, unless their partition is settled
 * @param deadRatio from which on a file is rewritten without its dead rows, alone if need be
 * @param settled a partition is that has got no file for so long; two small files of it are too many
 * @param copyFrom mean size from which on files are put together as they are: their row groups stay, and are large enough
 * @param mostFiles that are open at once
 * @param mostSortedBytes of files without order, which are sorted in memory, where they take twenty times as much
 * @param mostCurvedBytes of files that are put along a curve together, a column at a time
 * @param mostCurvedRows of them
 */
public record RewriteRules(long targetBytes, int together, double deadRatio, Duration settled, long copyFrom,
        int mostFiles, long mostSortedBytes, long mostCurvedBytes, long mostCurvedRows) {
    /** A file of more than this share of the target is no small one. */
    private static final double FULL = 0.75;
    private static final int TOGETHER = 5;
    private static final double DEAD_RATIO = 0.3;
    private static final long COPY_FROM = 4L << 20;
    private static final int MOST_FILES = 32;
    private static final long MOST_SORTED = 24L << 20;
    static final long MOST_CURVED = 128L << 20;
    static final long MOST_CURVED_ROWS = 4_000_000;

    public static RewriteRules forTarget(long targetBytes) {
        return new RewriteRules(targetBytes, TOGETHER, DEAD_RATIO, Duration.ofHours(1),
                Math.min(COPY_FROM, targetBytes / 8), MOST_FILES, MOST_SORTED, MOST_CURVED, MOST_CURVED_ROWS);
    }

    /** The same, as if no partition would get files any more: all that are too small are worth it, and any dead row is. */
    public RewriteRules atOnce() {
        return new RewriteRules(targetBytes, together, Double.MIN_VALUE, Duration.ZERO, copyFrom, mostFiles,
                mostSortedBytes, mostCurvedBytes, mostCurvedRows);
    }

    /** Whether it is one that others may be put together with. */
    public boolean isSmall(TableFile file) {
        return file.bytes() < targetBytes * FULL;
    }
}
