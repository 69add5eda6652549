package millrace.sinks.iceberg.file;

import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** Avro values as JSON, in the ways that JSON producers write them; which of these is left to chance. */
final class JsonText {
    private final Random random;
    private boolean written = true;

    JsonText(Random random) {
        this.random = random;
    }

    /** Nothing for a record with a NaN in it, which JSON does not have. */
    Optional<String> of(Object record, Schema schema) {
        String text = value(record, schema);
        return written ? Optional.of(text) : Optional.empty();
    }

    private String value(Object value, Schema schema) {
        if (value == null) {
            return "null";
        }
        String logical = schema.getLogicalType() == null ? "" : schema.getLogicalType().getName();
        return switch (schema.getType()) {
            case UNION -> value(value, schema.getTypes().get(schema.getTypes().get(0).getType() == Schema.Type.NULL
                    ? 1
                    : 0));
            case RECORD -> record((GenericData.Record) value, schema);
            case ARRAY -> "[" + String.join(", ",
                    ((List<?>) value).stream().map(v -> value(v, schema.getElementType())).toList()) + "]";
            case MAP -> "{" + String.join(", ", ((Map<?, ?>) value).entrySet().stream()
                    .map(e -> quoted(e.getKey()) + ":" + value(e.getValue(), schema.getValueType())).toList()) + "}";
            case INT -> either(value, switch (logical) {
                case "date" -> quoted(LocalDate.ofEpochDay((Integer) value));
                case "time-millis" -> quoted(LocalTime.ofNanoOfDay((Integer) value * 1_000_000L));
                default -> value.toString();
            });
            case LONG -> either(value, switch (logical) {
                case "time-micros" -> quoted(LocalTime.ofNanoOfDay((Long) value * 1000));
                case "" -> value.toString();
                default -> moment((Long) value, logical);
            });
            case FLOAT, DOUBLE -> number(((Number) value).doubleValue(), value.toString());
            case BYTES -> logical.equals("decimal")
                    ? decimal(bytes((ByteBuffer) value), schema)
                    : quoted(Base64.getEncoder().encodeToString(bytes((ByteBuffer) value)));
            case FIXED -> logical.equals("decimal")
                    ? decimal(((GenericData.Fixed) value).bytes(), schema)
                    : quoted(Base64.getEncoder().encodeToString(((GenericData.Fixed) value).bytes()));
            case BOOLEAN -> value.toString();
            case STRING, ENUM -> quoted(value);
            case NULL -> "null";
        };
    }

    /** Nulls are written or left out; members that no contract knows stand between. */
    private String record(GenericData.Record record, Schema schema) {
        StringBuilder text = new StringBuilder("{");
        for (Schema.Field field : schema.getFields()) {
            Object value = record.get(field.pos());
            if (value != null || random.nextBoolean()) {
                text.append(quoted(field.name())).append(": ").append(value(value, field.schema())).append(", ");
            }
            if (random.nextInt(8) == 0) {
                text.append("\"unknown\": [{\"f0\": 1}, \"x\"],\n");
            }
        }
        return text.append("\"last\": 0}").toString();
    }

    private String either(Object number, String text) {
        return random.nextBoolean() ? number.toString() : text;
    }

    private String moment(long value, String logical) {
        Instant at = Instant.EPOCH.plus(value, logical.endsWith("millis") ? ChronoUnit.MILLIS : ChronoUnit.MICROS);
        // The years beyond 9999 have a sign in Java and no agreed form elsewhere.
        boolean plain = at.isAfter(Instant.parse("0000-01-01T00:00:00Z"))
                && at.isBefore(Instant.parse("9999-12-31T00:00:00Z"));
        String text = at.toString();
        return plain
                ? quoted(logical.startsWith("local-") ? text.substring(0, text.length() - 1) : text)
                : Long.toString(value);
    }

    private String number(double value, String text) {
        written &= Double.isFinite(value);
        return text;
    }

    private String decimal(byte[] unscaled, Schema schema) {
        BigDecimal number = new BigDecimal(new BigInteger(unscaled),
                ((LogicalTypes.Decimal) schema.getLogicalType()).getScale());
        return random.nextBoolean() ? number.toPlainString() : quoted(number);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] out = new byte[buffer.remaining()];
        buffer.duplicate().get(out);
        return out;
    }

    private static String quoted(Object text) {
        return TextNode.valueOf(text.toString()).toString();
    }
}
