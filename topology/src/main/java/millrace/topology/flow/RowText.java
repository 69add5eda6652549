package millrace.topology.flow;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import millrace.schemas.row.FieldType;
import millrace.topology.function.Casts;

/** A row as JSON, for people: times as SQL writes them, bytes in hexadecimal. */
public final class RowText {
    private static final JsonFactory JSON = new JsonFactory();

    private RowText() {}

    public static String of(FieldType.Struct type, Object[] values) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            value(out, type, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void value(JsonGenerator out, FieldType type, Object value) throws IOException {
        if (value == null) {
            out.writeNull();
            return;
        }
        switch (type) {
            case FieldType.Bool t -> out.writeBoolean((Boolean) value);
            case FieldType.Int32 t -> out.writeNumber((Integer) value);
            case FieldType.Int64 t -> out.writeNumber((Long) value);
            case FieldType.Float32 t -> out.writeNumber((Float) value);
            case FieldType.Float64 t -> out.writeNumber((Double) value);
            case FieldType.Decimal t -> out.writeNumber(((BigDecimal) value).toPlainString());
            case FieldType.Text t -> out.writeString((String) value);
            case FieldType.Uuid t -> out.writeString(value.toString());
            case FieldType.Bytes t -> out.writeString(HexFormat.of().formatHex((byte[]) value));
            case FieldType.Date t -> out.writeString(Casts.dateText((Integer) value));
            case FieldType.Time t -> out.writeString(Casts.timeText((Long) value));
            case FieldType.Timestamp t -> out.writeString(Casts.timestampText((Long) value, t.zoned()));
            case FieldType.Struct t -> {
                Object[] row = (Object[]) value;
                out.writeStartObject();
                for (int i = 0; i < row.length; i++) {
                    out.writeFieldName(t.fields().get(i).name());
                    value(out, t.fields().get(i).type(), row[i]);
                }
                out.writeEndObject();
            }
            case FieldType.Array t -> {
                out.writeStartArray();
                for (Object element : (List<?>) value) {
                    value(out, t.element(), element);
                }
                out.writeEndArray();
            }
            case FieldType.Mapping t -> {
                out.writeStartObject();
                for (Map.Entry<?, ?> e : ((Map<?, ?>) value).entrySet()) {
                    out.writeFieldName((String) e.getKey());
                    value(out, t.value(), e.getValue());
                }
                out.writeEndObject();
            }
        }
    }
}
