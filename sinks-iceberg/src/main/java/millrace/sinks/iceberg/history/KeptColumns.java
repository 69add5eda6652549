package millrace.sinks.iceberg.history;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The columns of a bronze table that a contract reads: what a record was, as far as the contract can tell. Pure.
 *
 * @param columns of the contract that the table has, in the contract's order
 * @param row their types in the engine's terms; each may be null, since a record that cannot be decoded is a row too
 */
record KeptColumns(List<Kept> columns, FieldType.Struct row) {
    KeptColumns {
        columns = List.copyOf(columns);
    }

    /**
     * A column of a contract.
     *
     * @param fields of the table that have its values: under its name first, then under those that it had before
     */
    record Kept(Column column, List<NestedField> fields) {
        Kept {
            fields = List.copyOf(fields);
        }
    }

    static KeptColumns of(Schema table, Contract contract) {
        List<NestedField> own = table.columns().stream().filter(f -> !isOrigin(f)).toList();
        List<Kept> columns = new ArrayList<>();
        for (Column column : contract.columns()) {
            List<NestedField> fields = named(column, own);
            if (!fields.isEmpty()) {
                columns.add(new Kept(column, fields));
            }
        }
        return new KeptColumns(columns, new FieldType.Struct(columns.stream()
                .map(k -> new Field(k.column().name(), type(k.fields().get(0).type()), true)).toList()));
    }

    static boolean isOrigin(NestedField field) {
        return OriginColumn.named(field.name(), Layout.BRONZE_VARIANT).isPresent();
    }

    /** Those of some fields that a column is read from: by its name first, then by those that it had before. */
    static List<NestedField> named(Column column, List<NestedField> fields) {
        return names(column).stream().flatMap(name -> fields.stream().filter(f -> f.name().equals(name))).toList();
    }

    /** A column's name, and those that it had before. */
    static List<String> names(Column column) {
        return Stream.concat(Stream.of(column.name()), column.aliases().stream()).distinct().toList();
    }

    private static FieldType type(Type type) {
        return switch (type) {
            case Types.StructType s -> new FieldType.Struct(s.fields().stream()
                    .map(f -> new Field(f.name(), type(f.type()), f.isOptional())).toList());
            case Types.ListType l -> new FieldType.Array(type(l.elementType()), l.isElementOptional());
            case Types.MapType m -> new FieldType.Mapping(type(m.valueType()), m.isValueOptional());
            case Types.DecimalType d -> new FieldType.Decimal(d.precision(), d.scale());
            case Types.TimestampType t -> new FieldType.Timestamp(FieldType.TimeUnit.MICROS, t.shouldAdjustToUTC());
            default -> switch (type.typeId()) {
                case BOOLEAN -> new FieldType.Bool();
                case INTEGER -> new FieldType.Int32();
                case LONG -> new FieldType.Int64();
                case FLOAT -> new FieldType.Float32();
                case DOUBLE -> new FieldType.Float64();
                case DATE -> new FieldType.Date();
                case TIME -> new FieldType.Time(FieldType.TimeUnit.MICROS);
                case STRING -> new FieldType.Text();
                case UUID -> new FieldType.Uuid();
                case BINARY, FIXED -> new FieldType.Bytes();
                default -> throw new IllegalArgumentException("a bronze table has no column of type " + type);
            };
        };
    }
}
