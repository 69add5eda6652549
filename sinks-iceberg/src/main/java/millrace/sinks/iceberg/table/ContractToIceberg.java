package millrace.sinks.iceberg.table;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntSupplier;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** The columns of a contract or model as an Iceberg schema. Pure. */
public final class ContractToIceberg {
    private ContractToIceberg() {}

    /**
     * The schema a spec's table is created with: the row's own columns, then those of the layout. Where undecodable
     * records become rows, all of the row's own columns are optional; where deletes do, all but the key's, which are the
     * schema's identifier fields.
     */
    public static Schema schema(TableSpec spec) {
        int[] last = {0};
        IntSupplier ids = () -> ++last[0];
        List<NestedField> fields = new ArrayList<>();
        Set<Integer> key = new HashSet<>();
        for (Field field : spec.columns().fields()) {
            int id = ids.getAsInt();
            if (spec.key().contains(field.name())) {
                key.add(id);
            }
            fields.add(NestedField.builder().withId(id).withName(field.name()).isOptional(isOptional(spec, field))
                    .ofType(type(field.type(), ids)).build());
        }
        for (OriginColumn column : OriginColumn.values()) {
            if (column.isIn(spec.layout())) {
                fields.add(column.field(ids));
            }
        }
        return new Schema(fields, key);
    }

    private static boolean isOptional(TableSpec spec, Field field) {
        return switch (spec.layout()) {
            case BRONZE, BRONZE_RAW, BRONZE_VARIANT -> true;
            case ENGINE -> field.nullable();
            case CHANGELOG -> !spec.key().contains(field.name());
            case NEWEST -> field.nullable() && !spec.key().contains(field.name());
        };
    }

    /** An Iceberg type with fresh ids for what is nested in it. */
    static Type type(FieldType type, IntSupplier ids) {
        return switch (type) {
            case FieldType.Bool b -> Types.BooleanType.get();
            case FieldType.Int32 i -> Types.IntegerType.get();
            case FieldType.Int64 i -> Types.LongType.get();
            case FieldType.Float32 f -> Types.FloatType.get();
            case FieldType.Float64 f -> Types.DoubleType.get();
            case FieldType.Decimal d -> Types.DecimalType.of(d.precision(), d.scale());
            case FieldType.Text t -> Types.StringType.get();
            case FieldType.Uuid u -> Types.UUIDType.get();
            case FieldType.Bytes b -> Types.BinaryType.get();
            case FieldType.Date d -> Types.DateType.get();
            case FieldType.Time t -> Types.TimeType.get();
            case FieldType.Timestamp t ->
                t.zoned() ? Types.TimestampType.withZone() : Types.TimestampType.withoutZone();
            case FieldType.Struct s -> struct(s, ids);
            case FieldType.Array a -> {
                int element = ids.getAsInt();
                Type of = type(a.element(), ids);
                yield a.elementNullable()
                        ? Types.ListType.ofOptional(element, of)
                        : Types.ListType.ofRequired(element, of);
            }
            case FieldType.Mapping m -> {
                int key = ids.getAsInt();
                int value = ids.getAsInt();
                Type of = type(m.value(), ids);
                yield m.valueNullable()
                        ? Types.MapType.ofOptional(key, value, Types.StringType.get(), of)
                        : Types.MapType.ofRequired(key, value, Types.StringType.get(), of);
            }
        };
    }

    /** A value in the engine's own representation; empty if a table could not say it in its schema. */
    static Optional<Literal<?>> literal(Type type, Object value) {
        Optional<Literal<?>> literal = Optional.ofNullable(switch (value) {
            case Boolean b -> Literal.of(b);
            case Integer i -> Literal.of(i).to(type);
            case Long l -> Literal.of(l).to(type);
            case Float f when Float.isFinite(f) -> Literal.of(f);
            case Double d when Double.isFinite(d) -> Literal.of(d);
            case BigDecimal d -> Literal.of(d).to(type);
            case String s -> Literal.of(s);
            case UUID u -> Literal.of(u);
            case byte[] b -> Literal.of(ByteBuffer.wrap(b));
            default -> null;
        });
        return literal.filter(l -> canBeSaid(type, l));
    }

    /** Whether rows that do not know a column have a value in it, which is in the engine's own representation. */
    public static boolean isDefault(NestedField column, Object value) {
        return literal(column.type(), value).filter(l -> l.value().equals(column.initialDefault())).isPresent();
    }

    /** Avro takes any number for a logical type, such as one of no time of day; a schema that has one cannot be written. */
    private static boolean canBeSaid(Type type, Literal<?> value) {
        try {
            SchemaParser.toJson(new Schema(NestedField.optional("c").withId(1).ofType(type)
                    .withInitialDefault(value).withWriteDefault(value).build()));
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private static Types.StructType struct(FieldType.Struct type, IntSupplier ids) {
        List<NestedField> fields = new ArrayList<>();
        for (Field field : type.fields()) {
            fields.add(NestedField.builder().withId(ids.getAsInt()).withName(field.name()).isOptional(field.nullable())
                    .ofType(type(field.type(), ids)).build());
        }
        return Types.StructType.of(fields);
    }
}
