package millrace.sinks.iceberg.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.Malformed;
import org.apache.avro.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Reads records of one writer's schema into the slots of one table. Compiled once; a row costs no look-up by name. */
final class RowReader {
    private final AvroValue[] fields;
    private final String[] names;
    /** How to write each top-level column that has parts, by slot. */
    private final AvroValue[] nested;
    /** What columns hold that the writer does not know. */
    private final PlainValue[] defaults;
    private final int[] defaultSlots;
    private final AvroBytes in = new AvroBytes();

    private RowReader(AvroValue[] fields, String[] names, AvroValue[] nested, SortedMap<Integer, PlainValue> defaults) {
        this.fields = fields;
        this.names = names;
        this.nested = nested;
        this.defaults = defaults.values().toArray(PlainValue[]::new);
        defaultSlots = defaults.keySet().stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * For whole rows: columns that the writer does not know get the table's default for what is written, if it has one.
     *
     * @param writer how the records are laid out; its names do not count
     * @param row the names of their columns, field by field
     * @throws IllegalStateException if the schema does not fit the table, which is decided before
     */
    static RowReader ofRows(Schema writer, FieldType.Struct row, TableColumns table) {
        Compiler compiler = new Compiler(table, table.schema.identifierFieldNames());
        return compiler.reader(writer, row, compiler.defaults(row));
    }

    /** For keys, beside whose columns there is nothing; as the other. */
    static RowReader ofKeys(Schema writer, FieldType.Struct key, TableColumns table) {
        return new Compiler(table, table.schema.identifierFieldNames()).reader(writer, key, new TreeMap<>());
    }

    /** The whole record, verified; throws with the column's name in the message. */
    void read(byte[] bytes, int from, int to, RowSlots row) throws Malformed {
        in.start(bytes, from, to);
        int i = 0;
        try {
            for (; i < fields.length; i++) {
                fields[i].check(in, row);
            }
        } catch (Malformed e) {
            throw Malformed.bytes(e.expected() + " in column " + names[i], e.actual());
        }
        in.requireEnd();
        for (int d = 0; d < defaults.length; d++) {
            defaults[d].put(row, defaultSlots[d]);
        }
    }

    /** Writes a column with parts from the record that was read last. */
    void writeNested(RowSlots row, int slot, LeafColumn[] leaves, int definition) {
        in.position = (int) row.number[slot];
        try {
            nested[slot].write(in, leaves, 0, definition);
        } catch (Malformed e) {
            throw new IllegalStateException("A verified value is malformed", e);
        }
    }

    private static final class Compiler {
        private final TableColumns table;
        private final Set<String> key;

        /** @param key columns in which null never comes, though a writer's schema may allow it */
        Compiler(TableColumns table, Set<String> key) {
            this.table = table;
            this.key = key;
        }

        SortedMap<Integer, PlainValue> defaults(FieldType.Struct row) {
            SortedMap<Integer, PlainValue> defaults = new TreeMap<>();
            table.schema.columns().stream().filter(c -> c.writeDefault() != null && row.indexOf(c.name()) < 0)
                    .forEach(c -> PlainValue.of(c.type(), c.writeDefault())
                            .ifPresent(value -> defaults.put(table.slot(c.fieldId()), value)));
            return defaults;
        }

        RowReader reader(Schema writer, FieldType.Struct row, SortedMap<Integer, PlainValue> defaults) {
            List<AvroValue> fields = new ArrayList<>();
            List<String> names = new ArrayList<>();
            AvroValue[] nested = new AvroValue[table.columns];
            for (Schema.Field schema : writer.getFields()) {
                Field field = row.fields().get(schema.pos());
                NestedField column = column(table.schema.asStruct(), field);
                int slot = table.slot(column.fieldId());
                AvroValue value = value(schema.schema(), field.type(), column, table.firstLeaf[slot], 0, true, slot);
                if (table.kind[slot] == TableColumns.Kind.NESTED) {
                    nested[slot] = value instanceof AvroValue.Union union ? union.value() : value;
                }
                fields.add(value);
                names.add(field.name());
            }
            return new RowReader(fields.toArray(AvroValue[]::new), names.toArray(String[]::new), nested, defaults);
        }

        private static NestedField column(Types.StructType struct, Field field) {
            NestedField column = struct.field(field.name());
            if (column == null) {
                throw new IllegalStateException("no column " + field.name());
            }
            return column;
        }

        /** @param top whether the value is a column of its own rather than a part of one */
        private AvroValue value(Schema schema, FieldType field, NestedField column, int leaf, int repetition,
                boolean top, int slot) {
            if (schema.getType() == Schema.Type.UNION) {
                int branch = 0;
                while (schema.getTypes().get(branch).getType() == Schema.Type.NULL) {
                    branch++;
                }
                AvroValue value = value(schema.getTypes().get(branch), field, column, leaf, repetition, top, slot);
                int branches = schema.getTypes().size();
                if (branches == 1 || column.isOptional()) {
                    return new AvroValue.Union(value, branch, branches);
                }
                if (!key.contains(column.name()) || !top) {
                    throw new IllegalStateException("null in required column " + column.name());
                }
                return new AvroValue.NeverNull(value, branch, branches);
            }
            Type type = column.type();
            AvroValue value = switch (field) {
                case FieldType.Struct struct -> struct(schema, struct, type.asStructType(), leaf, repetition);
                case FieldType.Array array -> {
                    NestedField element = type.asListType().field(type.asListType().elementId());
                    AvroValue item = value(schema.getElementType(), array.element(), element, leaf, repetition + 1,
                            false, -1);
                    yield new AvroValue.Repeated(item, null, repetition + 1, element.isOptional() ? 2 : 1,
                            takesBytes(schema.getElementType()));
                }
                case FieldType.Mapping mapping -> {
                    Types.MapType map = type.asMapType();
                    NestedField of = map.field(map.valueId());
                    AvroValue key = AvroPlain.of(Schema.create(Schema.Type.STRING), map.keyType(), leaf, -1);
                    AvroValue item = value(schema.getValueType(), mapping.value(), of, leaf + 1, repetition + 1,
                            false, -1);
                    yield new AvroValue.Repeated(item, key, repetition + 1, of.isOptional() ? 2 : 1, true);
                }
                default -> AvroPlain.of(schema, type, leaf, slot);
            };
            return top && !type.isPrimitiveType() ? new AvroValue.Located(value, slot) : value;
        }

        private AvroValue struct(Schema record, FieldType.Struct row, Types.StructType type, int firstLeaf,
                int repetition) {
            Map<String, Integer> leafOf = new HashMap<>();
            int next = firstLeaf;
            for (NestedField field : type.fields()) {
                leafOf.put(field.name(), next);
                next += TableColumns.leaves(field.type());
            }
            AvroValue[] values = new AvroValue[record.getFields().size()];
            int[] levels = new int[values.length];
            for (int i = 0; i < values.length; i++) {
                Field field = row.fields().get(i);
                NestedField column = column(type, field);
                int leaf = leafOf.remove(field.name());
                levels[i] = column.isOptional() ? 1 : 0;
                // Wanted columns have a slot only where a row has one value of them, outside of lists and maps.
                int slot = repetition == 0 && column.type().isPrimitiveType() ? table.slot(column.fieldId()) : -1;
                values[i] = value(record.getFields().get(i).schema(), field.type(), column, leaf, repetition, false,
                        slot);
            }
            int[] missing = leafOf.entrySet().stream().flatMapToInt(e -> java.util.stream.IntStream.range(e.getValue(),
                    e.getValue() + TableColumns.leaves(type.field(e.getKey()).type()))).toArray();
            return new AvroValue.Struct(values, levels, missing);
        }

        private static boolean takesBytes(Schema element) {
            return switch (element.getType()) {
                case NULL -> false;
                case RECORD -> element.getFields().stream().anyMatch(f -> takesBytes(f.schema()));
                case FIXED -> element.getFixedSize() > 0;
                default -> true;
            };
        }
    }
}
