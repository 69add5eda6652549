package millrace.sinks.iceberg.file;

/** How many rows a column takes at a time: as many as fill a part of a page, however large values are. */
public final class ColumnBatch {
    public static final int MOST_ROWS = 1000;
    private static final int FIRST_ROWS = 16;

    private final int pageBytes;
    private int rows = FIRST_ROWS;

    /** @param pageBytes of a page before it is compressed */
    public ColumnBatch(int pageBytes) {
        this.pageBytes = pageBytes;
    }

    public int rows() {
        return rows;
    }

    /** Takes note of how many bytes the largest open page had after the last rows. */
    public void adapt(long largestPage) {
        if (largestPage > 2L * pageBytes) {
            rows = Math.max(1, rows / 4);
        } else if (largestPage < pageBytes) {
            rows = Math.min(MOST_ROWS, rows * 2);
        }
    }
}
