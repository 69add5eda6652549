package millrace.sinks.iceberg.file;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.sinks.iceberg.table.StorageFullException;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.statestores.store.KeyBytes;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.kafka.common.header.Headers;

/**
 * Writes the newest record of each key into data files of a table whose rows change by key. Records are held until
 * {@link #close}: what a later one replaces is never in a file. Promises otherwise what {@link StagedWriter} does. One
 * thread uses it.
 */
public final class KeyedWriter {
    /** Objects and array headers of a held record, about. */
    private static final int OVERHEAD = 200;

    private final RecordRows records;
    private final OpenFiles files;
    private final Optional<SortKey> order;
    private final Map<KeyBytes, Held> newest = new HashMap<>();
    private long heldBytes;
    private boolean ended;

    /** @param sortKey of a row; of a delete, and where the table has no order, the key */
    private record Held(byte[] sortKey, int partition, long offset, long timestamp, byte[] key, byte[] value,
            Headers headers, int bytes) {}

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
            byte[] sortKey = value == null ? name : order.map(o -> o.of(records.row())).orElse(name);
            Held held = new Held(sortKey, partition, offset, timestamp, key, value, headers,
                    records.row().size + name.length + sortKey.length + OVERHEAD);
            Held before = newest.put(new KeyBytes(name), held);
            heldBytes += held.bytes() - (before == null ? 0 : before.bytes());
        }
        return answer;
    }

    /** What is held, an estimate in bytes. */
    public long bytes() {
        return heldBytes;
    }

    /** The names of the keys that are held, ascending as unsigned bytes. */
    public List<byte[]> names() {
        byte[][] names = newest.keySet().stream().map(KeyBytes::bytes).toArray(byte[][]::new);
        Arrays.sort(names, Arrays::compareUnsigned);
        return List.of(names);
    }

    /** Told of each key's newest row when it is written. */
    public interface Placed {
        /** @param file its location */
        void at(byte[] name, String file, long position);

        /** The key has no row any more. */
        void nowhere(byte[] name);
    }

    /** Writes what is held and returns the files, in the table's order; empty if only deletes were held. */
    public List<DataFile> close(Placed placed) {
        requireOpen();
        try {
            @SuppressWarnings("unchecked")
            Map.Entry<KeyBytes, Held>[] sorted = newest.entrySet().toArray(Map.Entry[]::new);
            newest.clear();
            Arrays.sort(sorted, (a, b) -> Arrays.compareUnsigned(a.getValue().sortKey(), b.getValue().sortKey()));
            for (Map.Entry<KeyBytes, Held> entry : sorted) {
                Held h = entry.getValue();
                if (h.value() == null) {
                    placed.nowhere(entry.getKey().bytes());
                    continue;
                }
                if (records.read(h.partition(), h.offset(), h.timestamp(), h.key(), h.value(),
                        h.headers()) != Appended.WRITTEN) {
                    throw new IllegalStateException("a record that could be read cannot be read again");
                }
                files.add(records.row());
                placed.at(entry.getKey().bytes(), files.rowFile(), files.rowPosition());
            }
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
