package millrace.schemas.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Literals;
import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;

/**
 * Reads JSON objects into rows by a contract: members by name or alias, members the contract does not know are passed
 * over. Dates and times are ISO-8601 text, or numbers in the column's unit; decimals are numbers or text; bytes are
 * Base64. A value in Confluent's framing is read behind its header.
 */
public final class JsonRowDecoder implements RowDecoder {
    private static final JsonFactory JSON = new JsonFactory();

    private final ObjectShape shape;

    private JsonRowDecoder(ObjectShape shape) {
        this.shape = shape;
    }

    /** @param needed slots to read; the other slots of each row stay null, but required ones must have a value */
    public static JsonRowDecoder of(List<Column> target, BitSet needed) {
        return new JsonRowDecoder(new ObjectShape(Target.of(target), needed));
    }

    /** The members of an object by their names. */
    private static final class ObjectShape {
        private final List<Target> targets;
        private final ObjectShape[] inside;
        private final boolean[] needed;
        private final Map<String, Integer> slots = new HashMap<>();

        ObjectShape(List<Target> targets, BitSet needed) {
            this.targets = targets;
            this.inside = new ObjectShape[targets.size()];
            this.needed = new boolean[targets.size()];
            for (int i = 0; i < targets.size(); i++) {
                Target t = targets.get(i);
                this.needed[i] = needed.get(i);
                inside[i] = inside(t);
                slots.put(t.name(), i);
            }
            for (int i = 0; i < targets.size(); i++) {
                for (String alias : targets.get(i).aliases()) {
                    slots.putIfAbsent(alias, i);
                }
            }
        }

        /** The shape of what a value holds: its members, or its one kind of element. */
        private static ObjectShape inside(Target t) {
            BitSet all = new BitSet();
            all.set(0, t.nested().size());
            return t.nested().isEmpty() ? null : new ObjectShape(t.nested(), all);
        }
    }

    @Override
    public Object[] decode(byte[] bytes, int offset, int length) throws Malformed {
        boolean framed = length >= ConfluentFrame.HEADER && bytes[offset] == 0;
        int skip = framed ? ConfluentFrame.HEADER : 0;
        try (JsonParser in = JSON.createParser(bytes, offset + skip, length - skip)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw unexpected(in, "a JSON object");
            }
            Object[] row = object(in, shape);
            if (in.nextToken() != null) {
                throw unexpected(in, "the end of the record");
            }
            return row;
        } catch (JsonProcessingException e) {
            throw Malformed.bytes("JSON", "not: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // there is no stream under an array
        }
    }

    private static Object[] object(JsonParser in, ObjectShape shape) throws IOException, Malformed {
        int count = shape.targets.size();
        Object[] row = new Object[count];
        boolean[] seen = new boolean[count];
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            Integer slot = shape.slots.get(in.currentName());
            JsonToken token = in.nextToken();
            if (slot == null) {
                in.skipChildren();
                continue;
            }
            Target t = shape.targets.get(slot);
            if (token == JsonToken.VALUE_NULL) {
                requireNullable(t, t.name());
                row[slot] = null;
            } else if (!shape.needed[slot]) {
                in.skipChildren();
            } else {
                try {
                    row[slot] = value(in, t, shape.inside[slot]);
                } catch (Malformed e) {
                    throw e.in(t.name());
                }
            }
            seen[slot] = true;
        }
        for (int i = 0; i < count; i++) {
            if (!seen[i]) {
                Target t = shape.targets.get(i);
                if (t.defaultValue().isPresent()) {
                    row[i] = shape.needed[i] ? t.defaultValue().get() : null;
                } else {
                    requireNullable(t, t.name());
                }
            }
        }
        return row;
    }

    private static void requireNullable(Target t, String path) throws Malformed {
        if (!t.nullable()) {
            throw Malformed.missing().in(path);
        }
    }

    private static Object value(JsonParser in, Target t, ObjectShape inside) throws IOException, Malformed {
        FieldType type = t.type();
        JsonToken token = in.currentToken();
        if (type instanceof FieldType.Struct) {
            if (token != JsonToken.START_OBJECT) {
                throw unexpected(in, "an object");
            }
            return object(in, inside);
        } else if (type instanceof FieldType.Array) {
            return list(in, t.nested().get(0), inside.inside[0]);
        } else if (type instanceof FieldType.Mapping) {
            return map(in, t.nested().get(0), inside.inside[0]);
        }
        return plain(in, type, token);
    }

    private static List<Object> list(JsonParser in, Target element, ObjectShape inside) throws IOException, Malformed {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw unexpected(in, "an array");
        }
        List<Object> out = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            String path = "[" + out.size() + "]";
            out.add(item(in, element, inside, path));
        }
        return out;
    }

    private static Map<String, Object> map(JsonParser in, Target value, ObjectShape inside)
            throws IOException, Malformed {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw unexpected(in, "an object");
        }
        Map<String, Object> out = new LinkedHashMap<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String key = in.currentName();
            in.nextToken();
            out.put(key, item(in, value, inside, "[" + key + "]"));
        }
        return out;
    }

    private static Object item(JsonParser in, Target t, ObjectShape inside, String path) throws IOException, Malformed {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            requireNullable(t, path);
            return null;
        }
        try {
            return value(in, t, inside);
        } catch (Malformed e) {
            throw e.in(path);
        }
    }

    private static Object plain(JsonParser in, FieldType type, JsonToken token) throws IOException, Malformed {
        if (type instanceof FieldType.Text && token == JsonToken.VALUE_STRING) {
            return in.getText();
        } else if (type instanceof FieldType.Bool && token.isBoolean()) {
            return in.getBooleanValue();
        } else if (token == JsonToken.VALUE_NUMBER_INT) {
            Object value = whole(in, type);
            if (value != null) {
                return value;
            }
        }
        boolean wanted = token == JsonToken.VALUE_NUMBER_FLOAT
                ? isNumber(type)
                : token == JsonToken.VALUE_STRING
                        && !(type instanceof FieldType.Bool) && (!isNumber(type) || type instanceof FieldType.Decimal);
        if (!wanted && !(token == JsonToken.VALUE_NUMBER_INT && isNumber(type))) {
            throw unexpected(in, AvroTypes.describe(type));
        }
        Object value = Literals.parse(type, in.getText()).orElse(null);
        if (value == null) {
            throw unexpected(in, AvroTypes.describe(type));
        }
        return value;
    }

    private static boolean isNumber(FieldType type) {
        return type instanceof FieldType.Int32 || type instanceof FieldType.Int64 || type instanceof FieldType.Float32
                || type instanceof FieldType.Float64 || type instanceof FieldType.Decimal;
    }

    /** The usual case without a detour over text; null if the number is too large or means something else. */
    private static Object whole(JsonParser in, FieldType type) throws IOException, Malformed {
        if (in.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            return null;
        }
        long n = in.getLongValue();
        if (type instanceof FieldType.Int64) {
            return n;
        } else if (type instanceof FieldType.Int32 || type instanceof FieldType.Date) {
            return (int) n == n ? (Object) (int) n : null;
        } else if (type instanceof FieldType.Timestamp t) {
            return t.unit() == TimeUnit.MILLIS ? AvroResolution.microsOf(n) : (Long) n;
        } else if (type instanceof FieldType.Time t) {
            return AvroResolution.timeOfDay(t.unit() == TimeUnit.MILLIS ? AvroResolution.microsOf(n) : n);
        } else if (type instanceof FieldType.Decimal d) {
            return AvroResolution.fit(BigDecimal.valueOf(n), d);
        }
        return null;
    }

    private static Malformed unexpected(JsonParser in, String expected) throws IOException {
        JsonToken token = in.currentToken();
        return Malformed.bytes(expected, token == null
                ? "the end of the bytes"
                : token == JsonToken.START_OBJECT
                        ? "an object"
                        : token == JsonToken.START_ARRAY ? "an array" : Malformed.shown(in.getText()));
    }
}
