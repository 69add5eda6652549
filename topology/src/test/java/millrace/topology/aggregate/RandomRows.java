package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.origin.Origin;

/** Rows with NULLs, repeated values, huge ones, and times and origins that are the same now and then. */
final class RandomRows {
    private final FieldType.Struct type;
    private final Random random;
    private long offset;

    RandomRows(FieldType.Struct type, Random random) {
        this.type = type;
        this.random = random;
    }

    List<Element.Row> next(int size) {
        // A group of few values sees repeats, one of wild ones sees overflow and special numbers, one of tame ones sums.
        Taste taste = Taste.values()[random.nextInt(Taste.values().length)];
        Map<Integer, List<Object>> pools = new HashMap<>();
        List<Element.Row> rows = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            if (!rows.isEmpty() && random.nextInt(15) == 0) {
                rows.add(rows.get(random.nextInt(rows.size())));
                continue;
            }
            Object[] values = new Object[type.fields().size()];
            for (int c = 0; c < values.length; c++) {
                Field field = type.fields().get(c);
                List<Object> pool = pools.computeIfAbsent(c, k -> new ArrayList<>());
                if (pool.size() < (taste == Taste.FEW ? 4 : 40) || random.nextInt(3) > 0 && taste != Taste.FEW) {
                    pool.add(value(field.type(), taste));
                }
                values[c] = random.nextInt(6) == 0 ? null : pool.get(random.nextInt(pool.size()));
            }
            long time = random.nextInt(3) == 0 ? random.nextInt(5) : random.nextLong(100_000_000_000L);
            Element.Row before = rows.isEmpty() ? null : rows.get(random.nextInt(rows.size()));
            rows.add(before != null && random.nextInt(6) == 0
                    ? before.with(values) // another row in the same place
                    : new Element.Row(values, Change.INSERT, time, 0, 0, origin()));
        }
        return rows;
    }

    private Origin origin() {
        if (random.nextInt(3) == 0) {
            return Origin.COMPUTED;
        }
        return new Origin.Remote(random.nextInt(2), random.nextInt(2), ++offset, random.nextInt(2));
    }

    private enum Taste {
        FEW, TAME, WILD
    }

    private Object value(FieldType of, Taste taste) {
        boolean wild = taste == Taste.WILD;
        return switch (of) {
            case FieldType.Bool t -> random.nextBoolean();
            case FieldType.Int32 t -> wild ? random.nextInt() : random.nextInt(-50, 50);
            case FieldType.Date t -> random.nextInt(20_000);
            case FieldType.Int64 t -> wild && random.nextInt(3) > 0
                    ? random.nextInt(5) == 0
                            ? (random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE)
                            : random.nextLong()
                    : Long.valueOf(random.nextInt(-50, 1000));
            case FieldType.Time t -> random.nextLong(86_400_000_000L);
            case FieldType.Timestamp t -> random.nextLong(1_800_000_000_000_000L);
            case FieldType.Float32 t -> wild
                    ? Float.intBitsToFloat(random.nextInt())
                    : (float) random.nextGaussian() * 100;
            case FieldType.Float64 t -> wild ? wildDouble() : random.nextGaussian() * 100;
            case FieldType.Decimal t -> decimal(t, wild);
            case FieldType.Text t -> text(wild);
            case FieldType.Uuid t -> new UUID(random.nextLong(), random.nextLong());
            case FieldType.Bytes t -> {
                byte[] bytes = new byte[random.nextInt(4)];
                random.nextBytes(bytes);
                yield bytes;
            }
            case FieldType.Struct t -> t.fields().stream()
                    .map(f -> random.nextInt(4) == 0 ? null : value(f.type(), taste)).toArray();
            case FieldType.Array t -> {
                List<Object> list = new ArrayList<>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    list.add(random.nextInt(4) == 0 ? null : value(t.element(), taste));
                }
                yield list;
            }
            case FieldType.Mapping t -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    map.put(text(false), random.nextInt(4) == 0 ? null : value(t.value(), taste));
                }
                yield map;
            }
        };
    }

    private double wildDouble() {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextInt(10) == 0 ? Double.NaN : 0.0;
            case 1 -> random.nextInt(10) == 0 ? Double.POSITIVE_INFINITY : -0.0;
            case 2 -> random.nextInt(10) == 0 ? Double.longBitsToDouble(0x7ff8dead00000000L) : Double.MIN_VALUE;
            case 3 -> random.nextBoolean() ? Double.MAX_VALUE : -Double.MAX_VALUE;
            case 4 -> Double.longBitsToDouble(random.nextLong() & 0x800fffffffffffffL);
            case 5 -> random.nextInt(20) == 0 ? Double.NEGATIVE_INFINITY : 1e16;
            case 6, 7, 8 -> random.nextInt(1000) / 8.0;
            default -> {
                double x = Double.longBitsToDouble(random.nextLong());
                yield Double.isFinite(x) ? x : 1.5;
            }
        };
    }

    private BigDecimal decimal(FieldType.Decimal t, boolean wild) {
        BigInteger limit = BigInteger.TEN.pow(t.precision());
        BigInteger unscaled = wild
                ? random.nextInt(4) == 0 ? limit.subtract(BigInteger.ONE) : new BigInteger(130, random).mod(limit)
                : BigInteger.valueOf(random.nextInt(1000)).mod(limit);
        return new BigDecimal(random.nextInt(3) == 0 ? unscaled.negate() : unscaled, t.scale());
    }

    private String text(boolean wild) {
        String letters = wild ? "ab?é\uD83D\uDE00\uD800" : "abc";
        StringBuilder out = new StringBuilder();
        for (int n = random.nextInt(4); n > 0; n--) {
            out.append(letters.charAt(random.nextInt(letters.length())));
        }
        return out.toString();
    }
}
