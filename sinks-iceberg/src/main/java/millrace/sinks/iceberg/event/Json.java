package millrace.sinks.iceberg.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The JSON that events and positions are written in: fields by name, unknown ones passed over. */
final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static String text(Consumer<ObjectNode> fields) {
        ObjectNode json = MAPPER.createObjectNode();
        fields.accept(json);
        return json.toString();
    }

    static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    static JsonNode required(JsonNode json, String field) {
        JsonNode value = json.get(field);
        if (value == null || value.isNull()) {
            throw new IllegalArgumentException("no field \"" + field + "\"");
        }
        return value;
    }

    static String string(JsonNode json, String field) {
        return text(required(json, field), field);
    }

    static String text(JsonNode value, String field) {
        if (!value.isTextual()) {
            throw new IllegalArgumentException("field \"" + field + "\" is no text: " + value);
        }
        return value.textValue();
    }

    static long number(JsonNode json, String field) {
        return number(field, required(json, field));
    }

    /** @param value null if there is none */
    static long number(String field, JsonNode value) {
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException("field \"" + field + "\" is no whole number: " + value);
        }
        return value.longValue();
    }

    static int integer(String field, JsonNode value) {
        long number = number(field, value);
        if ((int) number != number) {
            throw new IllegalArgumentException("field \"" + field + "\" is too large: " + value);
        }
        return (int) number;
    }

    static Instant instant(JsonNode json, String field) {
        try {
            return Instant.parse(string(json, field));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("field \"" + field + "\" is no time: " + json.get(field), e);
        }
    }

    static void longs(ObjectNode into, Map<Integer, Long> values) {
        values.forEach((key, value) -> into.put(Integer.toString(key), value));
    }

    /** Numbers by partition; an absent field is an empty map. */
    static SortedMap<Integer, Long> longs(JsonNode json, String field) {
        var values = new TreeMap<Integer, Long>();
        if (json.has(field)) {
            members(json, field).forEach(e -> values.put(Integer.valueOf(e.getKey()), number(field, e.getValue())));
        }
        return values;
    }

    static Set<Map.Entry<String, JsonNode>> members(JsonNode json, String field) {
        JsonNode object = required(json, field);
        if (!object.isObject()) {
            throw new IllegalArgumentException("field \"" + field + "\" is no object: " + object);
        }
        return object.properties();
    }

    static JsonNode array(JsonNode json, String field) {
        JsonNode array = required(json, field);
        if (!array.isArray()) {
            throw new IllegalArgumentException("field \"" + field + "\" is no list: " + array);
        }
        return array;
    }
}
