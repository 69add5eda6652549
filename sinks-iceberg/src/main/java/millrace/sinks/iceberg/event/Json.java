package millrace.sinks.iceberg.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
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
        return required(json, field).asText();
    }

    static long number(JsonNode json, String field) {
        return required(json, field).asLong();
    }

    static void longs(ObjectNode into, Map<Integer, Long> values) {
        values.forEach((key, value) -> into.put(Integer.toString(key), value));
    }

    /** Numbers by partition; an absent object is an empty map. */
    static SortedMap<Integer, Long> longs(JsonNode json) {
        var values = new TreeMap<Integer, Long>();
        if (json != null) {
            json.properties().forEach(e -> values.put(Integer.valueOf(e.getKey()), e.getValue().asLong()));
        }
        return values;
    }
}
