package millrace.sinks.iceberg.table;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** A column that stands beside the row's own in a bronze table, so that a replay can read the record back. */
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
    JSON("_json");

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
            case ENGINE -> false;
            case BRONZE, BRONZE_RAW -> this != JSON;
            case BRONZE_VARIANT -> true;
        };
    }

    /** The origin column of this name. */
    public static Optional<OriginColumn> named(String name) {
        return Arrays.stream(values()).filter(c -> c.columnName.equals(name)).findFirst();
    }

    NestedField field(IntSupplier ids) {
        int id = ids.getAsInt();
        return switch (this) {
            case TOPIC_PARTITION -> NestedField.required(id, columnName, Types.IntegerType.get());
            case OFFSET -> NestedField.required(id, columnName, Types.LongType.get());
            case TIMESTAMP -> NestedField.required(id, columnName, Types.TimestampType.withZone());
            case KEY, VALUE -> NestedField.optional(id, columnName, Types.BinaryType.get());
            case JSON -> NestedField.optional(id, columnName, Types.VariantType.get());
            case ERROR -> NestedField.optional(id, columnName, Types.StringType.get());
            case HEADERS -> NestedField.optional(id, columnName,
                    Types.ListType.ofRequired(ids.getAsInt(),
                            Types.StructType.of(
                                    NestedField.required(ids.getAsInt(), "key", Types.StringType.get()),
                                    NestedField.optional(ids.getAsInt(), "value", Types.BinaryType.get()))));
        };
    }
}
