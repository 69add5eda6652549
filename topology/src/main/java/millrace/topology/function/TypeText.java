package millrace.topology.function;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;

/** Types as SQL writes them, both ways. */
public final class TypeText {
    private final String text;
    private int at;

    private TypeText(String text) {
        this.text = text;
    }

    /** Such as {@code decimal(12,2)}, {@code array<text>}, {@code row<city text not null>}. */
    public static String of(FieldType type) {
        return switch (type) {
            case FieldType.Bool t -> "boolean";
            case FieldType.Int32 t -> "int";
            case FieldType.Int64 t -> "bigint";
            case FieldType.Float32 t -> "real";
            case FieldType.Float64 t -> "double";
            case FieldType.Decimal t -> "decimal(" + t.precision() + "," + t.scale() + ")";
            case FieldType.Text t -> "text";
            case FieldType.Uuid t -> "uuid";
            case FieldType.Bytes t -> "bytes";
            case FieldType.Date t -> "date";
            case FieldType.Time t -> t.unit() == TimeUnit.MILLIS ? "time(3)" : "time(6)";
            case FieldType.Timestamp t -> (t.zoned() ? "timestamptz" : "timestamp")
                    + (t.unit() == TimeUnit.MILLIS ? "(3)" : "(6)");
            case FieldType.Struct t -> t.fields().stream()
                    .map(f -> f.name() + " " + of(f.type()) + (f.nullable() ? "" : " not null"))
                    .collect(Collectors.joining(", ", "row<", ">"));
            case FieldType.Array t -> "array<" + of(t.element()) + (t.elementNullable() ? "" : " not null") + ">";
            case FieldType.Mapping t -> "map<text, " + of(t.value()) + (t.valueNullable() ? "" : " not null") + ">";
        };
    }

    /** The type that a text writes, in any of the usual spellings; empty if it writes none. */
    public static Optional<FieldType> parse(String text) {
        TypeText parser = new TypeText(text);
        try {
            FieldType type = parser.type();
            parser.space();
            return parser.at == text.length() ? Optional.of(type) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private FieldType type() {
        String word = word().toLowerCase(Locale.ROOT);
        return switch (word) {
            case "bool", "boolean" -> new FieldType.Bool();
            case "int", "integer", "int4" -> new FieldType.Int32();
            case "bigint", "long", "int8" -> new FieldType.Int64();
            case "real", "float4" -> new FieldType.Float32();
            case "double", "float", "float8" -> {
                accept("precision");
                yield new FieldType.Float64();
            }
            case "decimal", "numeric" -> decimal();
            case "text", "string", "varchar" -> {
                arguments();
                yield new FieldType.Text();
            }
            case "uuid" -> new FieldType.Uuid();
            case "bytes", "varbinary", "binary", "bytea" -> {
                arguments();
                yield new FieldType.Bytes();
            }
            case "date" -> new FieldType.Date();
            case "time" -> new FieldType.Time(unit());
            case "timestamptz" -> new FieldType.Timestamp(unit(), true);
            case "timestamp" -> {
                TimeUnit unit = unit();
                boolean zoned = accept("with");
                if (zoned) {
                    accept("local");
                    expect("time");
                    expect("zone");
                }
                yield new FieldType.Timestamp(unit, zoned);
            }
            case "array" -> {
                expect("<");
                FieldType element = type();
                boolean nullable = nullable();
                expect(">");
                yield new FieldType.Array(element, nullable);
            }
            case "map" -> {
                expect("<");
                if (!(type() instanceof FieldType.Text)) {
                    throw new IllegalArgumentException("map key");
                }
                expect(",");
                FieldType value = type();
                boolean nullable = nullable();
                expect(">");
                yield new FieldType.Mapping(value, nullable);
            }
            case "row", "struct" -> row();
            default -> throw new IllegalArgumentException(word);
        };
    }

    private FieldType row() {
        String close = accept("<") ? ">" : accept("(") ? ")" : "?";
        List<Field> fields = new ArrayList<>();
        do {
            String name = word();
            accept(":");
            FieldType type = type();
            fields.add(new Field(name, type, nullable()));
        } while (accept(","));
        expect(close);
        return new FieldType.Struct(fields);
    }

    private FieldType decimal() {
        List<Integer> arguments = arguments();
        return new FieldType.Decimal(arguments.isEmpty() ? 38 : arguments.get(0),
                arguments.size() < 2 ? 0 : arguments.get(1));
    }

    private TimeUnit unit() {
        List<Integer> arguments = arguments();
        return !arguments.isEmpty() && arguments.get(0) <= 3 ? TimeUnit.MILLIS : TimeUnit.MICROS;
    }

    private boolean nullable() {
        if (accept("not")) {
            expect("null");
            return false;
        }
        return true;
    }

    private List<Integer> arguments() {
        List<Integer> out = new ArrayList<>();
        if (accept("(")) {
            do {
                out.add(Integer.valueOf(word()));
            } while (accept(","));
            expect(")");
        }
        return out;
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private String word() {
        space();
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        if (start == at) {
            throw new IllegalArgumentException("expected a word at " + at);
        }
        return text.substring(start, at);
    }

    private boolean accept(String token) {
        space();
        boolean wordEnds = !Character.isLetter(token.charAt(0)) || at + token.length() >= text.length()
                || !Character.isLetterOrDigit(text.charAt(at + token.length()));
        if (wordEnds && text.regionMatches(true, at, token, 0, token.length())) {
            at += token.length();
            return true;
        }
        return false;
    }

    private void expect(String token) {
        if (!accept(token)) {
            throw new IllegalArgumentException("expected " + token + " at " + at);
        }
    }
}
