package millrace.schemas.contract;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import millrace.schemas.row.FieldType;
import millrace.schemas.yaml.YamlNode;

/** Reads what a property promises of its values beside their type. */
final class ExpectationReader {
    private static final List<String> BOUNDS = List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum");

    private final FieldType type;
    private final YamlNode property;
    private final Optional<YamlNode> options;
    private final List<Expectation> out = new ArrayList<>();

    ExpectationReader(FieldType type, YamlNode property, Optional<YamlNode> options) {
        this.type = type;
        this.property = property;
        this.options = options;
    }

    List<Expectation> read() {
        options.ifPresent(this::readOptions);
        property.get("physicalType").filter(YamlNode::isScalar).flatMap(YamlNode::asText)
                .flatMap(PhysicalTypes::maxLength).ifPresent(n -> out.add(new Expectation.Length(0, n)));
        property.get("enum").ifPresent(this::readEnum);
        property.get("quality").filter(YamlNode::isList).ifPresent(q -> q.asList().forEach(this::readRule));
        return out;
    }

    private List<String> knownOptions() {
        List<String> known = new ArrayList<>(switch (PhysicalTypes.logical(type)) {
            case "string" -> List.of("minLength", "maxLength", "pattern");
            case "integer", "number" -> List.of("multipleOf");
            case "object" -> List.of("minProperties", "maxProperties", "required");
            case "array" -> List.of("minItems", "maxItems", "uniqueItems");
            case "timestamp", "time" -> List.of("timezone", "defaultTimezone");
            default -> List.of();
        });
        if (isOrdered()) {
            known.addAll(BOUNDS);
        }
        known.add("format");
        return known;
    }

    private boolean isOrdered() {
        return switch (PhysicalTypes.logical(type)) {
            case "integer", "number", "date", "time", "timestamp" -> true;
            default -> false;
        };
    }

    private void readOptions(YamlNode o) {
        o.allow(knownOptions());
        if (isOrdered()) {
            readBounds(o);
        }
        readLength(o, "minLength", "maxLength");
        readLength(o, "minItems", "maxItems");
        o.get("pattern").ifPresent(p -> p.asText().flatMap(t -> pattern(p, t)).ifPresent(
                c -> out.add(new Expectation.Matches(c))));
        o.get("multipleOf").ifPresent(n -> n.asNumber().ifPresent(factor -> {
            if (factor.signum() > 0) {
                out.add(new Expectation.MultipleOf(factor));
            } else {
                n.problem(ContractProblem.CONTRACT_OPTION, "Expected a number above 0, found " + factor + ".");
            }
        }));
        if (o.get("uniqueItems").flatMap(YamlNode::asBoolean).orElse(false)) {
            out.add(new Expectation.DistinctItems());
        }
    }

    private void readBounds(YamlNode o) {
        Optional<BigDecimal> min = bound(o, "minimum");
        Optional<BigDecimal> max = bound(o, "maximum");
        // Version 3.0 wrote the exclusive bounds as flags beside the bounds, later versions as bounds of their own.
        boolean minExclusive = isFlag(o, "exclusiveMinimum");
        boolean maxExclusive = isFlag(o, "exclusiveMaximum");
        Optional<BigDecimal> above = isWord(o, "exclusiveMinimum") ? Optional.empty() : bound(o, "exclusiveMinimum");
        Optional<BigDecimal> below = isWord(o, "exclusiveMaximum") ? Optional.empty() : bound(o, "exclusiveMaximum");
        if (above.isPresent() && min.map(m -> above.get().compareTo(m) >= 0).orElse(true)) {
            min = above;
            minExclusive = true;
        }
        if (below.isPresent() && max.map(m -> below.get().compareTo(m) <= 0).orElse(true)) {
            max = below;
            maxExclusive = true;
        }
        if (min.isPresent() && max.isPresent()) {
            int order = min.get().compareTo(max.get());
            if (order > 0 || order == 0 && (minExclusive || maxExclusive)) {
                o.problem(ContractProblem.CONTRACT_OPTION, "No value lies within these bounds.");
            }
        }
        if (min.isPresent() || max.isPresent()) {
            out.add(new Expectation.Range(min, minExclusive, max, maxExclusive));
        }
    }

    private static boolean isWord(YamlNode o, String key) {
        return o.get(key).filter(YamlNode::isScalar).flatMap(YamlNode::asText)
                .map(t -> t.equals("true") || t.equals("false")).orElse(false);
    }

    private static boolean isFlag(YamlNode o, String key) {
        return isWord(o, key) && o.get(key).flatMap(YamlNode::asBoolean).orElse(false);
    }

    private Optional<BigDecimal> bound(YamlNode o, String key) {
        return o.get(key).flatMap(n -> {
            if (PhysicalTypes.logical(type).equals("integer") || PhysicalTypes.logical(type).equals("number")) {
                return n.asNumber();
            }
            Optional<BigDecimal> value = n.asText().flatMap(t -> Literals.parse(type, t))
                    .map(v -> BigDecimal.valueOf(((Number) v).longValue()));
            if (value.isEmpty()) {
                n.problem(ContractProblem.CONTRACT_OPTION, "Expected a " + PhysicalTypes.logical(type)
                        + " in ISO form, such as " + Literals.show(type, zero()) + ".");
            }
            return value;
        });
    }

    private Object zero() {
        return type instanceof FieldType.Date ? (Object) 0 : (Object) 0L;
    }

    private void readLength(YamlNode o, String least, String most) {
        Optional<YamlNode> min = o.get(least);
        Optional<YamlNode> max = o.get(most);
        if (min.isEmpty() && max.isEmpty()) {
            return;
        }
        int from = min.flatMap(this::count).orElse(0);
        int to = max.flatMap(this::count).orElse(Integer.MAX_VALUE);
        if (from > to) {
            min.get().problem(ContractProblem.CONTRACT_OPTION, least + " " + from + " is more than " + most + " " + to
                    + ".");
        } else {
            out.add(new Expectation.Length(from, to));
        }
    }

    private Optional<Integer> count(YamlNode n) {
        return n.asInteger().flatMap(i -> {
            if (i < 0 || i > Integer.MAX_VALUE) {
                n.problem(ContractProblem.CONTRACT_OPTION, "Expected a count of 0 or more, found " + i + ".");
                return Optional.empty();
            }
            return Optional.of(i.intValue());
        });
    }

    private static Optional<Pattern> pattern(YamlNode n, String text) {
        try {
            return Optional.of(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            n.problem(ContractProblem.CONTRACT_OPTION, "Expected a regular expression, but at character "
                    + (e.getIndex() + 1) + ": " + e.getDescription() + ".");
            return Optional.empty();
        }
    }

    private void readEnum(YamlNode list) {
        List<String> values = new ArrayList<>();
        for (YamlNode item : list.asList()) {
            Optional<YamlNode> value = item.isScalar() ? Optional.of(item) : item.asMap().flatMap(m -> {
                m.allow(OdcsKeys.ENUM_VALUE);
                return m.require("value");
            });
            value.flatMap(v -> allowed(v)).ifPresent(values::add);
        }
        if (!values.isEmpty()) {
            out.add(new Expectation.OneOf(values));
        }
    }

    private Optional<String> allowed(YamlNode v) {
        Optional<String> text = v.asText();
        if (text.isPresent() && Literals.parse(type, text.get()).isEmpty()) {
            v.problem(ContractProblem.CONTRACT_OPTION,
                    "Expected a value of type " + PhysicalTypes.word(type) + ", found \"" + text.get() + "\".");
            return Optional.empty();
        }
        return text;
    }

    /** Rules of the standard's library that hold of each record alone are checked of each record. */
    private void readRule(YamlNode rule) {
        if (!rule.isMap() || !"0".equals(rule.get("mustBe").filter(YamlNode::isScalar).flatMap(YamlNode::asText)
                .orElse(""))) {
            return;
        }
        String metric = rule.get("metric").or(() -> rule.get("rule")).filter(YamlNode::isScalar)
                .flatMap(YamlNode::asText).orElse("");
        Optional<YamlNode> arguments = rule.get("arguments").filter(YamlNode::isMap);
        switch (metric) {
            case "nullValues", "missingValues" -> {
                if (arguments.flatMap(a -> a.get("missingValues")).isEmpty()) {
                    out.add(new Expectation.Present());
                }
            }
            case "invalidValues" -> {
                arguments.flatMap(a -> a.get("validValues")).ifPresent(this::readEnum);
                arguments.flatMap(a -> a.get("pattern")).ifPresent(p -> p.asText().flatMap(t -> pattern(p, t))
                        .ifPresent(c -> out.add(new Expectation.Matches(c))));
            }
            default -> {
            }
        }
    }
}
