package millrace.schemas.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.FieldType;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * Fits a writer's schema to the columns wanted, by Avro's rules of resolution: fields by name or alias, numbers widened,
 * missing columns from their default. What cannot fit is noted; nothing is decided per record that the schemas decide.
 */
final class AvroResolution {
    private final String subject;
    private final List<Problem> problems = new ArrayList<>();

    AvroResolution(String subject) {
        this.subject = subject;
    }

    List<Problem> problems() {
        return problems;
    }

    /** @param needed slots to fill; the others are checked against the writer's schema but skipped in its bytes */
    ValueReader.Row row(Schema writer, List<Target> targets, BitSet needed, String path) {
        Object[] template = new Object[targets.size()];
        Map<String, Integer> slotByWriterField = new LinkedHashMap<>();
        for (int slot = 0; slot < targets.size(); slot++) {
            Target t = targets.get(slot);
            Schema.Field field = find(writer, t);
            if (field != null) {
                slotByWriterField.put(field.name(), slot);
            } else if (t.defaultValue().isPresent()) {
                template[slot] = needed.get(slot) ? t.defaultValue().get() : null;
            } else if (!t.nullable()) {
                note(WireProblem.AVRO_MISSING_FIELD, "The schema " + writer.getFullName() + " has no field \"" + path
                        + t.name() + "\", which is required and has no default.");
            }
        }
        int count = writer.getFields().size();
        ValueReader[] readers = new ValueReader[count];
        int[] slots = new int[count];
        String[] names = new String[count];
        for (int i = 0; i < count; i++) {
            Schema.Field field = writer.getFields().get(i);
            Integer slot = slotByWriterField.get(field.name());
            slots[i] = -1;
            names[i] = field.name();
            if (slot == null) {
                readers[i] = ValueReader.skipping(Skip.of(field.schema()));
                continue;
            }
            Target t = targets.get(slot);
            names[i] = t.name();
            ValueReader reader = value(field.schema(), t, path + t.name());
            if (needed.get(slot)) {
                readers[i] = reader;
                slots[i] = slot;
            } else {
                readers[i] = !t.nullable() && field.schema().isNullable()
                        ? refusingNull(field.schema())
                        : ValueReader.skipping(Skip.of(field.schema()));
            }
        }
        return new ValueReader.Row(readers, slots, names, template);
    }

    /** A required column that nobody needs: its value is skipped, but that it has one is still checked. */
    private static ValueReader refusingNull(Schema union) {
        if (union.getType() == Schema.Type.NULL) {
            return in -> {
                throw Malformed.missing();
            };
        }
        Skip[] branches = union.getTypes().stream().map(Skip::of).toArray(Skip[]::new);
        return in -> {
            Skip branch = branches[in.readIndex(branches.length, "a union branch")];
            if (branch == Skip.NOTHING) {
                throw Malformed.missing();
            }
            branch.skip(in);
            return null;
        };
    }

    private static Schema.Field find(Schema writer, Target t) {
        Schema.Field field = writer.getField(t.name());
        for (int i = 0; field == null && i < t.aliases().size(); i++) {
            field = writer.getField(t.aliases().get(i));
        }
        return field;
    }

    private ValueReader value(Schema writer, Target t, String path) {
        if (writer.getType() == Schema.Type.UNION) {
            return union(writer, t, path);
        }
        ValueReader reader = writer.getType() == Schema.Type.NULL ? ofNull(t) : of(writer, t, path);
        if (reader == null) {
            note(WireProblem.AVRO_TYPE_MISMATCH, "The schema writes \"" + path + "\" as " + shown(writer)
                    + ", expected " + AvroTypes.describe(t.type()) + ".");
            return ofNull(t);
        }
        return reader;
    }

    private static ValueReader ofNull(Target t) {
        return t.nullable() ? in -> null : in -> {
            throw Malformed.missing();
        };
    }

    private ValueReader union(Schema writer, Target t, String path) {
        List<Schema> types = writer.getTypes();
        ValueReader[] branches = new ValueReader[types.size()];
        boolean fits = false;
        int nullBranch = -1;
        for (int i = 0; i < branches.length; i++) {
            Schema type = types.get(i);
            if (type.getType() == Schema.Type.NULL) {
                branches[i] = ofNull(t);
                nullBranch = i;
                continue;
            }
            int before = problems.size();
            branches[i] = of(type, t, path);
            if (branches[i] == null || problems.size() > before) {
                // A branch that does not fit is no problem of the schema while another one fits: a record may never
                // use it.
                String found = shown(type);
                branches[i] = in -> {
                    throw Malformed.bytes(AvroTypes.describe(t.type()), found);
                };
                if (types.size() - (writer.isNullable() ? 1 : 0) > 1) {
                    problems.subList(before, problems.size()).clear();
                }
            } else {
                fits = true;
            }
        }
        if (!fits && types.size() > (nullBranch >= 0 ? 1 : 0)) {
            if (problems.stream().noneMatch(p -> p.message().contains("\"" + path + "."))) {
                note(WireProblem.AVRO_TYPE_MISMATCH, "The schema writes \"" + path + "\" as " + shown(writer)
                        + ", expected " + AvroTypes.describe(t.type()) + ".");
            }
        }
        return nullBranch >= 0 && branches.length == 2 && t.nullable()
                ? new ValueReader.Optional(branches[1 - nullBranch], nullBranch)
                : new ValueReader.Union(branches);
    }

    private void note(WireProblem code, String message) {
        problems.add(Problem.of(code, subject, message));
    }

    private static String shown(Schema schema) {
        LogicalType logical = schema.getLogicalType();
        return schema.getType() == Schema.Type.UNION
                ? schema.getTypes().stream().map(AvroResolution::shown).toList().toString()
                : logical == null
                        ? schema.getType().getName()
                        : schema.getType().getName() + " (" + logical.getName() + ")";
    }

    /** The reader of a type that is neither a union nor null; null if it does not fit. */
    private ValueReader of(Schema w, Target t, String path) {
        FieldType type = t.type();
        if (type instanceof FieldType.Struct) {
            if (w.getType() != Schema.Type.RECORD) {
                return null;
            }
            BitSet all = new BitSet();
            all.set(0, t.nested().size());
            return row(w, t.nested(), all, path + ".");
        } else if (type instanceof FieldType.Array) {
            return w.getType() == Schema.Type.ARRAY
                    ? new ValueReader.Items(value(w.getElementType(), t.nested().get(0), path + "[]"),
                            Skip.of(w.getElementType()) != Skip.NOTHING)
                    : null;
        } else if (type instanceof FieldType.Mapping) {
            return w.getType() == Schema.Type.MAP
                    ? new ValueReader.Entries(value(w.getValueType(), t.nested().get(0), path + "[]"))
                    : null;
        }
        return plain(w, type);
    }

    private static ValueReader plain(Schema w, FieldType type) {
        Schema.Type raw = w.getType();
        if (type instanceof FieldType.Bool) {
            return raw == Schema.Type.BOOLEAN ? AvroCursor::readBoolean : null;
        } else if (type instanceof FieldType.Int32) {
            return raw == Schema.Type.INT ? AvroCursor::readInt : null;
        } else if (type instanceof FieldType.Int64) {
            return raw == Schema.Type.LONG
                    ? AvroCursor::readLong
                    : raw == Schema.Type.INT ? in -> (long) in.readInt() : null;
        } else if (type instanceof FieldType.Float32) {
            return switch (raw) {
                case FLOAT -> AvroCursor::readFloat;
                case INT -> in -> (float) in.readInt();
                case LONG -> in -> (float) in.readLong();
                default -> null;
            };
        } else if (type instanceof FieldType.Float64) {
            return switch (raw) {
                case DOUBLE -> AvroCursor::readDouble;
                case FLOAT -> in -> (double) in.readFloat();
                case INT -> in -> (double) in.readInt();
                case LONG -> in -> (double) in.readLong();
                default -> null;
            };
        } else if (type instanceof FieldType.Decimal d) {
            return decimal(w, d);
        } else if (type instanceof FieldType.Text) {
            return text(w);
        } else if (type instanceof FieldType.Uuid) {
            return uuid(w);
        } else if (type instanceof FieldType.Bytes) {
            return switch (raw) {
                case BYTES, STRING -> AvroCursor::readBytes;
                case FIXED -> fixed(w.getFixedSize());
                default -> null;
            };
        }
        return temporal(w, type);
    }

    private static ValueReader fixed(int size) {
        return in -> in.readFixed(size);
    }

    private static ValueReader text(Schema w) {
        return switch (w.getType()) {
            case STRING -> AvroCursor::readText;
            case BYTES -> w.getLogicalType() == null ? AvroCursor::readText : null;
            case ENUM -> {
                String[] symbols = w.getEnumSymbols().toArray(String[]::new);
                yield in -> symbols[in.readIndex(symbols.length, "an enum symbol")];
            }
            default -> null;
        };
    }

    private static ValueReader uuid(Schema w) {
        if (w.getType() == Schema.Type.STRING) {
            return in -> {
                String text = in.readText();
                try {
                    // UUID.fromString takes short groups too, which would make different texts one value.
                    if (text.length() == 36) {
                        return UUID.fromString(text);
                    }
                } catch (IllegalArgumentException e) {
                    // said below
                }
                throw Malformed.bytes("a UUID", Malformed.shown(text));
            };
        }
        return w.getType() == Schema.Type.FIXED && w.getFixedSize() == 16 ? in -> {
            ByteBuffer bytes = ByteBuffer.wrap(in.readFixed(16));
            return new UUID(bytes.getLong(), bytes.getLong());
        } : null;
    }

    private static ValueReader decimal(Schema w, FieldType.Decimal d) {
        if (!(w.getLogicalType() instanceof LogicalTypes.Decimal written)) {
            return switch (w.getType()) {
                case INT -> in -> fit(BigDecimal.valueOf(in.readInt()), d);
                case LONG -> in -> fit(BigDecimal.valueOf(in.readLong()), d);
                default -> null;
            };
        }
        int scale = written.getScale();
        if (w.getType() == Schema.Type.FIXED) {
            int size = w.getFixedSize();
            return in -> fit(new BigDecimal(new BigInteger(in.readFixed(size)), scale), d);
        }
        return in -> {
            byte[] unscaled = in.readBytes();
            if (unscaled.length == 0) {
                throw Malformed.bytes("a decimal", "no bytes");
            }
            return fit(new BigDecimal(new BigInteger(unscaled), scale), d);
        };
    }

    /** The same number in the scale of the column; refused if digits would be lost. */
    static BigDecimal fit(BigDecimal value, FieldType.Decimal d) throws Malformed {
        BigDecimal scaled = value;
        if (value.scale() != d.scale()) {
            // Shown as it stands: a hostile exponent must not become a hundred million digits.
            if (Math.abs((long) value.scale()) > 1000) {
                throw Malformed.bytes(AvroTypes.describe(d), Malformed.shown(value.toString()));
            }
            try {
                scaled = value.setScale(d.scale());
            } catch (ArithmeticException e) {
                throw Malformed.bytes(AvroTypes.describe(d), Malformed.shown(value.toString()));
            }
        }
        if (scaled.precision() > d.precision()) {
            throw Malformed.bytes(AvroTypes.describe(d), Malformed.shown(value.toString()));
        }
        return scaled;
    }

    /** A time type is read from the same kind of time in either unit, or from a plain number of the column's unit. */
    private static ValueReader temporal(Schema w, FieldType type) {
        LogicalType logical = w.getLogicalType();
        String name = logical == null ? "" : logical.getName();
        boolean isInt = w.getType() == Schema.Type.INT;
        boolean isLong = w.getType() == Schema.Type.LONG;
        if (type instanceof FieldType.Date) {
            return isInt && (name.isEmpty() || name.equals("date")) ? AvroCursor::readInt : null;
        } else if (type instanceof FieldType.Time t) {
            boolean millis = t.unit() == FieldType.TimeUnit.MILLIS;
            if (isInt && (name.equals("time-millis") || name.isEmpty() && millis)) {
                return in -> timeOfDay(in.readInt() * 1000L);
            }
            return isLong && (name.equals("time-micros") || name.isEmpty() && !millis)
                    ? in -> timeOfDay(in.readLong())
                    : null;
        }
        FieldType.Timestamp ts = (FieldType.Timestamp) type;
        String kind = ts.zoned() ? "timestamp-" : "local-timestamp-";
        if (!isLong || !name.isEmpty() && !name.equals(kind + "millis") && !name.equals(kind + "micros")) {
            return null;
        }
        boolean millis = name.isEmpty() ? ts.unit() == FieldType.TimeUnit.MILLIS : name.endsWith("millis");
        return millis ? in -> microsOf(in.readLong()) : AvroCursor::readLong;
    }

    static Long timeOfDay(long micros) throws Malformed {
        if (micros < 0 || micros >= 86_400_000_000L) {
            throw Malformed.bytes("a time of day", micros + " microseconds");
        }
        return micros;
    }

    static Long microsOf(long millis) throws Malformed {
        if (millis > Long.MAX_VALUE / 1000 || millis < Long.MIN_VALUE / 1000) {
            throw Malformed.bytes("a timestamp in milliseconds", Long.toString(millis));
        }
        return millis * 1000;
    }
}
