package millrace.schemas.contract;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import millrace.schemas.problem.Nearest;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;
import millrace.schemas.yaml.YamlNode;

/** Reads the properties of a schema element into columns, at every depth. */
final class ColumnReader {
    private static final List<String> LOGICAL_TYPES = List.of("string", "date", "timestamp", "time", "number",
            "integer", "boolean", "object", "array", "map");

    /** Quality rules met on the way, which are kept as read with the column they belong to. */
    private final List<Map<String, Object>> quality = new ArrayList<>();

    List<Map<String, Object>> quality() {
        return quality;
    }

    List<Column> columns(YamlNode list) {
        List<Column> out = new ArrayList<>();
        Map<String, Integer> lineOf = new HashMap<>();
        for (YamlNode property : list.asList()) {
            column(property, "").ifPresent(c -> {
                Integer earlier = lineOf.putIfAbsent(c.name().toLowerCase(Locale.ROOT), property.place().line());
                if (earlier != null) {
                    property.problem(ContractProblem.CONTRACT_DUPLICATE, "The column \"" + c.name()
                            + "\" stands already in line " + earlier + "; upper and lower case count as the same.");
                } else {
                    out.add(c);
                }
            });
        }
        return out;
    }

    /** @param standIn what to call an item, which needs no name; empty where a name is required */
    private Optional<Column> column(YamlNode property, String standIn) {
        if (property.asMap().isEmpty()) {
            return Optional.empty();
        }
        property.allow(OdcsKeys.PROPERTY);
        Optional<String> name = (standIn.isEmpty() ? property.require("name") : property.get("name"))
                .flatMap(YamlNode::asText);
        if (name.isEmpty() && standIn.isEmpty()) {
            return Optional.empty();
        }
        String called = standIn.isEmpty() ? name.orElseThrow() : standIn;
        Map<String, YamlNode> ours = CustomProperties.read(property, OdcsKeys.OURS_OF_COLUMN);
        Optional<YamlNode> options = property.get("logicalTypeOptions").flatMap(YamlNode::asMap);
        List<Column> nested = new ArrayList<>();
        FieldType type = type(property, options, called, nested);
        List<Expectation> expectations = new ExpectationReader(type, property, options).read();
        boolean required = property.get("required").flatMap(YamlNode::asBoolean).orElse(false);
        boolean primaryKey = property.get("primaryKey").flatMap(YamlNode::asBoolean).orElse(false);
        property.get("quality").ifPresent(rules -> keep(rules, called));
        boolean personal = property.get("classification").flatMap(YamlNode::asText)
                .map(c -> c.equalsIgnoreCase("pii")).orElse(false);
        Optional<Column.Mask> mask = Optional.ofNullable(ours.get("mask"))
                .flatMap(m -> m.asOneOf("hash", "redact", "partial", "encrypt"))
                .map(m -> Column.Mask.valueOf(m.toUpperCase(Locale.ROOT)));
        Optional<Object> defaultValue = Optional.ofNullable(ours.get("default")).flatMap(d -> literal(d, type));
        List<String> aliases = Optional.ofNullable(ours.get("aliases"))
                .map(YamlNode::asTextOrTexts).orElse(List.of());
        return Optional.of(new Column(new Field(called, type, !required && !primaryKey),
                property.get("description").flatMap(YamlNode::asText).orElse(""),
                property.get("unique").flatMap(YamlNode::asBoolean).orElse(false), expectations, aliases, defaultValue,
                personal, mask, property.get("deprecated").flatMap(YamlNode::asBoolean).orElse(false), nested,
                property.get("name").map(YamlNode::place).orElse(property.place())));
    }

    private static Optional<Object> literal(YamlNode node, FieldType type) {
        Optional<Object> value = node.isScalar()
                ? node.asText().flatMap(t -> Literals.parse(type, t))
                : node.isList() && node.asList().isEmpty() && type instanceof FieldType.Array
                        ? Optional.of(List.of())
                        : node.isMap() && node.keys().isEmpty() && type instanceof FieldType.Mapping
                                ? Optional.of(Map.of())
                                : Optional.empty();
        if (value.isEmpty()) {
            node.problem(ContractProblem.CONTRACT_OPTION,
                    "Expected a value of type " + PhysicalTypes.word(type) + " as default.");
        }
        return value;
    }

    private void keep(YamlNode rules, String column) {
        for (Map<String, Object> rule : ContractFile.qualityRules(rules)) {
            Map<String, Object> kept = new LinkedHashMap<>();
            kept.put("column", column);
            kept.putAll(rule);
            quality.add(kept);
        }
    }

    private FieldType type(YamlNode property, Optional<YamlNode> options, String name, List<Column> nested) {
        Optional<String> logical = property.get("logicalType").flatMap(
                n -> n.asOneOf(LOGICAL_TYPES.toArray(String[]::new)));
        Optional<YamlNode> physicalNode = property.get("physicalType");
        String physical = physicalNode.flatMap(YamlNode::asText).map(t -> t.strip().toLowerCase(Locale.ROOT))
                .orElse("");
        String kind = logical.orElse(switch (physical) {
            case "record", "struct", "object", "row" -> "object";
            case "array", "list" -> "array";
            case "map" -> "map";
            default -> "";
        });
        switch (kind) {
            case "object" -> {
                return struct(property, options, nested);
            }
            case "array" -> {
                return array(property, nested);
            }
            case "map" -> {
                return map(property, nested);
            }
            default -> {
            }
        }
        if (physical.isEmpty()) {
            if (logical.isEmpty() && property.get("logicalType").isEmpty()) {
                property.problem(ContractProblem.CONTRACT_TYPE, "The column \"" + name
                        + "\" has no type. Expected logicalType: one of " + String.join(", ", LOGICAL_TYPES) + ".");
            }
            return byLogicalType(kind, options);
        }
        Optional<FieldType> type = PhysicalTypes.parse(physical);
        if (type.isEmpty()) {
            physicalNode.orElseThrow().problem(ContractProblem.CONTRACT_TYPE, unknown(physical));
            return byLogicalType(kind, options);
        }
        FieldType found = type.get();
        if (!agrees(kind, found)) {
            physicalNode.orElseThrow().problem(ContractProblem.CONTRACT_TYPE, "The physicalType \"" + physical
                    + "\" is no " + kind + ". Expected " + expected(kind) + ".");
        }
        return found;
    }

    private static String unknown(String physical) {
        if (physical.startsWith("decimal") || physical.startsWith("numeric")) {
            return "Found \"" + physical
                    + "\", expected decimal(p,s) with a precision p of 1 to 38 and a scale s of 0 to p.";
        }
        return "Unknown physicalType \"" + physical + "\"."
                + Nearest.to(physical, PhysicalTypes.WORDS).map(n -> " Did you mean \"" + n + "\"?").orElse(
                        " Expected one of " + String.join(", ", PhysicalTypes.WORDS) + ".");
    }

    private static boolean agrees(String logical, FieldType type) {
        return switch (logical) {
            case "", "string" -> logical.isEmpty() || PhysicalTypes.logical(type).equals("string");
            case "number" -> PhysicalTypes.logical(type).equals("number") || PhysicalTypes.logical(type).equals(
                    "integer");
            case "integer" -> PhysicalTypes.logical(type).equals("integer")
                    || type instanceof FieldType.Decimal d && d.scale() == 0;
            // Version 3.0 had no timestamp: a date with a time of day was a date as well.
            case "date" -> type instanceof FieldType.Date || type instanceof FieldType.Timestamp;
            default -> PhysicalTypes.logical(type).equals(logical);
        };
    }

    private static String expected(String logical) {
        return switch (logical) {
            case "string" -> "string, uuid or bytes";
            case "number" -> "decimal(p,s), double, float, long or int";
            case "integer" -> "long, int or decimal(p,0)";
            case "date" -> "date, or one of the timestamp types";
            case "timestamp" ->
                "timestamp-millis, timestamp-micros, local-timestamp-millis or local-timestamp-micros";
            case "time" -> "time-millis or time-micros";
            default -> logical;
        };
    }

    private static FieldType byLogicalType(String logical, Optional<YamlNode> options) {
        String format = options.flatMap(o -> o.get("format")).flatMap(YamlNode::asText).orElse("");
        return switch (logical) {
            case "boolean" -> new FieldType.Bool();
            case "integer" -> switch (format) {
                case "i8", "u8", "i16", "u16", "i32" -> new FieldType.Int32();
                case "u64" -> new FieldType.Decimal(20, 0);
                case "i128", "u128" -> new FieldType.Decimal(38, 0);
                default -> new FieldType.Int64();
            };
            case "number" -> format.equals("f32") ? new FieldType.Float32() : new FieldType.Float64();
            case "date" -> format.contains("H")
                    ? new FieldType.Timestamp(TimeUnit.MICROS, true)
                    : new FieldType.Date();
            case "time" -> new FieldType.Time(TimeUnit.MICROS);
            case "timestamp" -> new FieldType.Timestamp(TimeUnit.MICROS,
                    options.flatMap(o -> o.get("timezone")).flatMap(YamlNode::asBoolean).orElse(true));
            default -> switch (format) {
                case "uuid" -> new FieldType.Uuid();
                case "binary", "byte" -> new FieldType.Bytes();
                default -> new FieldType.Text();
            };
        };
    }

    private FieldType struct(YamlNode property, Optional<YamlNode> options, List<Column> nested) {
        Optional<YamlNode> list = property.require("properties");
        Set<String> required = new HashSet<>();
        options.flatMap(o -> o.get("required")).ifPresent(r -> required.addAll(r.asTexts()));
        List<Column> fields = list.map(this::columns).orElse(List.of());
        required.stream().filter(r -> fields.stream().noneMatch(f -> f.name().equals(r))).sorted()
                .forEach(r -> options.get().problem(ContractProblem.CONTRACT_UNKNOWN_COLUMN, "There is no property \""
                        + r + "\" here." + Nearest.hint(r, fields.stream().map(Column::name).toList())));
        for (Column f : fields) {
            nested.add(required.contains(f.name()) ? f.required() : f);
        }
        if (list.isPresent() && fields.isEmpty()) {
            list.get().problem(ContractProblem.CONTRACT_TYPE, "An object needs at least one property.");
        }
        return new FieldType.Struct(nested.stream().map(Column::field).toList());
    }

    private FieldType array(YamlNode property, List<Column> nested) {
        Column item = property.require("items").flatMap(i -> column(i, "element"))
                .orElse(Column.of(Field.optional("element", new FieldType.Text())));
        nested.add(item);
        return new FieldType.Array(item.field().type(), item.field().nullable());
    }

    private FieldType map(YamlNode property, List<Column> nested) {
        Optional<YamlNode> map = property.require("map").flatMap(YamlNode::asMap);
        map.ifPresent(m -> m.allow("key", "value"));
        map.flatMap(m -> m.get("key")).ifPresent(k -> column(k, "key").ifPresent(key -> {
            if (!(key.field().type() instanceof FieldType.Text)) {
                k.problem(ContractProblem.CONTRACT_TYPE, "The keys of a map are of type string, found "
                        + PhysicalTypes.word(key.field().type()) + ".");
            }
        }));
        Column value = map.flatMap(m -> m.require("value")).flatMap(v -> column(v, "value"))
                .orElse(Column.of(Field.optional("value", new FieldType.Text())));
        nested.add(value);
        return new FieldType.Mapping(value.field().type(), value.field().nullable());
    }
}
