package millrace.schemas.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** Passes over a value of a writer's schema without making an object of it. Any Avro schema can be skipped. */
interface Skip {
    void skip(AvroCursor in) throws Malformed;

    /** Takes no bytes. */
    Skip NOTHING = in -> {
    };

    static Skip of(Schema schema) {
        return of(schema, new HashMap<>());
    }

    private static Skip of(Schema schema, Map<String, Skip[]> records) {
        return switch (schema.getType()) {
            case NULL -> NOTHING;
            case BOOLEAN -> AvroCursor::readBoolean;
            case INT -> AvroCursor::readInt;
            case LONG -> AvroCursor::readLong;
            case FLOAT -> in -> in.skip(4);
            case DOUBLE -> in -> in.skip(8);
            case STRING, BYTES -> AvroCursor::skipLengthPrefixed;
            case FIXED -> fixed(schema.getFixedSize());
            case ENUM -> symbol(schema.getEnumSymbols().size());
            case ARRAY -> items(of(schema.getElementType(), records));
            case MAP -> entries(of(schema.getValueType(), records));
            case UNION -> branches(schema.getTypes().stream().map(b -> of(b, records)).toArray(Skip[]::new));
            case RECORD -> record(schema, records);
        };
    }

    private static Skip fixed(int size) {
        return size == 0 ? NOTHING : in -> in.skip(size);
    }

    private static Skip symbol(int count) {
        return in -> in.readIndex(count, "an enum symbol");
    }

    private static Skip items(Skip item) {
        return in -> {
            for (long n = in.skipBlock(); n != 0; n = in.skipBlock()) {
                if (item != NOTHING) {
                    for (long i = 0; i < n; i++) {
                        item.skip(in);
                    }
                }
            }
        };
    }

    private static Skip entries(Skip value) {
        return in -> {
            for (long n = in.skipBlock(); n != 0; n = in.skipBlock()) {
                for (long i = 0; i < n; i++) {
                    in.skipLengthPrefixed();
                    value.skip(in);
                }
            }
        };
    }

    private static Skip branches(Skip[] branches) {
        return in -> branches[in.readIndex(branches.length, "a union branch")].skip(in);
    }

    private static Skip record(Schema schema, Map<String, Skip[]> records) {
        Skip[] known = records.get(schema.getFullName());
        if (known != null) {
            return in -> {
                in.enter();
                known[0].skip(in);
                in.leave();
            };
        }
        Skip[] self = new Skip[1];
        records.put(schema.getFullName(), self);
        List<Skip> fields = new ArrayList<>();
        for (Schema.Field f : schema.getFields()) {
            Skip skip = of(f.schema(), records);
            if (skip != NOTHING) {
                fields.add(skip);
            }
        }
        self[0] = all(fields);
        return self[0];
    }

    /** One after the other. */
    static Skip all(List<Skip> parts) {
        if (parts.isEmpty()) {
            return NOTHING;
        }
        if (parts.size() == 1) {
            return parts.get(0);
        }
        Skip[] all = parts.toArray(Skip[]::new);
        return in -> {
            for (Skip s : all) {
                s.skip(in);
            }
        };
    }
}
