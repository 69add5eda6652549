package millrace.schemas.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import millrace.schemas.contract.Literals;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;

/**
 * Writes rows as JSON objects that {@link JsonRowDecoder} reads into the same rows, whatever units the contract has for
 * their times. Reuses one buffer, so an instance serves one thread at a time.
 */
public final class JsonRowEncoder {
    private static final JsonFactory JSON = new JsonFactory();

    private final FieldType.Struct row;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private JsonRowEncoder(FieldType.Struct row) {
        this.row = row;
    }

    /** An encoder for the rows of a type. */
    public static JsonRowEncoder of(FieldType.Struct row) {
        return new JsonRowEncoder(row);
    }

    /** The object of a row; NULL is a member whose value is null. */
    public byte[] encode(Object[] values) {
        out.reset();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            struct(json, row, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // an array takes everything
        }
        return out.toByteArray();
    }

    private static void struct(JsonGenerator json, FieldType.Struct type, Object[] values) throws IOException {
        json.writeStartObject();
        for (int i = 0; i < values.length; i++) {
            Field field = type.fields().get(i);
            json.writeFieldName(field.name());
            value(json, field.type(), values[i]);
        }
        json.writeEndObject();
    }

    private static void value(JsonGenerator json, FieldType type, Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (type instanceof FieldType.Struct s) {
            struct(json, s, (Object[]) value);
        } else if (type instanceof FieldType.Array a) {
            json.writeStartArray();
            for (Object element : (List<?>) value) {
                value(json, a.element(), element);
            }
            json.writeEndArray();
        } else if (type instanceof FieldType.Mapping m) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                json.writeFieldName((String) entry.getKey());
                value(json, m.value(), entry.getValue());
            }
            json.writeEndObject();
        } else {
            plain(json, type, value);
        }
    }

    private static void plain(JsonGenerator json, FieldType type, Object value) throws IOException {
        if (value instanceof Boolean b) {
            json.writeBoolean(b);
        } else if (value instanceof String text) {
            json.writeString(text);
        } else if (value instanceof byte[] bytes) {
            json.writeBinary(bytes);
        } else if (value instanceof BigDecimal number) {
            json.writeString(number.toPlainString());
        } else if (type instanceof FieldType.Int32) {
            json.writeNumber((Integer) value);
        } else if (type instanceof FieldType.Int64) {
            json.writeNumber((Long) value);
        } else if (type instanceof FieldType.Float32) {
            number(json, (Float) value, value.toString());
        } else if (type instanceof FieldType.Float64) {
            number(json, (Double) value, value.toString());
        } else {
            json.writeString(Literals.show(type, value));
        }
    }

    /** A number that is too large for its type is infinite to whoever reads it; of what is no number JSON knows nothing. */
    private static void number(JsonGenerator json, double value, String text) throws IOException {
        json.writeNumber(Double.isInfinite(value) ? value < 0 ? "-1e999" : "1e999" : text);
    }
}
