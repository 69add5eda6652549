package millrace.ops.project;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.topology.model.ModelKey;

/** JSON Schemas with which editors complete and check a project's files. */
final class EditorSchemas {
    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
    private static final Map<String, Object> SCALAR = Map.of("type", List.of("string", "number", "boolean"));
    private static final String DURATION = "[0-9]+ *(ms|s|m|h|d)|[Pp].+";

    private EditorSchemas() {}

    static String project() {
        Map<String, Object> schema = schema("millrace.yaml");
        schema.putAll(level("", ConfigKey.PROJECT));
        schema.put("required", List.of("name"));
        return text(schema);
    }

    static String profiles() {
        Map<String, Object> schema = schema("profiles.yaml");
        schema.put("type", "object");
        schema.put("additionalProperties", level("", ConfigKey.PROFILE));
        return text(schema);
    }

    static String models() {
        Map<String, Object> config = new LinkedHashMap<>();
        ModelKey.CONFIG.forEach(k -> config.put(k.name(), described(form(k), k.description())));
        Map<String, Object> configBlock = object(config, Map.of("^iceberg\\..+", SCALAR));
        Map<String, Object> text = Map.of("type", "string");
        Map<String, Object> column = object(Map.of("name", text), Map.of());
        column.put("properties", ordered("name", text, "description", text, "data_type", text, "data_tests",
                ordered("type", "array", "items", test())));
        column.put("required", List.of("name"));
        Map<String, Object> model = object(ordered("name", text, "description", text, "config", configBlock, "columns",
                ordered("type", "array", "items", column)), Map.of());
        model.put("required", List.of("name"));
        Map<String, Object> schema = schema("models/<layer>/*.yml");
        schema.putAll(object(ordered("version", SCALAR, "models", ordered("type", "array", "items", model)), Map.of()));
        return text(schema);
    }

    static String tests() {
        Map<String, Object> text = Map.of("type", "string");
        Map<String, Object> rows = ordered("type", "array", "items", Map.of("type", "object"));
        Map<String, Object> test = object(new LinkedHashMap<>(), Map.of());
        test.put("properties", ordered("name", described(ordered("type", "string"), "What the case shows"),
                "description", text, "model",
                described(ordered("type", "string"), "The model under test, of this layer or with its layer"), "given",
                described(ordered("type", "object", "additionalProperties", rows),
                        "By contract, the records that come; a record {_end: true} ends its source, {_delete: true, ..} deletes a row of a changelog"),
                "expect", described(new LinkedHashMap<>(rows), "The rows of the model in the end, in any order"),
                "expect_late", described(new LinkedHashMap<>(rows), "Rows that came too late for a window"),
                "expect_quarantine", described(new LinkedHashMap<>(rows), "Records and rows that are refused")));
        test.put("required", List.of("name", "model", "given"));
        Map<String, Object> schema = schema("models/<layer>/*.test.yml");
        schema.putAll(object(ordered("version", SCALAR, "tests", ordered("type", "array", "items", test)), Map.of()));
        schema.put("required", List.of("tests"));
        return text(schema);
    }

    private static Map<String, Object> test() {
        Map<String, Object> number = Map.of("type", "number");
        return ordered("anyOf", List.of(ordered("const", "not_null"), ordered("type", "object", "properties",
                ordered("not_null", ordered("type", "object"), "accepted_values",
                        arguments(ordered("values", ordered("type", "array", "items", SCALAR))), "accepted_range",
                        arguments(ordered("min_value", number, "max_value", number, "inclusive",
                                Map.of("type", "boolean")))),
                "minProperties", 1, "maxProperties", 1, "additionalProperties", false)));
    }

    /** As they are, or below {@code arguments}, as newer dbt writes them. */
    private static Map<String, Object> arguments(Map<String, Object> properties) {
        return ordered("anyOf", List.of(object(properties, Map.of()),
                object(ordered("arguments", object(properties, Map.of())), Map.of())));
    }

    private static Map<String, Object> form(ModelKey key) {
        return switch (key.form()) {
            case COLUMNS -> ordered("anyOf", List.of(Map.of("type", "string"),
                    ordered("type", "array", "items", Map.of("type", "string"))));
            case DURATION -> pattern("forever|" + DURATION);
            case SIZE -> pattern("[0-9]+ *([KMGkmg]i?[Bb]|[Bb])?");
            case BOOLEAN -> ordered("type", "boolean");
            case MATERIALIZED -> ordered("enum", List.of("append", "upsert", "scd2"));
            case MERGE -> ordered("const", "latest_non_null");
            case NUMBER -> ordered("type", "integer", "minimum", 2, "maximum", 256);
            case EMISSION -> pattern("final|early *\\( *(" + DURATION + ") *\\)");
            case WORD -> ordered("const", key.fallback());
            case PROPERTIES -> ordered("type", "object", "additionalProperties", SCALAR);
        };
    }

    /** What may stand below a prefix: each key whole, and each beginning of it with the rest nested. */
    private static Map<String, Object> level(String prefix, List<ConfigKey> keys) {
        Map<String, Object> properties = new LinkedHashMap<>();
        Map<String, Object> patterns = new LinkedHashMap<>();
        for (ConfigKey key : keys) {
            boolean passed = key.kind().isPrefix();
            if (passed && (prefix + ".").startsWith(key.name() + ".")) {
                patterns.put("^.+$", Map.of("type", key.kind() == ConfigKey.Kind.PER_TABLE
                        ? List.of("string", "number", "boolean", "object", "array")
                        : List.of("string", "number", "boolean", "object")));
            }
            if (!(key.name() + ".").startsWith(prefix.isEmpty() ? "" : prefix + ".")
                    || key.name().length() <= prefix.length()) {
                continue;
            }
            String rest = prefix.isEmpty() ? key.name() : key.name().substring(prefix.length() + 1);
            for (int dot = rest.indexOf('.'); dot >= 0; dot = rest.indexOf('.', dot + 1)) {
                String lead = rest.substring(0, dot);
                properties.computeIfAbsent(lead, l -> level(prefix.isEmpty() ? l : prefix + "." + l, keys));
            }
            if (passed) {
                properties.computeIfAbsent(rest, l -> level(key.name(), keys));
                patterns.put("^" + rest.replace(".", "\\.") + "\\..+$", SCALAR);
            } else {
                properties.put(rest, described(value(key), key.description()));
            }
        }
        return object(properties, patterns);
    }

    private static Map<String, Object> value(ConfigKey key) {
        return switch (key.kind()) {
            case TEXT -> ordered("type", "string");
            case DURATION -> pattern(DURATION);
            case SIZE -> ordered("type", List.of("string", "integer"));
            case INTEGER -> ordered("type", "integer", "minimum", 1);
            case PORT -> ordered("type", "integer", "minimum", 0, "maximum", 65535);
            case BOOLEAN -> ordered("type", "boolean");
            case LOG_FORMAT -> ordered("enum", List.of("text", "json"));
            case LOG_LEVEL -> ordered("enum", List.of("error", "warn", "info", "debug"));
            case TEXTS -> ordered("anyOf", List.of(Map.of("type", "string"),
                    ordered("type", "array", "items", Map.of("type", "string"))));
            case SCHEDULES -> {
                Map<String, Object> keys = new LinkedHashMap<>();
                ConfigKey.SCHEDULE.forEach(k -> keys.put(k.name(), described(switch (k.name()) {
                    case "action" -> ordered("enum", List.of("amend", "cut", "compact", "replay"));
                    case "retries" -> ordered("type", "integer", "minimum", 0, "maximum", 100);
                    default -> value(k);
                }, k.description())));
                Map<String, Object> schedule = object(keys, Map.of());
                schedule.put("required", List.of("action"));
                yield ordered("type", "array", "items", schedule);
            }
            case PASSED_THROUGH, PER_TABLE -> throw new IllegalArgumentException(key.name());
        };
    }

    private static Map<String, Object> pattern(String pattern) {
        return ordered("type", "string", "pattern", "^(" + pattern + ")$");
    }

    private static Map<String, Object> described(Map<String, Object> schema, String description) {
        schema.put("description", description.replace("`", ""));
        return schema;
    }

    private static Map<String, Object> object(Map<String, Object> properties, Map<String, Object> patterns) {
        Map<String, Object> out = ordered("type", "object");
        if (!properties.isEmpty()) {
            out.put("properties", properties);
        }
        if (!patterns.isEmpty()) {
            out.put("patternProperties", patterns);
        }
        out.put("additionalProperties", false);
        return out;
    }

    private static Map<String, Object> schema(String file) {
        return ordered("$schema", DIALECT, "title", "Millrace " + file);
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            out.put((String) pairs[i], pairs[i + 1]);
        }
        return out;
    }

    private static String text(Map<String, Object> schema) {
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
