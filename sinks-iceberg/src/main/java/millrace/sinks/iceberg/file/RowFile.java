package millrace.sinks.iceberg.file;

/** One data file in the making. After an exception only {@link #abort()} is of use. */
interface RowFile {
    void add(RowSlots row);

    long rows();

    /** Bytes of the file so far, those not written yet included. */
    long length();

    /** Memory of rows that are not in the file yet. */
    long bufferedBytes();

    /** Writes what memory holds, if the format can do so before the file ends. */
    void spill();

    /** Finishes the file. */
    FinishedFile close();

    /** Stops without finishing; the file may exist in part. */
    void abort();
}
