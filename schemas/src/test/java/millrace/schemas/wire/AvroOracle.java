package millrace.schemas.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import millrace.schemas.row.FieldType;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** The same rows through Avro's own reader and writer. */
final class AvroOracle {
    private AvroOracle() {}

    static byte[] write(Schema schema, Object datum) {
        try {
            var out = new ByteArrayOutputStream();
            var encoder = EncoderFactory.get().binaryEncoder(out, null);
            new GenericDatumWriter<>(schema).write(datum, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static GenericRecord read(Schema writer, Schema reader, byte[] bytes, int offset) {
        try {
            // Avro refuses arrays near the end of the bytes if their items are widened to more than was written.
            byte[] padded = Arrays.copyOf(bytes, bytes.length + 10_000);
            return new GenericDatumReader<GenericRecord>(writer, reader).read(null,
                    DecoderFactory.get().binaryDecoder(padded, offset, padded.length - offset, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An engine value as Avro's generic value of a schema. */
    static Object toGeneric(Schema schema, FieldType type, Object value) {
        if (value == null) {
            return null;
        }
        Schema s = schema.getType() == Schema.Type.UNION
                ? schema.getTypes().stream().filter(t -> t.getType() != Schema.Type.NULL).findFirst().orElseThrow()
                : schema;
        if (type instanceof FieldType.Struct struct) {
            GenericData.Record record = new GenericData.Record(s);
            for (int i = 0; i < struct.fields().size(); i++) {
                record.put(i, toGeneric(s.getFields().get(i).schema(), struct.fields().get(i).type(),
                        ((Object[]) value)[i]));
            }
            return record;
        } else if (type instanceof FieldType.Array a) {
            return ((List<?>) value).stream().map(v -> toGeneric(s.getElementType(), a.element(), v))
                    .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
        } else if (type instanceof FieldType.Mapping m) {
            Map<String, Object> out = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((k, v) -> out.put((String) k, toGeneric(s.getValueType(), m.value(), v)));
            return out;
        } else if (type instanceof FieldType.Decimal) {
            return ByteBuffer.wrap(((BigDecimal) value).unscaledValue().toByteArray());
        } else if (type instanceof FieldType.Bytes) {
            return ByteBuffer.wrap((byte[]) value);
        } else if (type instanceof FieldType.Uuid) {
            return value.toString();
        } else if (type instanceof FieldType.Time t && t.unit() == FieldType.TimeUnit.MILLIS) {
            return (int) ((Long) value / 1000);
        } else if (type instanceof FieldType.Timestamp t && t.unit() == FieldType.TimeUnit.MILLIS) {
            return (Long) value / 1000;
        }
        return value;
    }

    /** Avro's generic value as an engine value of a type. */
    static Object fromGeneric(FieldType type, Object value) {
        if (value == null) {
            return null;
        } else if (type instanceof FieldType.Struct struct) {
            GenericRecord record = (GenericRecord) value;
            return struct.fields().stream().map(f -> fromGeneric(f.type(), record.get(f.name()))).toArray();
        } else if (type instanceof FieldType.Array a) {
            return ((List<?>) value).stream().map(v -> fromGeneric(a.element(), v)).collect(ArrayList::new,
                    ArrayList::add, ArrayList::addAll);
        } else if (type instanceof FieldType.Mapping m) {
            Map<String, Object> out = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((k, v) -> out.put(k.toString(), fromGeneric(m.value(), v)));
            return out;
        } else if (type instanceof FieldType.Decimal d) {
            return new BigDecimal(new BigInteger(bytes(value)), d.scale());
        } else if (type instanceof FieldType.Bytes) {
            return bytes(value);
        } else if (type instanceof FieldType.Text) {
            return value instanceof ByteBuffer b
                    ? new String(bytes(b), java.nio.charset.StandardCharsets.UTF_8)
                    : value.toString();
        } else if (type instanceof FieldType.Uuid) {
            return UUID.fromString(value.toString());
        } else if (type instanceof FieldType.Time t) {
            return ((Number) value).longValue() * (t.unit() == FieldType.TimeUnit.MILLIS ? 1000 : 1);
        } else if (type instanceof FieldType.Timestamp t) {
            return (Long) value * (t.unit() == FieldType.TimeUnit.MILLIS ? 1000 : 1);
        }
        return value;
    }

    private static byte[] bytes(Object value) {
        if (value instanceof GenericData.Fixed f) {
            return f.bytes();
        } else if (value instanceof CharSequence c) {
            return c.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
        ByteBuffer b = ((ByteBuffer) value).duplicate();
        byte[] out = new byte[b.remaining()];
        b.get(out);
        return out;
    }
}
