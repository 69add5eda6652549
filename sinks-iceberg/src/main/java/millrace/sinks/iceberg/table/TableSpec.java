package millrace.sinks.iceberg.table;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import millrace.schemas.contract.Column;
import millrace.schemas.row.FieldType;
import org.apache.iceberg.SnapshotRef;

/**
 * Which table a topic lands in, and how.
 *
 * @param namespace and {@code name}: the table
 * @param topic the one topic that feeds it
 * @param columns the row type that the contract or model promises now; more may arrive by evolution
 * @param values how the topic's values are written
 * @param layout which columns stand beside the row's own
 * @param key the columns by which rows change, in the order in which record keys hold them; empty for layouts whose rows
 *        stay
 * @param eventTime the column that carries event time and how far it may be out of order, where the sink itself keeps
 *        the clock (bronze); absent where the pipeline's watermarks say how complete a topic is
 * @param partitionBy transforms as text, such as {@code day(client_ts)}, {@code bucket(16, id)}, {@code region}
 * @param sortBy columns, each optionally followed by {@code desc}, that order the rows inside a file
 * @param properties Iceberg table properties by their own names; {@code format-version} is 3 unless given here
 * @param formerNames of columns
 * @param ages what becomes of the table's partitions as they grow old
 * @param branch of the table that rows land on
 */
public record TableSpec(String namespace, String name, String topic, FieldType.Struct columns,
        ValueFormat values, Layout layout, List<String> key, Optional<Clock> eventTime, List<String> partitionBy,
        List<String> sortBy, Duration commitInterval, long targetFileSize, Map<String, String> properties,
        FormerNames formerNames, AgeRules ages, String branch) {

    public TableSpec {
        key = List.copyOf(key);
        if (key.isEmpty() == layout.isKeyed()) {
            throw new IllegalArgumentException("layout " + layout + " with key " + key);
        }
        for (String column : key) {
            if (columns.indexOf(column) < 0) {
                throw new IllegalArgumentException("no column " + column + " of the key");
            }
        }
        partitionBy = List.copyOf(partitionBy);
        sortBy = List.copyOf(sortBy);
        properties = Map.copyOf(properties);
    }

    /** A table whose topic holds Avro. */
    public TableSpec(String namespace, String name, String topic, FieldType.Struct columns, Layout layout,
            Optional<Clock> eventTime, List<String> partitionBy, List<String> sortBy, Duration commitInterval,
            long targetFileSize, Map<String, String> properties) {
        this(namespace, name, topic, columns, new ValueFormat.Avro(), layout, List.of(), eventTime, partitionBy,
                sortBy, commitInterval, targetFileSize, properties, FormerNames.NONE, AgeRules.NONE);
    }

    /** A table whose rows land on its main branch. */
    public TableSpec(String namespace, String name, String topic, FieldType.Struct columns, ValueFormat values,
            Layout layout, List<String> key, Optional<Clock> eventTime, List<String> partitionBy, List<String> sortBy,
            Duration commitInterval, long targetFileSize, Map<String, String> properties, FormerNames formerNames,
            AgeRules ages) {
        this(namespace, name, topic, columns, values, layout, key, eventTime, partitionBy, sortBy, commitInterval,
                targetFileSize, properties, formerNames, ages, SnapshotRef.MAIN_BRANCH);
    }

    /** The same table with rows of another topic, or of this one anew, on a branch. */
    public TableSpec onBranch(String other) {
        return new TableSpec(namespace, name, topic, columns, values, layout, key, eventTime, partitionBy, sortBy,
                commitInterval, targetFileSize, properties, formerNames, ages, other);
    }

    /** The same table with the rows of another topic of the same shape. */
    public TableSpec fedBy(String other) {
        return new TableSpec(namespace, name, other, columns, values, layout, key, eventTime, partitionBy, sortBy,
                commitInterval, targetFileSize, properties, formerNames, ages, branch);
    }

    public boolean isOnMain() {
        return branch.equals(SnapshotRef.MAIN_BRANCH);
    }

    /** The same table where the topic holds JSON that a contract of these columns describes. */
    public TableSpec ofJson(List<Column> contract) {
        var json = new ValueFormat.Json(contract);
        return new TableSpec(namespace, name, topic, json.rowType(), json, layout, key, eventTime, partitionBy, sortBy,
                commitInterval, targetFileSize, properties, formerNames, ages, branch);
    }

    /** The same table where records change the rows of these columns, which are the records' keys, and all changes stay. */
    public TableSpec ofChanges(List<String> by) {
        return keyed(Layout.CHANGELOG, by);
    }

    /** The same table where records change the rows of these columns, which are the records' keys, and the newest stay. */
    public TableSpec ofNewest(List<String> by) {
        return keyed(Layout.NEWEST, by);
    }

    private TableSpec keyed(Layout as, List<String> by) {
        return new TableSpec(namespace, name, topic, columns, values, as, by, eventTime, partitionBy, sortBy,
                commitInterval, targetFileSize, properties, formerNames, ages, branch);
    }

    /** The same table where partitions do not stay as they are. */
    public TableSpec aging(AgeRules rules) {
        return new TableSpec(namespace, name, topic, columns, values, layout, key, eventTime, partitionBy, sortBy,
                commitInterval, targetFileSize, properties, formerNames, rules, branch);
    }

    /** The same table where columns had other names before. */
    public TableSpec formerly(FormerNames names) {
        return new TableSpec(namespace, name, topic, columns, values, layout, key, eventTime, partitionBy, sortBy,
                commitInterval, targetFileSize, properties, names, ages, branch);
    }

    /** The same table with these properties too, which win. */
    public TableSpec withProperties(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(properties);
        all.putAll(more);
        return new TableSpec(namespace, name, topic, columns, values, layout, key, eventTime, partitionBy, sortBy,
                commitInterval, targetFileSize, all, formerNames, ages, branch);
    }

    /** {@code namespace.name}, of another branch than the main one {@code namespace.name@branch}. */
    public String qualifiedName() {
        return new TableName(namespace + "." + name, branch).toString();
    }

    /** Event time as the sink reads it. */
    public record Clock(String column, Duration disorder) {}

    /** What stands beside the row's own columns. */
    public enum Layout {
        /**
         * Origin columns ({@code _topic_partition}, {@code _offset}, {@code _timestamp}, {@code _key},
         * {@code _headers}) and {@code _error}; a record that cannot be decoded lands with its bytes and null fields.
         */
        BRONZE,
        /** As {@link #BRONZE}, and {@code _value} keeps the original bytes of every record. */
        BRONZE_RAW,
        /**
         * As {@link #BRONZE}, and {@code _json} says as an Iceberg variant what the whole of a JSON record says. Needs
         * tables of format version 3.
         */
        BRONZE_VARIANT,
        /** The row's own columns only; used for topics that the engine itself writes. */
        ENGINE,
        /**
         * Every record of a topic that the engine writes upserts to: the row's own columns, of which only the key's
         * are always there, {@code _topic_partition}, {@code _offset}, and {@code _change}, which is a {@link KeyChange}.
         * The newest offset of a key says what its row is now; a key is always in one partition.
         */
        CHANGELOG,
        /**
         * The row of each key as it is now, from a topic that the engine writes upserts to: the row's own columns, of which
         * the key's are always there and are the table's identifier fields. What is replaced or deleted is deleted by
         * position. A key is always in one partition.
         */
        NEWEST;

        private static final Set<Layout> BRONZE_LAYOUTS = Set.of(BRONZE, BRONZE_RAW, BRONZE_VARIANT);

        /** Whether it is one for topics of others, where a record that cannot be decoded is a row too. */
        public boolean isBronze() {
            return BRONZE_LAYOUTS.contains(this);
        }

        /** Whether records change rows by key. */
        public boolean isKeyed() {
            return this == CHANGELOG || this == NEWEST;
        }
    }
}
