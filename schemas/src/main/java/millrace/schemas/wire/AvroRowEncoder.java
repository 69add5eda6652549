package millrace.schemas.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import millrace.schemas.row.FieldType;
import org.apache.avro.Schema;

/**
 * Writes rows as Avro binary in Confluent's framing. Reuses one buffer, so an instance serves one thread at a time. A
 * timestamp whose wire unit is milliseconds loses what is finer.
 */
public final class AvroRowEncoder {
    private final int schemaId;
    private final ValueWriter row;
    private final AvroOutput out = new AvroOutput();

    private interface ValueWriter {
        void write(AvroOutput out, Object value);
    }

    private AvroRowEncoder(int schemaId, ValueWriter row) {
        this.schemaId = schemaId;
        this.row = row;
    }

    /**
     * An encoder for the rows of a type.
     *
     * @param schema what {@link AvroTypes#toSchema} gave for this row type
     * @param schemaId under which the registry knows it
     */
    public static AvroRowEncoder of(Schema schema, FieldType.Struct row, int schemaId) {
        return new AvroRowEncoder(schemaId, struct(schema, row));
    }

    /**
     * The framed bytes of a row.
     *
     * @throws IllegalArgumentException if a value is null where the type forbids it; nothing is kept of the row then
     */
    public byte[] encode(Object[] values) {
        out.start(ConfluentFrame.HEADER);
        row.write(out, values);
        ConfluentFrame.write(schemaId, out.buffer());
        return out.copy();
    }

    /**
     * Writes a row without a frame into {@link #buffer}, where it stays until the next call.
     *
     * @return how many bytes it is
     * @throws IllegalArgumentException as {@link #encode}
     */
    public int write(Object[] values) {
        out.start(0);
        row.write(out, values);
        return out.size();
    }

    /** Where {@link #write} has written. */
    public byte[] buffer() {
        return out.buffer();
    }

    private static ValueWriter struct(Schema schema, FieldType.Struct row) {
        int count = row.fields().size();
        if (schema.getFields().size() != count) {
            throw new IllegalArgumentException(schema.getFullName() + " has " + schema.getFields().size()
                    + " fields, the row has " + count);
        }
        ValueWriter[] writers = new ValueWriter[count];
        for (int i = 0; i < count; i++) {
            writers[i] = value(schema.getFields().get(i).schema(), row.fields().get(i).type(),
                    row.fields().get(i).name());
        }
        return (out, value) -> {
            Object[] values = (Object[]) value;
            for (int i = 0; i < writers.length; i++) {
                writers[i].write(out, values[i]);
            }
        };
    }

    private static ValueWriter value(Schema schema, FieldType type, String name) {
        if (schema.getType() != Schema.Type.UNION) {
            ValueWriter writer = of(schema, type, name);
            return (out, value) -> {
                if (value == null) {
                    throw new IllegalArgumentException("null in the required field \"" + name + "\"");
                }
                writer.write(out, value);
            };
        }
        int nullBranch = schema.getTypes().get(0).getType() == Schema.Type.NULL ? 0 : 1;
        ValueWriter writer = of(schema.getTypes().get(1 - nullBranch), type, name);
        return (out, value) -> {
            if (value == null) {
                out.writeLong(nullBranch);
            } else {
                out.writeLong(1 - nullBranch);
                writer.write(out, value);
            }
        };
    }

    private static ValueWriter of(Schema schema, FieldType type, String name) {
        if (type instanceof FieldType.Struct s) {
            return struct(schema, s);
        } else if (type instanceof FieldType.Array a) {
            return items(value(schema.getElementType(), a.element(), name + "[]"));
        } else if (type instanceof FieldType.Mapping m) {
            return entries(value(schema.getValueType(), m.value(), name + "[]"));
        } else if (type instanceof FieldType.Bool) {
            return (out, v) -> out.writeBoolean((Boolean) v);
        } else if (type instanceof FieldType.Int32 || type instanceof FieldType.Date) {
            return (out, v) -> out.writeLong((Integer) v);
        } else if (type instanceof FieldType.Int64) {
            return (out, v) -> out.writeLong((Long) v);
        } else if (type instanceof FieldType.Float32) {
            return (out, v) -> out.writeFloat((Float) v);
        } else if (type instanceof FieldType.Float64) {
            return (out, v) -> out.writeDouble((Double) v);
        } else if (type instanceof FieldType.Text) {
            return (out, v) -> out.writeText((String) v);
        } else if (type instanceof FieldType.Uuid) {
            return (out, v) -> out.writeText(((UUID) v).toString());
        } else if (type instanceof FieldType.Bytes) {
            return (out, v) -> out.writeBytes((byte[]) v);
        } else if (type instanceof FieldType.Decimal d) {
            return (out, v) -> writeDecimal(out, (BigDecimal) v, d, name);
        }
        return type instanceof FieldType.Time t && t.unit() == FieldType.TimeUnit.MILLIS
                || type instanceof FieldType.Timestamp ts && ts.unit() == FieldType.TimeUnit.MILLIS
                        ? (out, v) -> out.writeLong(Math.floorDiv((Long) v, 1000L))
                        : (out, v) -> out.writeLong((Long) v);
    }

    private static void writeDecimal(AvroOutput out, BigDecimal value, FieldType.Decimal type, String name) {
        if (value.scale() != type.scale() || value.precision() > type.precision()) {
            throw new IllegalArgumentException(
                    value + " in the field \"" + name + "\" of type " + AvroTypes.describe(type));
        }
        BigInteger unscaled = value.unscaledValue();
        out.writeBytes(unscaled.toByteArray());
    }

    private static ValueWriter items(ValueWriter item) {
        return (out, value) -> {
            List<?> list = (List<?>) value;
            if (!list.isEmpty()) {
                out.writeLong(list.size());
                for (Object v : list) {
                    item.write(out, v);
                }
            }
            out.writeLong(0);
        };
    }

    private static ValueWriter entries(ValueWriter entry) {
        return (out, value) -> {
            Map<?, ?> map = (Map<?, ?>) value;
            if (!map.isEmpty()) {
                out.writeLong(map.size());
                map.forEach((k, v) -> {
                    out.writeText((String) k);
                    entry.write(out, v);
                });
            }
            out.writeLong(0);
        };
    }
}
