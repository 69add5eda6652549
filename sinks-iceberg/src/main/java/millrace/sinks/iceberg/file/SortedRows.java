package millrace.sinks.iceberg.file;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Headers;

/**
 * Records held until they can be written in the table's order. When they take too much memory they are written, and the
 * files they are in are finished: the order holds inside each file.
 */
final class SortedRows {
    static final long MOST_HELD = 96L << 20;
    /** Objects and array headers of a held record, about. */
    private static final int OVERHEAD = 160;

    /** @param error why the value is not to be read, or null */
    private record Held(byte[] sortKey, int partition, long offset, long timestamp, byte[] key, byte[] value,
            Headers headers, String error) implements Comparable<Held> {
        @Override
        public int compareTo(Held other) {
            return Arrays.compareUnsigned(sortKey, other.sortKey);
        }
    }

    private final SortKey order;
    private final RecordRows records;
    private final OpenFiles files;
    private List<Held> held = new ArrayList<>();
    private long heldBytes;

    SortedRows(SortKey order, RecordRows records, OpenFiles files) {
        this.order = order;
        this.records = records;
        this.files = files;
    }

    /** Holds the record whose row was read last. */
    void add(int partition, long offset, long timestamp, byte[] key, byte[] value, Headers headers, String error) {
        byte[] sortKey = order.of(records.row());
        held.add(new Held(sortKey, partition, offset, timestamp, key, value, headers, error));
        heldBytes += records.row().size + sortKey.length + OVERHEAD;
        if (heldBytes >= MOST_HELD) {
            drain();
        }
    }

    long heldBytes() {
        return heldBytes;
    }

    /** Writes all that is held, in order, and ends its files. */
    void drain() {
        if (held.isEmpty()) {
            return;
        }
        Held[] sorted = held.toArray(Held[]::new);
        held = new ArrayList<>();
        Arrays.sort(sorted);
        for (Held h : sorted) {
            if (h.error() == null) {
                records.read(h.partition(), h.offset(), h.timestamp(), h.key(), h.value(), h.headers());
            } else {
                records.readNothing(h.partition(), h.offset(), h.timestamp(), h.key(), h.value(), h.headers(),
                        h.error());
            }
            files.add(records.row());
        }
        heldBytes = 0;
        files.finishOpen();
    }
}
