package millrace.sinks.iceberg.keyed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import millrace.sinks.iceberg.event.SourcePosition;

/**
 * What an index reflects: the live rows of some topic partitions, as the table had them when it held these partitions up to
 * these offsets.
 *
 * @param layout of the table; a place is of this one or a later one, and means nothing in another line of layouts
 * @param key columns and their types, which decide the bytes of a key
 * @param partitions how many the topic has, which decides where a key's records are
 * @param snapshotId one in which the table had the rows; 0 for a table without one
 * @param next by partition: up to where
 */
record Reflected(UUID table, long layout, String key, String topicId, int partitions, long snapshotId,
        SortedMap<Integer, Long> next) {
    private static final ObjectMapper JSON = new ObjectMapper();

    Reflected {
        next = Collections.unmodifiableSortedMap(new TreeMap<>(next));
    }

    /** The same of another layout. */
    Reflected inLayout(long other) {
        return new Reflected(table, other, key, topicId, partitions, snapshotId, next);
    }

    /** The same after these partitions have moved on. */
    Reflected after(Map<Integer, Long> moved) {
        var all = new TreeMap<>(next);
        all.putAll(moved);
        return new Reflected(table, layout, key, topicId, partitions, snapshotId, all);
    }

    /**
     * The same with a later snapshot, if that has just these rows. One that already has later ones, which were committed
     * without this being told, will not do: what is read to catch up is what was added after it.
     */
    Reflected asOf(long snapshot, SourcePosition position) {
        boolean same = next.entrySet().stream()
                .allMatch(e -> position.next(e.getKey()).orElse(e.getValue()) == (long) e.getValue());
        return same ? new Reflected(table, layout, key, topicId, partitions, snapshot, next) : this;
    }

    /** Whether keys and positions mean the same in both. */
    boolean speaksOfTheSameAs(Reflected other) {
        return table.equals(other.table) && layout == other.layout && key.equals(other.key)
                && topicId.equals(other.topicId) && partitions == other.partitions;
    }

    String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nothing if the text is of another version. */
    static Optional<Reflected> fromJson(String text) {
        try {
            return Optional.of(JSON.readValue(text, Reflected.class));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
