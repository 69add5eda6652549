package millrace.schemas.contract;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;

/** The words that {@code physicalType} may be: Avro's names, and the common SQL names of the same types. */
final class PhysicalTypes {
    static final List<String> WORDS = List.of("boolean", "int", "long", "float", "double", "decimal(p,s)", "string",
            "uuid", "bytes", "date", "time-millis", "time-micros", "timestamp-millis", "timestamp-micros",
            "local-timestamp-millis", "local-timestamp-micros");

    private static final Pattern SIZED = Pattern.compile("([a-z0-9_ -]+?)\\s*\\(\\s*(\\d+)\\s*(?:,\\s*(\\d+)\\s*)?\\)");

    private PhysicalTypes() {}

    /** The type of a plain value; empty if the word is not known, or stands for an object, array or map. */
    static Optional<FieldType> parse(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        Matcher sized = SIZED.matcher(word);
        if (sized.matches()) {
            return sized(sized.group(1), Integer.parseInt(cut(sized.group(2))),
                    sized.group(3) == null ? 0 : Integer.parseInt(cut(sized.group(3))));
        }
        return Optional.ofNullable(switch (word) {
            case "boolean", "bool" -> new FieldType.Bool();
            case "int", "integer", "int32", "smallint", "tinyint" -> new FieldType.Int32();
            case "long", "bigint", "int64" -> new FieldType.Int64();
            case "float", "float32", "real" -> new FieldType.Float32();
            case "double", "float64", "double precision" -> new FieldType.Float64();
            case "string", "text", "varchar", "char", "enum" -> new FieldType.Text();
            case "uuid" -> new FieldType.Uuid();
            case "bytes", "binary", "varbinary", "bytea", "fixed" -> new FieldType.Bytes();
            case "date" -> new FieldType.Date();
            case "time-millis" -> new FieldType.Time(TimeUnit.MILLIS);
            case "time-micros", "time" -> new FieldType.Time(TimeUnit.MICROS);
            case "timestamp-millis" -> new FieldType.Timestamp(TimeUnit.MILLIS, true);
            case "timestamp-micros", "timestamp", "timestamptz", "timestamp with time zone", "timestamp_ltz" ->
                new FieldType.Timestamp(TimeUnit.MICROS, true);
            case "local-timestamp-millis" -> new FieldType.Timestamp(TimeUnit.MILLIS, false);
            case "local-timestamp-micros", "timestamp without time zone", "timestamp_ntz", "datetime" ->
                new FieldType.Timestamp(TimeUnit.MICROS, false);
            default -> null;
        });
    }

    private static Optional<FieldType> sized(String word, int first, int second) {
        return switch (word) {
            case "decimal", "numeric" -> first >= 1 && first <= 38 && second <= first
                    ? Optional.of(new FieldType.Decimal(first, second))
                    : Optional.empty();
            case "string", "varchar", "char" -> Optional.of(new FieldType.Text());
            case "binary", "varbinary", "fixed" -> Optional.of(new FieldType.Bytes());
            default -> Optional.empty();
        };
    }

    /** Enough digits to be too large, few enough to be an int. */
    private static String cut(String digits) {
        return digits.length() > 9 ? "999999999" : digits;
    }

    /** The largest length that {@code varchar(n)} and its like allow. */
    static Optional<Integer> maxLength(String text) {
        Matcher sized = SIZED.matcher(text.strip().toLowerCase(Locale.ROOT));
        return sized.matches() && (sized.group(1).endsWith("char") || sized.group(1).equals("string"))
                ? Optional.of(Integer.parseInt(cut(sized.group(2))))
                : Optional.empty();
    }

    /** The word that reads back as this type. */
    static String word(FieldType type) {
        if (type instanceof FieldType.Bool) {
            return "boolean";
        } else if (type instanceof FieldType.Int32) {
            return "int";
        } else if (type instanceof FieldType.Int64) {
            return "long";
        } else if (type instanceof FieldType.Float32) {
            return "float";
        } else if (type instanceof FieldType.Float64) {
            return "double";
        } else if (type instanceof FieldType.Decimal d) {
            return "decimal(" + d.precision() + "," + d.scale() + ")";
        } else if (type instanceof FieldType.Text) {
            return "string";
        } else if (type instanceof FieldType.Uuid) {
            return "uuid";
        } else if (type instanceof FieldType.Bytes) {
            return "bytes";
        } else if (type instanceof FieldType.Date) {
            return "date";
        } else if (type instanceof FieldType.Time t) {
            return "time-" + t.unit().name().toLowerCase(Locale.ROOT);
        } else if (type instanceof FieldType.Timestamp t) {
            return (t.zoned() ? "timestamp-" : "local-timestamp-") + t.unit().name().toLowerCase(Locale.ROOT);
        } else if (type instanceof FieldType.Struct) {
            return "record";
        }
        return type instanceof FieldType.Array ? "array" : "map";
    }

    /** The logical type that the standard has for a type. */
    static String logical(FieldType type) {
        if (type instanceof FieldType.Bool) {
            return "boolean";
        } else if (type instanceof FieldType.Int32 || type instanceof FieldType.Int64) {
            return "integer";
        } else if (type instanceof FieldType.Float32 || type instanceof FieldType.Float64
                || type instanceof FieldType.Decimal) {
            return "number";
        } else if (type instanceof FieldType.Date) {
            return "date";
        } else if (type instanceof FieldType.Time) {
            return "time";
        } else if (type instanceof FieldType.Timestamp) {
            return "timestamp";
        } else if (type instanceof FieldType.Struct) {
            return "object";
        } else if (type instanceof FieldType.Array) {
            return "array";
        }
        return type instanceof FieldType.Mapping ? "map" : "string";
    }
}
