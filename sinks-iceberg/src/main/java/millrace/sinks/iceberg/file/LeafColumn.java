package millrace.sinks.iceberg.file;

/**
 * Takes the values of one leaf column of a Parquet file, in row order, with Parquet's repetition and definition levels.
 * A column is of one kind and takes only that kind.
 */
public interface LeafColumn {
    /** No value at this definition level. */
    void absent(int repetition, int definition);

    /** A boolean (0 or 1), int, long, float (its bits) or double (its bits). */
    void number(long value, int repetition, int definition);

    /** Fixed-length bytes, at most 16 of them, as a big-endian number of two halves; only the column's low bytes count. */
    void wide(long high, long low, int repetition, int definition);

    void bytes(byte[] source, int offset, int length, int repetition, int definition);
}
