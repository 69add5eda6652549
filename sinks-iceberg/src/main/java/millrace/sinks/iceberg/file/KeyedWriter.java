package millrace.sinks.iceberg.file;

import java.util.List;
import java.util.Optional;
import millrace.sinks.iceberg.table.StorageFullException;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.kafka.common.header.Headers;

/**
 * Writes the newest record of each key into data files of a table whose rows change by key. Records are held until
 * {@link #close}: what a later one replaces is never in a file. Promises otherwise what {@link StagedWriter} does. One
 * thread uses it.
 */
public final class KeyedWriter {
    /** That a record has one was looked at when it came. */
    private static final byte[] ANY_KEY = {};

    private final RecordRows records;
    private final OpenFiles files;
    private final Optional<SortKey> order;
    private final NewestRecords newest = new NewestRecords();
    private boolean ended;

    private KeyedWriter(RecordRows records, OpenFiles files, Optional<SortKey> order) {
        this.records = records;
        this.files = files;
        this.order = order;
    }

    /** As {@link StagedWriter#open}. */
    public static KeyedWriter open(Table table, TableSpec spec, WriterSchemas schemas, String name) {
        TableColumns columns = StagedWriter.columns(table, spec, -1);
        return new KeyedWriter(new RecordRows(spec, columns, schemas), StagedWriter.files(table, spec, columns, name),
                SortKey.of(table.sortOrder(), columns));
    }

    /**
     * Holds a record. As {@link StagedWriter#append}; of one partition the offsets grow.
     *
     * @param name of the key among all of the table; not changed by its owner before {@link #close}
     */
    public Appended append(byte[] name, int partition, long offset, long timestamp, byte[] key, byte[] value,
            Headers headers) {
        requireOpen();
        Appended answer = records.read(partition, offset, timestamp, key, value, headers);
        if (answer == Appended.WRITTEN) {
            byte[] sortKey = value == null ? null : order.map(o -> o.of(records.row())).orElse(null);
            newest.put(name, sortKey, partition, offset, value);
        }
        return answer;
    }

    /** What is held, in bytes. */
    public long bytes() {
        return newest.bytes();
    }

    /** Told of each key's newest row when it is written. */
    public interface Placed {
        /** All keys that are held, before the first of them is written; their names ascending as unsigned bytes. */
        void keys(List<byte[]> names);

        /**
         * @param key its number among those
         * @param file its location
         */
        void at(int key, String file, long position);

        /** The key has no row any more. */
        void nowhere(int key);
    }

    /** Writes what is held and returns the files, in the table's order; empty if only deletes were held. */
    public List<DataFile> close(Placed placed) {
        requireOpen();
        try {
            Integer[] byName = newest.byName();
            int[] keyOf = new int[byName.length];
            byte[][] names = new byte[byName.length][];
            for (int key = 0; key < byName.length; key++) {
                keyOf[byName[key]] = key;
                names[key] = newest.name(byName[key]);
            }
            placed.keys(List.of(names));
            for (Integer record : order.isPresent() ? newest.inOrder() : byName) {
                if (newest.isDelete(record)) {
                    placed.nowhere(keyOf[record]);
                    continue;
                }
                if (records.read(newest.partition(record), newest.offset(record), 0, ANY_KEY, newest.value(record),
                        null) != Appended.WRITTEN) {
                    throw new IllegalStateException("a record that could be read cannot be read again");
                }
                files.add(records.row());
                placed.at(keyOf[record], files.rowFile(), files.rowPosition());
            }
            newest.clear();
            files.finishOpen();
        } catch (RuntimeException e) {
            ended = true;
            throw StorageFullException.of(files.location(), e);
        }
        ended = true;
        files.release();
        return files.finished();
    }

    /** As {@link StagedWriter#abort}. */
    public void abort() {
        ended = true;
        newest.clear();
        files.abort();
        files.release();
    }

    private void requireOpen() {
        if (ended) {
            throw new IllegalStateException("The writer was closed or has failed");
        }
    }
}
