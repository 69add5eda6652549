package millrace.topology.golden;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.function.Casts;

/** Rows as JSON, for scripts. Times are text as SQL writes them, bytes are hexadecimal. */
final class JsonValues {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private JsonValues() {}

    static Object[] row(FieldType.Struct type, String json) throws java.io.IOException {
        JsonNode node = JSON.readTree(json);
        node.fieldNames().forEachRemaining(name -> {
            if (type.indexOf(name) < 0) {
                throw new IllegalArgumentException("there is no column " + name + ": " + json);
            }
        });
        return (Object[]) read(type, node);
    }

    private static Object read(FieldType type, JsonNode node) {
        if (node == null || node.isNull()) {
            return null;
        }
        return switch (type) {
            case FieldType.Bool t -> node.booleanValue();
            case FieldType.Int32 t -> node.intValue();
            case FieldType.Int64 t -> node.longValue();
            case FieldType.Float32 t -> node.isTextual() ? Float.valueOf(node.textValue()) : node.floatValue();
            case FieldType.Float64 t -> node.isTextual() ? Double.valueOf(node.textValue()) : node.doubleValue();
            case FieldType.Decimal t -> node.decimalValue().setScale(t.scale(), RoundingMode.UNNECESSARY);
            case FieldType.Text t -> node.textValue();
            case FieldType.Uuid t -> UUID.fromString(node.textValue());
            case FieldType.Bytes t -> HexFormat.of().parseHex(node.textValue());
            case FieldType.Date t -> Casts.date(node.textValue());
            case FieldType.Time t -> Casts.time(node.textValue());
            case FieldType.Timestamp t -> Casts.timestamp(node.textValue());
            case FieldType.Struct t -> {
                Object[] row = new Object[t.fields().size()];
                for (int i = 0; i < row.length; i++) {
                    Field f = t.fields().get(i);
                    row[i] = read(f.type(), node.get(f.name()));
                }
                yield row;
            }
            case FieldType.Array t -> {
                List<Object> list = new ArrayList<>();
                node.forEach(e -> list.add(read(t.element(), e)));
                yield list;
            }
            case FieldType.Mapping t -> {
                Map<String, Object> map = new LinkedHashMap<>();
                node.properties().forEach(e -> map.put(e.getKey(), read(t.value(), e.getValue())));
                yield map;
            }
        };
    }

    static String text(FieldType type, Object value) {
        if (value == null) {
            return "null";
        }
        return switch (type) {
            case FieldType.Bool t -> ((Boolean) value).toString();
            case FieldType.Int32 t -> ((Integer) value).toString();
            case FieldType.Int64 t -> ((Long) value).toString();
            case FieldType.Float32 t -> ((Float) value).toString();
            case FieldType.Float64 t -> ((Double) value).toString();
            case FieldType.Decimal t -> decimal(t, (BigDecimal) value);
            case FieldType.Text t -> quoted((String) value);
            case FieldType.Uuid t -> quoted(((UUID) value).toString());
            case FieldType.Bytes t -> quoted(HexFormat.of().formatHex((byte[]) value));
            case FieldType.Date t -> quoted(Casts.dateText((Integer) value));
            case FieldType.Time t -> quoted(Casts.timeText((Long) value));
            case FieldType.Timestamp t -> quoted(Casts.timestampText((Long) value, t.zoned()));
            case FieldType.Struct t -> {
                Object[] row = (Object[]) value;
                StringBuilder out = new StringBuilder("{");
                for (int i = 0; i < row.length; i++) {
                    out.append(i == 0 ? "" : ",").append(quoted(t.fields().get(i).name())).append(':')
                            .append(text(t.fields().get(i).type(), row[i]));
                }
                yield out.append('}').toString();
            }
            case FieldType.Array t -> ((List<?>) value).stream().map(e -> text(t.element(), e))
                    .collect(Collectors.joining(",", "[", "]"));
            case FieldType.Mapping t -> ((Map<?, ?>) value).entrySet().stream()
                    .map(e -> quoted((String) e.getKey()) + ":" + text(t.value(), e.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        };
    }

    /** Fails on a value whose scale is not its type's: the wire would be wrong. */
    private static String decimal(FieldType.Decimal type, BigDecimal value) {
        if (value.scale() != type.scale() || value.precision() > type.precision()) {
            throw new AssertionError(value + " is not a value of " + type);
        }
        return value.toPlainString();
    }

    private static String quoted(String s) {
        try {
            return JSON.writeValueAsString(s);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
