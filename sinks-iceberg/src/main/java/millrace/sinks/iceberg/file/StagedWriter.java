package millrace.sinks.iceberg.file;

import java.util.List;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.kafka.common.header.Headers;

/**
 * Writes the records of one topic into data files of its table that no snapshot refers to: partitioned by the table's
 * hidden transforms, sorted if the table has a sort order, rolled by size. One thread uses it.
 *
 * <p>
 * The table is taken as it is when the writer opens; after a change of its schema open another. When any method throws
 * (a {@link millrace.sinks.iceberg.table.StorageFullException} if there is no space), only {@link #abort()} may still
 * be called, with two exceptions that leave the writer as it was: a
 * {@link millrace.schemas.registry.RegistryUnavailableException} from {@code append}, and a refusal, which is a value.
 */
public final class StagedWriter {
    private StagedWriter() {}

    /**
     * @param table as loaded from its catalog
     * @param name stands in every file's name and is unique for all time, or two writers could overwrite each other's
     *        files
     */
    public static StagedWriter open(Table table, TableSpec spec, WriterSchemas schemas, String name) {
        throw new UnsupportedOperationException("follows");
    }

    /**
     * Appends one record.
     *
     * @param timestamp of the record, in milliseconds
     * @param key null if it has none; never changed, and not read again after {@link #close()}
     * @param value null for a tombstone; as {@code key}
     * @return {@link Appended#WRITTEN}, or why the record is not in a file
     */
    public Appended append(int partition, long offset, long timestamp, byte[] key, byte[] value, Headers headers) {
        throw new UnsupportedOperationException("follows");
    }

    /**
     * Appends a record as its bytes with an error text and null columns, without looking at its value: for a record
     * that was refused, where the owner decides not to wait for the table to change. Only for bronze layouts.
     */
    public void appendUnread(int partition, long offset, long timestamp, byte[] key, byte[] value, Headers headers,
            String error) {
        throw new UnsupportedOperationException("follows");
    }

    /** Rows appended so far. */
    public long rows() {
        return 0;
    }

    /** Rows among them that stand as bytes because they could not be decoded. */
    public long unreadRows() {
        return 0;
    }

    /** Bytes of the files so far, closed ones and an estimate of the open ones. */
    public long bytes() {
        return 0;
    }

    /** Memory held for rows that are not in a file yet, an estimate in bytes. */
    public long bufferedBytes() {
        return 0;
    }

    /** Finishes the files and returns them all; empty if there were no rows. */
    public List<DataFile> close() {
        throw new UnsupportedOperationException("follows");
    }

    /** Deletes every file this writer made, as far as the storage answers; never throws. */
    public void abort() {}
}
