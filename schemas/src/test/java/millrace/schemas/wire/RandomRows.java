package millrace.schemas.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;

/** Random row types and rows of them, the same ones for the same seed. */
final class RandomRows {
    private final Random random;

    RandomRows(long seed) {
        random = new Random(seed);
    }

    Random random() {
        return random;
    }

    FieldType.Struct struct(int depth) {
        List<Field> fields = new ArrayList<>();
        int count = 1 + random.nextInt(depth == 0 ? 8 : 4);
        for (int i = 0; i < count; i++) {
            fields.add(new Field("f" + i, type(depth), random.nextBoolean()));
        }
        return new FieldType.Struct(fields);
    }

    FieldType type(int depth) {
        FieldType.TimeUnit unit = random.nextBoolean() ? FieldType.TimeUnit.MILLIS : FieldType.TimeUnit.MICROS;
        return switch (random.nextInt(depth < 3 ? 15 : 12)) {
            case 0 -> new FieldType.Bool();
            case 1 -> new FieldType.Int32();
            case 2 -> new FieldType.Int64();
            case 3 -> new FieldType.Float32();
            case 4 -> new FieldType.Float64();
            case 5 -> {
                int precision = 1 + random.nextInt(38);
                yield new FieldType.Decimal(precision, random.nextInt(precision + 1));
            }
            case 6 -> new FieldType.Text();
            case 7 -> new FieldType.Uuid();
            case 8 -> new FieldType.Bytes();
            case 9 -> new FieldType.Date();
            case 10 -> new FieldType.Time(unit);
            case 11 -> new FieldType.Timestamp(unit, random.nextBoolean());
            case 12 -> struct(depth + 1);
            case 13 -> new FieldType.Array(type(depth + 1), random.nextBoolean());
            default -> new FieldType.Mapping(type(depth + 1), random.nextBoolean());
        };
    }

    Object[] row(FieldType.Struct struct) {
        return struct.fields().stream().map(f -> value(f.type(), f.nullable())).toArray();
    }

    private Object value(FieldType type, boolean nullable) {
        if (nullable && random.nextInt(3) == 0) {
            return null;
        } else if (type instanceof FieldType.Bool) {
            return random.nextBoolean();
        } else if (type instanceof FieldType.Int32 || type instanceof FieldType.Date) {
            return (int) spread();
        } else if (type instanceof FieldType.Int64) {
            return spread();
        } else if (type instanceof FieldType.Float32) {
            return random.nextInt(10) == 0 ? Float.NaN : random.nextFloat() * 1e6f;
        } else if (type instanceof FieldType.Float64) {
            return random.nextInt(10) == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian();
        } else if (type instanceof FieldType.Decimal d) {
            BigInteger limit = BigInteger.TEN.pow(d.precision());
            BigInteger n = new BigInteger(limit.bitLength() + 2, random).mod(limit);
            return new BigDecimal(random.nextBoolean() ? n : n.negate(), d.scale());
        } else if (type instanceof FieldType.Text) {
            return text();
        } else if (type instanceof FieldType.Uuid) {
            return new UUID(random.nextLong(), random.nextLong());
        } else if (type instanceof FieldType.Bytes) {
            byte[] bytes = new byte[random.nextInt(20)];
            random.nextBytes(bytes);
            return bytes;
        } else if (type instanceof FieldType.Time t) {
            long micros = (long) (random.nextDouble() * 86_400_000_000L);
            return t.unit() == FieldType.TimeUnit.MILLIS ? micros / 1000 * 1000 : micros;
        } else if (type instanceof FieldType.Timestamp t) {
            long micros = random.nextLong() >> 10;
            return t.unit() == FieldType.TimeUnit.MILLIS ? Math.floorDiv(micros, 1000L) * 1000 : micros;
        } else if (type instanceof FieldType.Struct s) {
            return row(s);
        } else if (type instanceof FieldType.Array a) {
            List<Object> list = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                list.add(value(a.element(), a.elementNullable()));
            }
            return list;
        }
        FieldType.Mapping m = (FieldType.Mapping) type;
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            map.put(text(), value(m.value(), m.valueNullable()));
        }
        return map;
    }

    private long spread() {
        return random.nextLong() >> random.nextInt(64);
    }

    String text() {
        StringBuilder out = new StringBuilder();
        int length = random.nextInt(10) == 0 ? random.nextInt(200) : random.nextInt(12);
        for (int i = 0; i < length; i++) {
            out.appendCodePoint(random.nextInt(8) == 0 ? 0xA0 + random.nextInt(0xD000) : 'a' + random.nextInt(26));
        }
        return random.nextInt(20) == 0 ? out.appendCodePoint(0x1F600).append('\uFFFD').toString() : out.toString();
    }

    /** A value in a form that {@code equals} compares by content. */
    static Object comparable(Object value) {
        if (value instanceof Object[] row) {
            List<Object> out = new ArrayList<>();
            for (Object v : row) {
                out.add(comparable(v));
            }
            return out;
        } else if (value instanceof byte[] b) {
            return "0x" + HexFormat.of().formatHex(b);
        } else if (value instanceof List<?> l) {
            return comparable(l.toArray());
        } else if (value instanceof Map<?, ?> m) {
            Map<Object, Object> out = new LinkedHashMap<>();
            m.forEach((k, v) -> out.put(k, comparable(v)));
            return out;
        }
        return value;
    }
}
