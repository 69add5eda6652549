package millrace.topology.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateOutput;
import millrace.topology.function.Values;
import millrace.topology.plan.SortColumn;
import millrace.topology.plan.SortColumn.Direction;
import millrace.topology.plan.SortColumn.Nulls;
import org.junit.jupiter.api.Test;

/** Bytes sort as values do, whatever stands behind them. */
class SortedBytesTest {
    private static final long SEED = Long.getLong("millrace.seed", 5);
    private static final BigInteger LARGEST = BigInteger.TEN.pow(38).subtract(BigInteger.ONE);

    @Test
    void bytesSortAsValuesDo() {
        Random random = new Random(SEED);
        values(random).forEach((type, values) -> {
            for (Direction direction : Direction.values()) {
                for (Nulls nulls : Nulls.values()) {
                    check(type, new SortColumn(0, direction, nulls), values, random);
                }
            }
        });
    }

    @Test
    void bothZerosAreOneAndNotANumberIsTheLargest() {
        SortedBytes bytes = new SortedBytes(new FieldType.Float64(),
                new SortColumn(0, Direction.ASCENDING, Nulls.FIRST));
        assertThat(written(bytes, -0.0, new byte[0])).isEqualTo(written(bytes, 0.0, new byte[0]));
        assertThat(Arrays.compareUnsigned(written(bytes, Double.NaN, new byte[0]),
                written(bytes, Double.POSITIVE_INFINITY, new byte[0]))).isPositive();
    }

    private static void check(FieldType type, SortColumn by, List<?> values, Random random) {
        SortedBytes bytes = new SortedBytes(type, by);
        for (Object a : values) {
            for (Object b : values) {
                int expected = compare(a, b, by);
                byte[] behindA = {(byte) random.nextInt(256), (byte) random.nextInt(256)};
                byte[] behindB = {(byte) random.nextInt(256), (byte) random.nextInt(256)};
                if (expected == 0) {
                    expected = Arrays.compareUnsigned(behindA, behindB);
                }
                assertThat(Integer.signum(Arrays.compareUnsigned(written(bytes, a, behindA),
                        written(bytes, b, behindB)))).as("%s %s: %s and %s, seed %d", type, by, a, b, SEED)
                        .isEqualTo(Integer.signum(expected));
            }
        }
    }

    private static byte[] written(SortedBytes bytes, Object value, byte[] behind) {
        StateOutput out = new StateOutput();
        bytes.write(value, out);
        return out.writeRaw(behind, 0, behind.length).toBytes();
    }

    private static int compare(Object a, Object b, SortColumn by) {
        if (a == null || b == null) {
            int first = (a == null ? 0 : 1) - (b == null ? 0 : 1);
            return by.nulls() == Nulls.FIRST ? first : -first;
        }
        int order = switch (a) {
            case String s -> Values.compare(s, (String) b);
            case byte[] bytes -> Arrays.compareUnsigned(bytes, (byte[]) b);
            case UUID u -> u.toString().compareTo(b.toString());
            default -> natural().compare(a, b);
        };
        return by.direction() == Direction.ASCENDING ? order : -order;
    }

    @SuppressWarnings("unchecked")
    private static Comparator<Object> natural() {
        return (Comparator<Object>) (Comparator<?>) Comparator.naturalOrder();
    }

    private static Map<FieldType, List<?>> values(Random random) {
        Map<FieldType, List<?>> all = new LinkedHashMap<>();
        all.put(new FieldType.Bool(), list(true, false, null));
        all.put(new FieldType.Int32(), list(Integer.MIN_VALUE, -1, 0, 1, random.nextInt(), Integer.MAX_VALUE, null));
        all.put(new FieldType.Int64(), list(Long.MIN_VALUE, -1L, 0L, 1L, random.nextLong(), Long.MAX_VALUE, null));
        all.put(new FieldType.Float32(), list(Float.NEGATIVE_INFINITY, -1.5f, -Float.MIN_VALUE, 0f, Float.MIN_VALUE,
                2.5f, Float.MAX_VALUE, Float.NaN, null));
        all.put(new FieldType.Float64(), list(Double.NEGATIVE_INFINITY, -1e300, -1.5, 0.0, 1e-300,
                random.nextGaussian(), Double.POSITIVE_INFINITY, Double.NaN, null));
        all.put(new FieldType.Text(), list("", "\u0000", "\u0000a", "a", "a\u0000", "a\u0000b", "ab", "é", "\uffff",
                "😀", null));
        all.put(new FieldType.Bytes(), list(new byte[0], new byte[] {0}, new byte[] {0, 0}, new byte[] {0, -1},
                new byte[] {1}, new byte[] {-1}, new byte[] {-1, 0}, null));
        all.put(new FieldType.Uuid(), list(new UUID(0, 0), new UUID(0, -1), new UUID(-1, 0), new UUID(1, 5), null));
        all.put(new FieldType.Decimal(10, 2), decimals(2, BigInteger.valueOf(9_999_999_999L), random));
        all.put(new FieldType.Decimal(38, 4), decimals(4, LARGEST, random));
        all.put(new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true), list(-5L, 0L, 7L, null));
        all.put(new FieldType.Date(), list(-5, 0, 7, null));
        return all;
    }

    private static List<Object> decimals(int scale, BigInteger most, Random random) {
        List<Object> all = new ArrayList<>(Arrays.asList(null, new BigDecimal(BigInteger.ZERO, scale)));
        for (BigInteger i = BigInteger.ONE; i.compareTo(most) <= 0; i = i.multiply(BigInteger.valueOf(255))
                .add(BigInteger.valueOf(random.nextInt(3)))) {
            all.add(new BigDecimal(i, scale));
            all.add(new BigDecimal(i.negate(), scale));
        }
        all.add(new BigDecimal(most, scale));
        all.add(new BigDecimal(most.negate(), scale));
        return all;
    }

    private static List<Object> list(Object... values) {
        return Arrays.asList(values);
    }
}
