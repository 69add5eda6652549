package millrace.sinks.iceberg.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The columns of a table as a writer sees them: one slot per top-level column, then one per nested column that
 * partitioning or order reads, and the range of Parquet leaves behind each.
 */
final class TableColumns {
    /** What a slot holds. */
    enum Kind {
        NUMBER, WIDE, BYTES, NESTED, HEADERS, VARIANT
    }

    final Schema schema;
    final int columns;
    final int slots;
    final Kind[] kind;
    final boolean[] optional;
    /** The first leaf of each top-level column, and behind the last column the number of all leaves. */
    final int[] firstLeaf;
    private final int[] originSlot = new int[OriginColumn.values().length];
    private final Map<Integer, Integer> slotOfField = new HashMap<>();

    /** @param wanted field ids of plain columns, at any depth of structs, that are read before a row is written */
    TableColumns(Schema schema, Layout layout, Iterable<Integer> wanted) {
        this.schema = schema;
        List<NestedField> fields = schema.columns();
        columns = fields.size();
        kind = new Kind[columns];
        optional = new boolean[columns];
        firstLeaf = new int[columns + 1];
        java.util.Arrays.fill(originSlot, -1);
        for (int i = 0; i < columns; i++) {
            NestedField field = fields.get(i);
            slotOfField.put(field.fieldId(), i);
            optional[i] = field.isOptional();
            firstLeaf[i + 1] = firstLeaf[i] + leaves(field.type());
            kind[i] = kind(field.type());
            Optional<OriginColumn> origin = OriginColumn.named(field.name(), layout);
            if (origin.isPresent()) {
                originSlot[origin.get().ordinal()] = i;
                kind[i] = origin.get() == OriginColumn.HEADERS ? Kind.HEADERS : kind[i];
            }
        }
        int next = columns;
        for (int id : wanted) {
            if (!slotOfField.containsKey(id)) {
                slotOfField.put(id, next++);
            }
        }
        slots = next;
    }

    /** The slot of a top-level or wanted column, or -1. */
    int slot(int fieldId) {
        return slotOfField.getOrDefault(fieldId, -1);
    }

    /** The slot of an origin column, or -1 if the table has none. */
    int slot(OriginColumn column) {
        return originSlot[column.ordinal()];
    }

    int leaves() {
        return firstLeaf[columns];
    }

    static int leaves(Type type) {
        return type.isPrimitiveType()
                ? 1
                // A variant is a group of its names and its value.
                : type.isVariantType() ? 2 : inside(type).stream().mapToInt(TableColumns::leaves).sum();
    }

    static List<Type> inside(Type type) {
        return switch (type) {
            case Types.StructType struct -> new ArrayList<>(struct.fields().stream().map(NestedField::type).toList());
            case Types.ListType list -> List.of(list.elementType());
            case Types.MapType map -> List.of(map.keyType(), map.valueType());
            default -> List.of();
        };
    }

    /** Whether its values without their point are numbers of 64 bits. */
    static boolean isNumber(Types.DecimalType type) {
        return type.precision() <= 18;
    }

    private static Kind kind(Type type) {
        return switch (type.typeId()) {
            case STRUCT, LIST, MAP -> Kind.NESTED;
            case VARIANT -> Kind.VARIANT;
            case STRING, BINARY -> Kind.BYTES;
            case UUID -> Kind.WIDE;
            case DECIMAL -> isNumber((Types.DecimalType) type) ? Kind.NUMBER : Kind.WIDE;
            default -> Kind.NUMBER;
        };
    }
}
