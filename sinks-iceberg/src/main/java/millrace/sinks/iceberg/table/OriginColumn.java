package millrace.sinks.iceberg.table;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * A column that stands beside the row's own: in a bronze table so that a replay can read the record back, in a changelog
 * table so that a reader can tell what came last.
 */
public enum OriginColumn {
    /** Partition of the topic. */
    TOPIC_PARTITION("_topic_partition"),
    OFFSET("_offset"),
    /** Timestamp of the record, as an instant. */
    TIMESTAMP("_timestamp"),
    /** Key bytes; null if the record has none. */
    KEY("_key"),
    /** Headers in their order; a list, since a record may repeat a header. Null if it has none. */
    HEADERS("_headers"),
    /** Why the record could not be decoded; null when it was. */
    ERROR("_error"),
    /** The record's value as it was; null for a tombstone, and for decoded records unless the layout keeps bytes. */
    VALUE("_value"),
    /** What a JSON record says, members that the contract does not know included; only where the layout asks for it. */
    JSON("_json"),
    /** What became of the row of the key; a {@link KeyChange}. */
    CHANGE("_change");

    private final String columnName;

    OriginColumn(String columnName) {
        this.columnName = columnName;
    }

    public String columnName() {
        return columnName;
    }

    /** Whether each table of a layout has the column. */
    public boolean isIn(TableSpec.Layout layout) {
        return switch (layout) {
            case ENGINE, NEWEST -> false;
            case BRONZE, BRONZE_RAW -> this != JSON && this != CHANGE;
            case BRONZE_VARIANT -> this != CHANGE;
            case CHANGELOG -> this == TOPIC_PARTITION || this == OFFSET || this == CHANGE;
        };
    }

    /** The origin column of this name that tables of a layout have, or may come to have. */
    public static Optional<OriginColumn> named(String name, TableSpec.Layout layout) {
        return Arrays.stream(values()).filter(c -> c.columnName.equals(name) && c.isReservedIn(layout)).findFirst();
    }

    /** A contract may come to ask for the column for JSON when its table is there already. */
    private boolean isReservedIn(TableSpec.Layout layout) {
        return isIn(layout) || layout.isBronze() && this == JSON;
    }

    NestedField field(IntSupplier ids) {
        int id = ids.getAsInt();
        return switch (this) {
            case TOPIC_PARTITION -> NestedField.required(id, columnName, Types.IntegerType.get());
            case OFFSET -> NestedField.required(id, columnName, Types.LongType.get());
            case TIMESTAMP -> NestedField.required(id, columnName, Types.TimestampType.withZone());
            case KEY, VALUE -> NestedField.optional(id, columnName, Types.BinaryType.get());
            case JSON -> NestedField.optional(id, columnName, Types.VariantType.get());
            case CHANGE -> NestedField.required(id, columnName, Types.StringType.get());
            case ERROR -> NestedField.optional(id, columnName, Types.StringType.get());
            case HEADERS -> NestedField.optional(id, columnName,
                    Types.ListType.ofRequired(ids.getAsInt(),
                            Types.StructType.of(
                                    NestedField.required(ids.getAsInt(), "key", Types.StringType.get()),
                                    NestedField.optional(ids.getAsInt(), "value", Types.BinaryType.get()))));
        };
    }
}
