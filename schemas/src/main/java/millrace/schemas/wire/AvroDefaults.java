package millrace.schemas.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;

/** Default values between the engine's objects and those that Avro's schema classes take and give. */
final class AvroDefaults {
    private AvroDefaults() {}

    static Object toAvro(FieldType type, Object value) {
        if (value == null) {
            return Schema.Field.NULL_DEFAULT_VALUE;
        } else if (type instanceof FieldType.Decimal) {
            return ((BigDecimal) value).unscaledValue().toByteArray();
        } else if (type instanceof FieldType.Uuid) {
            return value.toString();
        } else if (type instanceof FieldType.Time t && t.unit() == FieldType.TimeUnit.MILLIS) {
            return (int) ((Long) value / 1000);
        } else if (type instanceof FieldType.Timestamp t && t.unit() == FieldType.TimeUnit.MILLIS) {
            return Math.floorDiv((Long) value, 1000L);
        } else if (type instanceof FieldType.Struct s) {
            Map<String, Object> out = new LinkedHashMap<>();
            for (int i = 0; i < s.fields().size(); i++) {
                Field f = s.fields().get(i);
                out.put(f.name(), toAvro(f.type(), ((Object[]) value)[i]));
            }
            return out;
        } else if (type instanceof FieldType.Array a) {
            return ((List<?>) value).stream().map(v -> toAvro(a.element(), v)).toList();
        } else if (type instanceof FieldType.Mapping m) {
            Map<String, Object> out = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((k, v) -> out.put((String) k, toAvro(m.value(), v)));
            return out;
        }
        return value;
    }

    /** Empty where the default is not a value of the type: it is never needed to read what the schema itself wrote. */
    static Optional<Object> fromAvro(FieldType type, Object value) {
        try {
            return Optional.ofNullable(read(type, value));
        } catch (ClassCastException | IllegalArgumentException | ArithmeticException | Malformed e) {
            return Optional.empty();
        }
    }

    private static Object read(FieldType type, Object value) throws Malformed {
        if (value == null || value instanceof JsonProperties.Null) {
            return null;
        } else if (type instanceof FieldType.Bool) {
            return (Boolean) value;
        } else if (type instanceof FieldType.Int32 || type instanceof FieldType.Date) {
            return ((Number) value).intValue();
        } else if (type instanceof FieldType.Int64) {
            return ((Number) value).longValue();
        } else if (type instanceof FieldType.Float32) {
            return ((Number) value).floatValue();
        } else if (type instanceof FieldType.Float64) {
            return ((Number) value).doubleValue();
        } else if (type instanceof FieldType.Decimal d) {
            return AvroResolution.fit(new BigDecimal(new BigInteger(bytes(value)), d.scale()), d);
        } else if (type instanceof FieldType.Bytes) {
            return bytes(value);
        } else if (type instanceof FieldType.Uuid) {
            return UUID.fromString((String) value);
        } else if (type instanceof FieldType.Text) {
            return value.toString();
        } else if (type instanceof FieldType.Time t) {
            return ((Number) value).longValue() * (t.unit() == FieldType.TimeUnit.MILLIS ? 1000 : 1);
        } else if (type instanceof FieldType.Timestamp t) {
            long n = ((Number) value).longValue();
            return t.unit() == FieldType.TimeUnit.MILLIS ? AvroResolution.microsOf(n) : (Long) n;
        } else if (type instanceof FieldType.Struct s) {
            Object[] out = new Object[s.fields().size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = read(s.fields().get(i).type(), ((Map<?, ?>) value).get(s.fields().get(i).name()));
            }
            return out;
        } else if (type instanceof FieldType.Array a) {
            List<Object> out = new ArrayList<>();
            for (Object v : (List<?>) value) {
                out.add(read(a.element(), v));
            }
            return out;
        } else if (type instanceof FieldType.Mapping m) {
            Map<String, Object> out = new LinkedHashMap<>();
            for (var e : ((Map<?, ?>) value).entrySet()) {
                out.put((String) e.getKey(), read(m.value(), e.getValue()));
            }
            return out;
        }
        return value;
    }

    private static byte[] bytes(Object value) {
        return value instanceof byte[] b ? b : ((String) value).getBytes(StandardCharsets.ISO_8859_1);
    }
}
