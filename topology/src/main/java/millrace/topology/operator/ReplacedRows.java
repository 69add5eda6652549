package millrace.topology.operator;

import millrace.topology.flow.Change;
import millrace.topology.route.RoutedKey;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Writes the records of changes to a topic, but not the tombstone of a row where the record behind it has the same key: it
 * would be gone from the topic for a moment, and each update would cost two records.
 */
final class ReplacedRows {
    private final ProcessorContext<Object, Object> context;
    private final String node;
    private Record<Object, Object> tombstone;

    /** @param node that writes the topic */
    ReplacedRows(ProcessorContext<Object, Object> context, String node) {
        this.context = context;
        this.node = node;
    }

    /** @param record null if there is none of this change */
    void give(Change change, Record<Object, Object> record) {
        if (tombstone != null && record != null && isSameKey(tombstone, record)) {
            tombstone = null;
        }
        giveTombstone();
        if (record == null) {
            return;
        }
        if (change == Change.UPDATE_BEFORE) {
            tombstone = record;
        } else {
            context.forward(record, node);
        }
    }

    /** Gives what waits for the row that replaces it, if anything does. */
    void giveTombstone() {
        if (tombstone != null) {
            context.forward(tombstone, node);
            tombstone = null;
        }
    }

    private static boolean isSameKey(Record<Object, Object> one, Record<Object, Object> other) {
        return ((RoutedKey) one.key()).isSameAs((RoutedKey) other.key());
    }
}
