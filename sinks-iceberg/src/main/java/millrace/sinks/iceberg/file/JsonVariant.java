package millrace.sinks.iceberg.file;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Map;
import millrace.schemas.wire.ConfluentFrame;
import org.apache.parquet.variant.Variant;
import org.apache.parquet.variant.VariantArrayBuilder;
import org.apache.parquet.variant.VariantBuilder;
import org.apache.parquet.variant.VariantObjectBuilder;

/**
 * JSON as an Iceberg variant. Whole numbers take the fewest bytes, other numbers are decimals as long as those hold all
 * digits and doubles else; of members with one name the last counts.
 */
final class JsonVariant {
    private static final int MOST_DIGITS = 38;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    private JsonVariant() {}

    /**
     * Fills the slot with the JSON of a record's value, framed or not. False if it is not JSON, or says something that no
     * variant holds: nothing is filled then.
     */
    static boolean read(byte[] value, RowSlots row, int slot) {
        int skip = ConfluentFrame.isFramed(value) ? ConfluentFrame.HEADER : 0;
        Variant variant;
        try {
            VariantBuilder builder = new VariantBuilder();
            append(JSON.readTree(value, skip, value.length - skip), builder);
            variant = builder.build();
        } catch (IOException | RuntimeException e) {
            return false;
        }
        ByteBuffer names = variant.getMetadataBuffer();
        ByteBuffer content = variant.getValueBuffer();
        byte[] both = new byte[names.remaining() + content.remaining()];
        int split = names.remaining();
        names.get(both, 0, split);
        content.get(both, split, both.length - split);
        row.setVariant(slot, both, split);
        return true;
    }

    private static void append(JsonNode json, VariantBuilder to) {
        switch (json.getNodeType()) {
            case OBJECT -> {
                VariantObjectBuilder object = to.startObject();
                for (Map.Entry<String, JsonNode> member : json.properties()) {
                    object.appendKey(member.getKey());
                    append(member.getValue(), object);
                }
                to.endObject();
            }
            case ARRAY -> {
                VariantArrayBuilder array = to.startArray();
                json.forEach(element -> append(element, array));
                to.endArray();
            }
            case STRING -> to.appendString(json.textValue());
            case BOOLEAN -> to.appendBoolean(json.booleanValue());
            case NUMBER -> appendNumber(json, to);
            case NULL -> to.appendNull();
            // Nothing but spaces is missing; the others do not come from text.
            case MISSING, BINARY, POJO -> throw new IllegalStateException(json.getNodeType().toString());
        }
    }

    private static void appendNumber(JsonNode number, VariantBuilder to) {
        if (number.isIntegralNumber() && number.canConvertToLong()) {
            long n = number.longValue();
            if ((byte) n == n) {
                to.appendByte((byte) n);
            } else if ((short) n == n) {
                to.appendShort((short) n);
            } else if ((int) n == n) {
                to.appendInt((int) n);
            } else {
                to.appendLong(n);
            }
            return;
        }
        BigDecimal n = number.decimalValue();
        if (n.scale() >= 0 && n.scale() <= MOST_DIGITS && n.precision() <= MOST_DIGITS) {
            to.appendDecimal(n);
            return;
        }
        double rounded = n.doubleValue();
        if (Double.isInfinite(rounded)) {
            throw new ArithmeticException("beyond a double");
        }
        to.appendDouble(rounded);
    }
}
