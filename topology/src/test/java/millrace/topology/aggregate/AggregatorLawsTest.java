package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType.TimeUnit;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.AggregatorLaws.Call;
import millrace.topology.aggregate.AggregatorLaws.Oracle;
import millrace.topology.function.FunctionFailure;
import millrace.topology.function.Values;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every function, over every type that it takes, obeys {@link AggregatorLaws}. */
class AggregatorLawsTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_125L);
    private static final int SEEDS = "long".equals(System.getProperty("millrace.suite")) ? 100 : 1;

    private static final FieldType BOOL = new FieldType.Bool();
    private static final FieldType INT = new FieldType.Int32();
    private static final FieldType BIGINT = new FieldType.Int64();
    private static final FieldType REAL = new FieldType.Float32();
    private static final FieldType DOUBLE = new FieldType.Float64();
    private static final FieldType TEXT = new FieldType.Text();
    private static final FieldType MONEY = new FieldType.Decimal(12, 2);
    private static final FieldType HUGE = new FieldType.Decimal(38, 10);
    private static final FieldType ROW = new FieldType.Struct(List.of(Field.optional("d", DOUBLE),
            Field.optional("t", TEXT)));
    private static final FieldType ARRAY = new FieldType.Array(DOUBLE, true);
    private static final FieldType MAP = new FieldType.Mapping(ARRAY, true);

    private static final List<FieldType> ORDERED = List.of(BOOL, INT, BIGINT, REAL, DOUBLE, MONEY, HUGE, TEXT,
            new FieldType.Uuid(), new FieldType.Bytes(), new FieldType.Date(), new FieldType.Time(TimeUnit.MICROS),
            new FieldType.Timestamp(TimeUnit.MILLIS, true));
    private static final List<FieldType> ALL = Stream.concat(ORDERED.stream(), Stream.of(ROW, ARRAY, MAP)).toList();

    @TestFactory
    Stream<DynamicTest> count() {
        Oracle oracle = rows -> rows.stream().filter(r -> Stream.of(r).allMatch(Objects::nonNull)).count();
        return Stream.of(Stream.of(Call.of("COUNT"), Call.of("COUNT").filtered(), Call.of("COUNT", INT, TEXT),
                Call.of("COUNT", DOUBLE, MAP).distinct()),
                ALL.stream().flatMap(t -> Stream.of(Call.of("COUNT", t), Call.of("COUNT", t).distinct(),
                        Call.of("COUNT", t).distinct().filtered())))
                .flatMap(s -> s).flatMap(c -> laws(c, oracle));
    }

    @TestFactory
    Stream<DynamicTest> sumOfIntegers() {
        return Stream.of(INT, BIGINT).flatMap(t -> allForms("SUM", t, values(v -> {
            BigInteger sum = v.stream().map(AggregatorLawsTest::whole).reduce(BigInteger.ZERO, BigInteger::add);
            if (sum.bitLength() > 63) {
                throw new FunctionFailure("too large");
            }
            return sum.longValue();
        })));
    }

    @TestFactory
    Stream<DynamicTest> averageOfIntegers() {
        return Stream.of(INT, BIGINT).flatMap(t -> allForms("AVG", t, values(v -> v.stream()
                .map(AggregatorLawsTest::whole).reduce(BigInteger.ZERO, BigInteger::add)
                .divide(BigInteger.valueOf(v.size())).longValueExact())));
    }

    @TestFactory
    Stream<DynamicTest> sumOfDecimals() {
        return Stream.of(MONEY, HUGE).flatMap(t -> allForms("SUM", t, values(v -> fit(v.stream()
                .map(BigDecimal.class::cast).reduce(BigDecimal.ZERO, BigDecimal::add)))));
    }

    @TestFactory
    Stream<DynamicTest> averageOfDecimals() {
        return Stream.of(MONEY, HUGE, new FieldType.Decimal(38, 0)).flatMap(t -> allForms("AVG", t, values(v -> fit(
                v.stream().map(BigDecimal.class::cast).reduce(BigDecimal.ZERO, BigDecimal::add)
                        .divide(BigDecimal.valueOf(v.size()), Math.max(6, ((FieldType.Decimal) t).scale()),
                                RoundingMode.HALF_UP)))));
    }

    @TestFactory
    Stream<DynamicTest> sumOfFloatingPoint() {
        return Stream.of(REAL, DOUBLE).flatMap(t -> allForms("SUM", t, values(v -> special(v, exact -> exact
                .doubleValue() + 0.0))));
    }

    @TestFactory
    Stream<DynamicTest> averageOfFloatingPoint() {
        return Stream.of(REAL, DOUBLE).flatMap(t -> allForms("AVG", t, values(v -> special(v,
                exact -> ExactRatioOracle.nearest(exact, BigDecimal.valueOf(v.size()))))));
    }

    @TestFactory
    Stream<DynamicTest> extremes() {
        return ORDERED.stream().flatMap(t -> Stream.concat(
                allForms("MIN", t, values(v -> v.stream().min(natural(t)).orElseThrow())),
                allForms("MAX", t,
                        values(v -> ValueLayout.of(t).canonical(v.stream().max(natural(t)).orElseThrow())))));
    }

    @TestFactory
    Stream<DynamicTest> endsOfTheTotalOrder() {
        return ALL.stream().flatMap(t -> Stream.of(
                allForms("FIRST_VALUE", t, values(v -> ValueLayout.of(t).canonical(v.get(0)))),
                allForms("LAST_VALUE", t, values(v -> ValueLayout.of(t).canonical(v.get(v.size() - 1)))),
                allForms("ANY_VALUE", t, values(v -> ValueLayout.of(t).canonical(v.get(0)))))).flatMap(s -> s);
    }

    @TestFactory
    Stream<DynamicTest> valuesByOthers() {
        return Stream.of(TEXT, DOUBLE, MAP).flatMap(t -> Stream.of(INT, DOUBLE, TEXT, MONEY).flatMap(rank -> Stream.of(
                laws(Call.of("MIN_BY", t, rank), by(t, rank, 1)), laws(Call.of("MAX_BY", t, rank), by(t, rank, -1)),
                laws(Call.of("ARG_MAX", t, rank).distinct().filtered(), by(t, rank, -1)))).flatMap(s -> s));
    }

    private static Oracle by(FieldType type, FieldType rank, int sign) {
        return rows -> {
            Object[] best = null;
            for (Object[] row : rows) {
                if (row[1] != null && (best == null || sign * natural(rank).compare(row[1], best[1]) < 0)) {
                    best = row;
                }
            }
            return best == null || best[0] == null ? null : ValueLayout.of(type).canonical(best[0]);
        };
    }

    @TestFactory
    Stream<DynamicTest> arrays() {
        return ALL.stream().flatMap(t -> allForms("ARRAY_AGG", t,
                rows -> rows.isEmpty()
                        ? null
                        : ValueLayout.of(new FieldType.Array(t, true)).canonical(
                                rows.stream().map(r -> r[0]).toList())));
    }

    @TestFactory
    Stream<DynamicTest> texts() {
        Function<String, Oracle> joined = separator -> values(v -> v.stream().map(String.class::cast)
                .collect(Collectors.joining(separator)));
        return Stream.of(allForms("STRING_AGG", TEXT, joined.apply(",")), allForms("LISTAGG", TEXT, joined.apply(",")),
                laws(Call.of("STRING_AGG", TEXT).with("; "), joined.apply("; "))).flatMap(s -> s);
    }

    @TestFactory
    Stream<DynamicTest> sets() {
        return ALL.stream().flatMap(t -> allForms("COLLECT_SET", t, values(v -> {
            List<Object> sorted = new ArrayList<>();
            v.stream().map(ValueLayout.of(t)::canonical).sorted(ValueLayout.of(t)::compare)
                    .filter(x -> sorted.isEmpty() || !Values.same(sorted.get(sorted.size() - 1), x))
                    .forEach(sorted::add);
            return sorted;
        })));
    }

    @TestFactory
    Stream<DynamicTest> maps() {
        return Stream.of(INT, DOUBLE, ROW).flatMap(t -> Stream.of(Call.of("MAP_AGG", TEXT, t),
                Call.of("MAP_AGG", TEXT, t).distinct().filtered()).flatMap(c -> laws(c, rows -> {
                    Map<String, Object> map = new TreeMap<>(Values::compare);
                    rows.stream().filter(r -> r[0] != null).forEach(r -> map.put((String) r[0],
                            r[1] == null ? null : ValueLayout.of(t).canonical(r[1])));
                    return map.isEmpty() ? null : map;
                })));
    }

    @TestFactory
    Stream<DynamicTest> booleans() {
        return Stream.of(allForms("BOOL_AND", BOOL, values(v -> !v.contains(false))),
                allForms("EVERY", BOOL, values(v -> !v.contains(false))),
                allForms("BOOL_OR", BOOL, values(v -> v.contains(true)))).flatMap(s -> s);
    }

    @TestFactory
    Stream<DynamicTest> bits() {
        return Stream.of(
                allForms("BIT_AND", INT, values(v -> v.stream().map(Integer.class::cast).reduce(-1, (a, b) -> a & b))),
                allForms("BIT_AND", BIGINT, values(v -> v.stream().map(Long.class::cast).reduce(-1L, (a, b) -> a & b))),
                allForms("BIT_OR", INT, values(v -> v.stream().map(Integer.class::cast).reduce(0, (a, b) -> a | b))),
                allForms("BIT_OR", BIGINT, values(v -> v.stream().map(Long.class::cast).reduce(0L, (a, b) -> a | b))))
                .flatMap(s -> s);
    }

    @TestFactory
    Stream<DynamicTest> spreads() {
        return Stream.of(INT, BIGINT, MONEY, HUGE, REAL, DOUBLE).flatMap(t -> Stream.of("VAR_POP", "VAR_SAMP",
                "VARIANCE", "STDDEV_POP", "STDDEV_SAMP", "STDDEV")
                .flatMap(f -> allForms(f, t, values(v -> spread(f, v)))));
    }

    private static Object spread(String function, List<Object> values) {
        boolean population = function.endsWith("POP");
        if (values.stream().anyMatch(v -> v instanceof Number n && !Double.isFinite(n.doubleValue()))) {
            return population || values.size() > 1 ? Double.NaN : null;
        }
        BigDecimal n = BigDecimal.valueOf(values.size());
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal squares = BigDecimal.ZERO;
        for (Object v : values) {
            BigDecimal x = v instanceof BigDecimal d
                    ? d
                    : v instanceof Double || v instanceof Float
                            ? new BigDecimal(((Number) v).doubleValue())
                            : new BigDecimal(whole(v));
            sum = sum.add(x);
            squares = squares.add(x.multiply(x));
        }
        BigDecimal numerator = n.multiply(squares).subtract(sum.multiply(sum));
        BigDecimal denominator = n.multiply(population ? n : n.subtract(BigDecimal.ONE));
        if (denominator.signum() == 0) {
            return null;
        }
        return function.startsWith("VAR")
                ? ExactRatioOracle.nearest(numerator, denominator)
                : ExactRatioOracle.nearestRoot(numerator, denominator);
    }

    @TestFactory
    Stream<DynamicTest> approximateCounts() {
        return ALL.stream().flatMap(t -> allForms("APPROX_COUNT_DISTINCT", t, rows -> {
            var hashes = new ApproxCountDistinctAggregator(0, ValueLayout.of(t));
            HyperLogLog all = new HyperLogLog();
            rows.stream().map(r -> r[0]).filter(Objects::nonNull).forEach(v -> all.add(hashes.hash(v)));
            return all.estimate();
        }));
    }

    @TestFactory
    Stream<DynamicTest> percentiles() {
        return Stream.of("0", "0.5", "0.95", "1").flatMap(share -> Stream.of(INT, BIGINT, MONEY, REAL, DOUBLE)
                .flatMap(t -> Stream.of(Call.of("APPROX_PERCENTILE", t), Call.of("PERCENTILE", t).distinct().filtered())
                        .flatMap(c -> laws(c.with(new BigDecimal(share)), values(v -> {
                            double[] sorted = v.stream().mapToDouble(x -> ((Number) x).doubleValue()).sorted()
                                    .toArray();
                            int rank = new BigDecimal(share).multiply(BigDecimal.valueOf(sorted.length))
                                    .setScale(0, RoundingMode.CEILING).intValueExact();
                            double exact = sorted[Math.max(1, rank) - 1];
                            return PercentileAggregator.middleOf(PercentileAggregator.bucketOf(exact));
                        })))));
    }

    @TestFactory
    Stream<DynamicTest> decayed() {
        return Stream.of(1, 1000, 100_000).flatMap(seconds -> Stream.concat(
                laws(Call.of("DECAYED_COUNT").with(seconds).filtered(), new DecayOracle(seconds)::count),
                Stream.of(INT, MONEY, DOUBLE).flatMap(t -> laws(Call.of("DECAYED_SUM", t).with(seconds),
                        new DecayOracle(seconds)::sum))));
    }

    @TestFactory
    Stream<DynamicTest> usersOwn() {
        Aggregates library = UserAggregates.of(List.of(LongestRun::new, Checksum::new));
        Oracle longest = rows -> {
            List<Object> values = rows.stream().map(r -> r[0]).filter(Objects::nonNull).toList();
            int best = 0;
            for (int from = 0; from < values.size(); from++) {
                int to = from;
                while (to < values.size() && values.get(to).equals(values.get(from))) {
                    to++;
                }
                best = Math.max(best, to - from);
            }
            return best;
        };
        Oracle checksum = rows -> rows.stream().filter(r -> r[0] != null && r[1] != null)
                .mapToLong(r -> Checksum.of(r[0], r[1])).sum();
        return Stream.of(laws(Call.of("LONGEST_RUN", BIGINT).from(library), longest),
                laws(Call.of("LONGEST_RUN", BIGINT).from(library).distinct().filtered(), longest),
                laws(Call.of("CHECKSUM", TEXT, INT).from(library), checksum),
                laws(Call.of("CHECKSUM", TEXT, INT).from(library).distinct().filtered(), checksum))
                .flatMap(s -> s);
    }

    /** Alone, with DISTINCT and with a filter. */
    static Stream<DynamicTest> allForms(String function, FieldType type, Oracle oracle) {
        return Stream
                .of(Call.of(function, type), Call.of(function, type).distinct(), Call.of(function, type).filtered())
                .flatMap(c -> laws(c, oracle));
    }

    static Stream<DynamicTest> laws(Call call, Oracle oracle) {
        return Stream.of(DynamicTest.dynamicTest(call.toString(), () -> {
            long first = SEED + call.toString().hashCode();
            for (int i = 0; i < SEEDS; i++) {
                AggregatorLaws.hold(call, oracle, first + i);
            }
        }));
    }

    /** Of the values of the first argument that are not NULL; NULL if there are none. */
    static Oracle values(Function<List<Object>, Object> of) {
        return rows -> {
            List<Object> values = new ArrayList<>();
            rows.stream().map(r -> r[0]).filter(Objects::nonNull).forEach(values::add);
            return values.isEmpty() ? null : of.apply(values);
        };
    }

    static BigInteger whole(Object value) {
        return BigInteger.valueOf(((Number) value).longValue());
    }

    private static BigDecimal fit(BigDecimal value) {
        if (value.precision() > 38) {
            throw new FunctionFailure("too large");
        }
        return value;
    }

    /** Floating point as IEEE 754 says for NaN and infinities, and exactly where there are none. */
    static double special(List<Object> values, ToDoubleFunction<BigDecimal> finite) {
        double[] doubles = values.stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
        double naive = 0;
        BigDecimal exact = BigDecimal.ZERO;
        for (double d : doubles) {
            if (Double.isFinite(d)) {
                exact = exact.add(new BigDecimal(d));
            } else {
                naive += d;
            }
        }
        return Double.isFinite(naive) ? finite.applyAsDouble(exact) : Double.isNaN(naive) ? Double.NaN : naive;
    }

    @SuppressWarnings("unchecked")
    private static Comparator<Object> natural(FieldType type) {
        return switch (type) {
            case FieldType.Bytes t -> (a, b) -> Arrays.compareUnsigned((byte[]) a, (byte[]) b);
            case FieldType.Uuid t -> Comparator.comparing(Object::toString);
            case FieldType.Text t -> (a, b) -> Values.compare((String) a, (String) b);
            default -> (a, b) -> ((Comparable<Object>) a).compareTo(b);
        };
    }
}
