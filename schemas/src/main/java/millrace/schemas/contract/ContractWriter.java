package millrace.schemas.contract;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import millrace.schemas.row.FieldType;
import millrace.schemas.yaml.Durations;

/** Writes a contract as an ODCS file that {@link ContractFile} reads back as the same promises. */
public final class ContractWriter {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
    private static final List<String> WORDS = List.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

    private final StringBuilder out = new StringBuilder();

    private ContractWriter() {}

    /** The text of the file, with line breaks after each line. */
    public static String write(Contract c) {
        return new ContractWriter().contract(c);
    }

    private String contract(Contract c) {
        line(0, "apiVersion: v3.2.0");
        line(0, "kind: DataContract");
        line(0, "id: " + text(c.id()));
        line(0, "name: " + text(c.name()));
        line(0, "version: " + text(c.version()));
        line(0, "status: " + text(c.status()));
        if (!c.owner().isEmpty()) {
            line(0, "team: {name: " + text(c.owner()) + "}");
        }
        line(0, "schema:");
        line(1, "- name: " + text(c.name()));
        line(2, "physicalName: " + text(c.topic()));
        line(2, "physicalType: topic");
        if (!c.description().isEmpty()) {
            line(2, "description: " + text(c.description()));
        }
        line(2, "properties:");
        c.columns().forEach(col -> column(3, col));
        List<Map<String, Object>> quality = c.quality().stream().filter(q -> !q.containsKey("column")).toList();
        if (!quality.isEmpty()) {
            line(2, "quality:");
            quality.forEach(q -> line(3, "- " + value(q)));
        }
        c.freshness().ifPresent(f -> {
            line(0, "slaProperties:");
            line(1, "- {property: freshness, value: " + f.toMillis() + ", unit: ms}");
        });
        custom(c);
        return out.toString();
    }

    private void custom(Contract c) {
        line(0, "customProperties:");
        if (!c.key().isEmpty()) {
            custom("key", value(c.key()));
        }
        custom("partitions", Integer.toString(c.partitions()));
        custom("format", c.format().name().toLowerCase(Locale.ROOT));
        custom("kind", c.kind().name().toLowerCase(Locale.ROOT));
        custom("avroName", text(c.recordName()));
        c.eventTime().ifPresent(e -> {
            custom("eventTime", text(e.column()));
            custom("disorder", shown(e.disorder()));
            custom("allowedLateness", shown(e.allowedLateness()));
            custom("maxAhead", shown(e.maxAhead()));
            custom("idleTimeout", shown(e.idleTimeout()));
        });
        c.raw().ifPresent(r -> {
            custom("rawRetention", shown(r.retention()));
            custom("rawForm", r.form().name().toLowerCase(Locale.ROOT));
        });
    }

    private static String shown(Duration d) {
        return Durations.format(d);
    }

    private void custom(String key, String value) {
        line(1, "- {property: " + key + ", value: " + value + "}");
    }

    private void column(int depth, Column c) {
        line(depth, "- name: " + text(c.name()));
        body(depth + 1, c);
    }

    private void body(int depth, Column c) {
        FieldType type = c.field().type();
        line(depth, "logicalType: " + PhysicalTypes.logical(type));
        if (c.nested().isEmpty() && !(type instanceof FieldType.Struct) && !(type instanceof FieldType.Array)
                && !(type instanceof FieldType.Mapping)) {
            line(depth, "physicalType: " + text(PhysicalTypes.word(type)));
        }
        if (!c.field().nullable()) {
            line(depth, "required: true");
        }
        if (c.unique()) {
            line(depth, "unique: true");
        }
        if (!c.description().isEmpty()) {
            line(depth, "description: " + text(c.description()));
        }
        if (c.personal()) {
            line(depth, "classification: pii");
        }
        if (c.deprecated()) {
            line(depth, "deprecated: true");
        }
        c.expectations().forEach(e -> outsideOptions(depth, e));
        List<String> options = options(c);
        if (!options.isEmpty()) {
            line(depth, "logicalTypeOptions: {" + String.join(", ", options) + "}");
        }
        customOf(depth, c);
        inside(depth, c);
    }

    private void inside(int depth, Column c) {
        FieldType type = c.field().type();
        if (type instanceof FieldType.Struct) {
            line(depth, "properties:");
            c.inside().forEach(f -> column(depth + 1, f));
        } else if (type instanceof FieldType.Array) {
            line(depth, "items:");
            body(depth + 1, c.inside().get(0));
        } else if (type instanceof FieldType.Mapping) {
            line(depth, "map:");
            line(depth + 1, "key: {logicalType: string}");
            line(depth + 1, "value:");
            body(depth + 2, c.inside().get(0));
        }
    }

    private void outsideOptions(int depth, Expectation e) {
        if (e instanceof Expectation.OneOf o) {
            line(depth, "enum:");
            o.values().forEach(v -> line(depth + 1, "- {value: " + text(v) + "}"));
        } else if (e instanceof Expectation.Present) {
            line(depth, "quality:");
            line(depth + 1, "- {metric: nullValues, mustBe: 0}");
        }
    }

    private static List<String> options(Column c) {
        FieldType type = c.field().type();
        List<String> out = new ArrayList<>();
        for (Expectation e : c.expectations()) {
            if (e instanceof Expectation.Range r) {
                r.min().ifPresent(n -> out.add((r.minExclusive() ? "exclusiveMinimum: " : "minimum: ") + bound(type,
                        n)));
                r.max().ifPresent(n -> out.add((r.maxExclusive() ? "exclusiveMaximum: " : "maximum: ") + bound(type,
                        n)));
            } else if (e instanceof Expectation.Length l) {
                String what = type instanceof FieldType.Array ? "Items: " : "Length: ";
                if (l.min() > 0) {
                    out.add("min" + what + l.min());
                }
                if (l.max() < Integer.MAX_VALUE || l.min() == 0) {
                    out.add("max" + what + l.max());
                }
            } else if (e instanceof Expectation.Matches m) {
                out.add("pattern: " + quoted(m.pattern().pattern()));
            } else if (e instanceof Expectation.MultipleOf m) {
                out.add("multipleOf: " + m.factor().toPlainString());
            } else if (e instanceof Expectation.DistinctItems) {
                out.add("uniqueItems: true");
            }
        }
        return out;
    }

    private static String bound(FieldType type, BigDecimal n) {
        String shown = ValueCheck.bound(type, n);
        return PhysicalTypes.logical(type).equals("integer") || PhysicalTypes.logical(type).equals("number")
                ? shown
                : quoted(shown);
    }

    private void customOf(int depth, Column c) {
        List<String> entries = new ArrayList<>();
        c.mask().ifPresent(m -> entries.add("{property: mask, value: " + m.name().toLowerCase(Locale.ROOT) + "}"));
        if (!c.aliases().isEmpty()) {
            entries.add("{property: aliases, value: " + value(c.aliases()) + "}");
        }
        defaultOf(c).ifPresent(d -> entries.add("{property: default, value: " + d + "}"));
        if (!entries.isEmpty()) {
            line(depth, "customProperties:");
            entries.forEach(e -> line(depth + 1, "- " + e));
        }
    }

    /** Defaults of nested values can be written only where they are empty. */
    private static Optional<String> defaultOf(Column c) {
        return c.defaultValue().flatMap(d -> d instanceof List<?> l
                ? l.isEmpty() ? Optional.of("[]") : Optional.empty()
                : d instanceof Map<?, ?> m
                        ? m.isEmpty() ? Optional.of("{}") : Optional.empty()
                        : d instanceof Object[]
                                ? Optional.empty()
                                : Optional.of(quoted(Literals.show(c.field().type(), d))));
    }

    private void line(int depth, String text) {
        out.append("  ".repeat(depth)).append(text).append('\n');
    }

    private static String value(Object plain) {
        if (plain instanceof Map<?, ?> m) {
            List<String> parts = new ArrayList<>();
            m.forEach((k, v) -> parts.add(text((String) k) + ": " + value(v)));
            return "{" + String.join(", ", parts) + "}";
        } else if (plain instanceof List<?> l) {
            return "[" + String.join(", ", l.stream().map(ContractWriter::value).toList()) + "]";
        }
        return plain instanceof String s ? text(s) : plain == null ? "null" : plain.toString();
    }

    private static String text(String value) {
        return PLAIN.matcher(value).matches() && !WORDS.contains(value.toLowerCase(Locale.ROOT))
                ? value
                : quoted(value);
    }

    /** Double quotes: the one style of YAML that can carry every character. */
    private static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        value.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < 0x20 || c >= 0x7f && c < 0xa0 || c == 0xfeff || c >= 0xd800 && c < 0xe000) {
                        text.append(String.format(Locale.ROOT, "\\u%04X", c));
                    } else {
                        text.appendCodePoint(c);
                    }
                }
            }
        });
        return text.append('"').toString();
    }
}
