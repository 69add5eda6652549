package millrace.topology.trial;

import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import millrace.schemas.contract.Literals;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.yaml.YamlNode;
import millrace.topology.function.Casts;

/**
 * Values as people write them in model tests, and as messages show them. A timestamp may be just a time of day: then it
 * is on {@link #DAY}. A UUID may be just a number.
 */
public final class TestValues {
    /** The day of a time without a date. */
    public static final LocalDate DAY = LocalDate.of(2000, 1, 1);
    private static final long DAY_MICROS = DAY.atStartOfDay().toEpochSecond(ZoneOffset.UTC) * 1_000_000;
    private static final long MICROS_OF_DAY = 86_400_000_000L;
    private static final double CLOSE = 1e-9;

    private TestValues() {}

    /** The engine's value; empty, and a problem noted in the file, if what is written is not of the type. */
    static Optional<Object> read(FieldType type, YamlNode node) {
        return switch (type) {
            case FieldType.Struct t -> node.asMap().map(m -> struct(t, m));
            case FieldType.Array t -> Optional.of(list(t, node));
            case FieldType.Mapping t -> node.asMap().map(m -> map(t, m));
            case FieldType.Bool t -> node.asBoolean().map(b -> b);
            case FieldType plain -> node.asText().flatMap(text -> {
                Optional<Object> value = plain(plain, text);
                if (value.isEmpty()) {
                    node.problem(TrialProblem.TEST_VALUE_UNFIT,
                            "\"" + text + "\" is no value of " + words(plain) + ".");
                }
                return value;
            });
        };
    }

    private static Optional<Object> plain(FieldType type, String text) {
        if (type instanceof FieldType.Timestamp && text.matches("\\d{1,2}:\\d\\d(:\\d\\d(\\.\\d{1,6})?)?")) {
            String clock = text.indexOf(':') == 1 ? "0" + text : text;
            return Literals.parse(type, DAY + "T" + clock);
        }
        if (type instanceof FieldType.Uuid && text.matches("\\d{1,12}")) {
            return Optional.of(new UUID(0, Long.parseLong(text)));
        }
        return Literals.parse(type, text);
    }

    private static Object[] struct(FieldType.Struct type, YamlNode node) {
        node.allow(type.fields().stream().map(Field::name).toList());
        return type.fields().stream().map(f -> node.get(f.name()).flatMap(n -> read(f.type(), n)).orElse(null))
                .toArray();
    }

    private static List<Object> list(FieldType.Array type, YamlNode node) {
        List<Object> items = new ArrayList<>();
        node.asList().forEach(n -> items.add(n.isNull() ? null : read(type.element(), n).orElse(null)));
        return items;
    }

    private static Map<String, Object> map(FieldType.Mapping type, YamlNode node) {
        Map<String, Object> entries = new LinkedHashMap<>();
        node.entries().forEach((key, n) -> entries.put(key,
                n.isNull() ? null : read(type.value(), n).orElse(null)));
        return entries;
    }

    /** Whether two values are the same; floating-point numbers if they are as good as the same. */
    static boolean same(Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y && (a instanceof Double || a instanceof Float)) {
            double p = x.doubleValue();
            double q = y.doubleValue();
            return Double.compare(p, q) == 0 || Math.abs(p - q) <= CLOSE * Math.max(Math.abs(p), Math.abs(q));
        }
        if (a instanceof Object[] x && b instanceof Object[] y) {
            return same(Arrays.asList(x), Arrays.asList(y));
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            return same(x, y);
        }
        return Objects.deepEquals(a, b);
    }

    private static boolean same(List<?> a, List<?> b) {
        for (int i = 0; i < a.size() && i < b.size(); i++) {
            if (!same(a.get(i), b.get(i))) {
                return false;
            }
        }
        return a.size() == b.size();
    }

    /** As it may be written in a test. */
    public static String text(FieldType type, Object value) {
        if (value == null) {
            return "null";
        }
        return switch (type) {
            case FieldType.Timestamp t -> timestamp((Long) value, t.zoned());
            case FieldType.Uuid t -> uuid((UUID) value);
            case FieldType.Struct t -> {
                Object[] row = (Object[]) value;
                List<String> fields = new ArrayList<>();
                for (int i = 0; i < row.length; i++) {
                    fields.add(t.fields().get(i).name() + ": " + text(t.fields().get(i).type(), row[i]));
                }
                yield "{" + String.join(", ", fields) + "}";
            }
            case FieldType.Array t -> ((List<?>) value).stream().map(v -> text(t.element(), v))
                    .collect(Collectors.joining(", ", "[", "]"));
            case FieldType.Mapping t -> ((Map<?, ?>) value).entrySet().stream()
                    .map(e -> e.getKey() + ": " + text(t.value(), e.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
            case FieldType plain -> Literals.show(plain, value);
        };
    }

    private static String timestamp(long micros, boolean zoned) {
        if (Math.floorDiv(micros - DAY_MICROS, MICROS_OF_DAY) == 0) {
            return LocalTime.ofNanoOfDay((micros - DAY_MICROS) * 1000).toString();
        }
        return Casts.timestampText(micros, zoned);
    }

    private static String uuid(UUID value) {
        long number = value.getLeastSignificantBits();
        return value.getMostSignificantBits() == 0 && number >= 0 && number < 1_000_000_000_000L
                ? Long.toString(number)
                : value.toString();
    }

    private static String words(FieldType type) {
        return switch (type) {
            case FieldType.Timestamp t -> "a timestamp, such as 10:05, 2026-11-20 10:05:00 or 2026-11-20T10:05:00Z";
            case FieldType.Date t -> "a date, such as 2026-11-20";
            case FieldType.Time t -> "a time of day, such as 10:05:00";
            case FieldType.Uuid t -> "a UUID; a number such as 1 is short for one";
            case FieldType.Bytes t -> "bytes in Base64";
            case FieldType.Decimal t -> "decimal(" + t.precision() + ", " + t.scale() + ")";
            case FieldType other -> other.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        };
    }
}
