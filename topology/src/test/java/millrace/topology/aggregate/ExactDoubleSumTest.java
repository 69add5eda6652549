package millrace.topology.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import org.junit.jupiter.api.Test;

/** A sum of doubles is the one that {@link BigDecimal} gives, which shares no code with it, rounded once. */
class ExactDoubleSumTest {
    private final long seed = Long.getLong("millrace.seed", 20_261_125L);
    private final Random random = new Random(seed);

    @Test
    void anyBitPatternsAddUp() {
        for (int round = 0; round < 2000; round++) {
            check(numbers(random.nextInt(40), this::anyFinite));
        }
    }

    @Test
    void subnormalsAddUp() {
        for (int round = 0; round < 500; round++) {
            check(numbers(random.nextInt(40),
                    () -> Double.longBitsToDouble(random.nextLong() & 0x801fffffffffffffL)));
        }
    }

    @Test
    void whatCancelsIsGone() {
        for (int round = 0; round < 500; round++) {
            List<Double> numbers = numbers(1 + random.nextInt(40), this::anyFinite);
            List<Double> negated = numbers.stream().map(x -> -x).toList();
            List<Double> both = new ArrayList<>(numbers);
            both.addAll(negated);
            both.add(1e-300);
            Collections.shuffle(both, random);
            assertThat(sum(both).value()).as("seed " + seed).isEqualTo(1e-300);
        }
    }

    @Test
    void manyNumbersAreCarriedOn() {
        for (double x : new double[] {Double.MAX_VALUE, -Double.MAX_VALUE, 0.1, -0.1, 4.9e-324, 0x1.fffffffffffffp0}) {
            ExactDoubleSum sum = ExactDoubleSum.ofValues();
            for (int i = 0; i < 100_000; i++) {
                sum.add(x);
            }
            assertThat(sum.toBigInteger()).isEqualTo(units(x).multiply(BigInteger.valueOf(100_000)));
            assertThat(sum.value()).isEqualTo(new BigDecimal(x).multiply(BigDecimal.valueOf(100_000)).doubleValue());
        }
        check(numbers(10_000, this::anyFinite));
        check(numbers(10_000, random::nextGaussian));
    }

    @Test
    void tiesGoToEven() {
        double ulp = Math.ulp(1.0);
        assertThat(sum(List.of(1.0, ulp / 2)).value()).isEqualTo(1.0);
        assertThat(sum(List.of(1.0, ulp / 2, Double.MIN_VALUE)).value()).isEqualTo(1.0 + ulp);
        assertThat(sum(List.of(1.0, ulp / 2, -Double.MIN_VALUE)).value()).isEqualTo(1.0);
        assertThat(sum(List.of(1.0 + ulp, ulp / 2)).value()).isEqualTo(1.0 + 2 * ulp);
        assertThat(sum(List.of(Double.MAX_VALUE, Math.ulp(Double.MAX_VALUE) / 2)).value())
                .isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(sum(List.of(Double.MAX_VALUE, Math.nextDown(Math.ulp(Double.MAX_VALUE) / 2))).value())
                .isEqualTo(Double.MAX_VALUE);
    }

    @Test
    void aSumBeyondTheLargestDoubleComesBack() {
        ExactDoubleSum sum = sum(List.of(Double.MAX_VALUE, Double.MAX_VALUE));
        assertThat(sum.value()).isEqualTo(Double.POSITIVE_INFINITY);
        sum.add(-Double.MAX_VALUE);
        assertThat(sum.value()).isEqualTo(Double.MAX_VALUE);
    }

    @Test
    void nanAndInfinitiesCanBeTakenBack() {
        ExactDoubleSum sum = sum(List.of(1.5, Double.POSITIVE_INFINITY));
        assertThat(sum.value()).isEqualTo(Double.POSITIVE_INFINITY);
        sum.add(Double.NEGATIVE_INFINITY);
        assertThat(sum.value()).isNaN();
        sum.subtract(Double.POSITIVE_INFINITY);
        assertThat(sum.value()).isEqualTo(Double.NEGATIVE_INFINITY);
        sum.add(Double.NaN);
        assertThat(sum.value()).isNaN();
        sum.subtract(Double.NaN);
        sum.subtract(Double.NEGATIVE_INFINITY);
        assertThat(sum.value()).isEqualTo(1.5);
    }

    @Test
    void aSumOfZerosIsPlusZero() {
        assertThat(Double.doubleToRawLongBits(sum(List.of(-0.0, -0.0)).value())).isZero();
        assertThat(Double.doubleToRawLongBits(sum(List.of(-1.0, 1.0)).value())).isZero();
    }

    @Test
    void equalSumsHaveEqualBytesHoweverTheyCameAbout() {
        for (int round = 0; round < 500; round++) {
            List<Double> numbers = numbers(random.nextInt(30), this::anyFinite);
            List<Double> others = numbers(random.nextInt(30), this::anyFinite);
            ExactDoubleSum plain = sum(numbers);
            ExactDoubleSum other = sum(others);
            ExactDoubleSum detour = sum(numbers);
            detour.merge(other);
            others.forEach(detour::subtract);
            assertThat(bytes(detour)).as("seed " + seed).isEqualTo(bytes(plain));
            ExactDoubleSum read = ExactDoubleSum.ofValues().read(new StateInput(bytes(plain)));
            assertThat(read.toBigInteger()).as("seed " + seed).isEqualTo(plain.toBigInteger());
        }
    }

    @Test
    void squaresAddUpExactly() {
        for (int round = 0; round < 1000; round++) {
            ExactDoubleSum sum = ExactDoubleSum.ofSquares();
            ExactDoubleSum part = ExactDoubleSum.ofSquares();
            BigInteger expected = BigInteger.ZERO;
            for (double x : numbers(random.nextInt(40), this::anyFinite)) {
                boolean taken = random.nextInt(4) == 0;
                ExactDoubleSum into = random.nextBoolean() ? sum : part;
                if (taken) {
                    into.subtractSquare(x);
                } else {
                    into.addSquare(x);
                }
                expected = expected.add(units(x).pow(2).multiply(BigInteger.valueOf(taken ? -1 : 1)));
            }
            sum.merge(ExactDoubleSum.ofSquares().read(new StateInput(bytes(part))));
            assertThat(sum.toBigInteger()).as("seed " + seed).isEqualTo(expected);
        }
        ExactDoubleSum many = ExactDoubleSum.ofSquares();
        for (int i = 0; i < 10_000; i++) {
            many.addSquare(-Double.MAX_VALUE);
        }
        assertThat(many.toBigInteger()).isEqualTo(units(Double.MAX_VALUE).pow(2).multiply(BigInteger.valueOf(10_000)));
    }

    @Test
    void quotientsAreRoundedOnce() {
        for (int round = 0; round < 3000; round++) {
            BigInteger numerator = new BigInteger(1 + random.nextInt(300), random);
            BigInteger denominator = new BigInteger(1 + random.nextInt(200), random).add(BigInteger.ONE);
            numerator = random.nextBoolean() ? numerator.negate() : numerator;
            assertThat(Rounding.quotient(numerator, denominator, -40)).as("seed " + seed).isEqualTo(
                    ExactRatioOracle.nearest(new BigDecimal(numerator),
                            new BigDecimal(denominator.shiftLeft(40))));
        }
        // Half of the smallest double is a tie, and goes to zero; a little more does not.
        assertThat(Rounding.quotient(BigInteger.ONE, BigInteger.TWO, -1074)).isZero();
        assertThat(Rounding.quotient(BigInteger.valueOf(5), BigInteger.valueOf(9), -1074)).isEqualTo(Double.MIN_VALUE);
        assertThat(Rounding.quotient(BigInteger.ONE, BigInteger.valueOf(9), -1074)).isZero();
        assertThat(Rounding.quotient(BigInteger.valueOf(3), BigInteger.TWO, -1074)).isEqualTo(2 * Double.MIN_VALUE);
    }

    private void check(List<Double> numbers) {
        BigDecimal expected = numbers.stream().map(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(sum(numbers).value()).as("seed " + seed).isEqualTo(expected.doubleValue() + 0.0);
    }

    private static ExactDoubleSum sum(List<Double> numbers) {
        ExactDoubleSum sum = ExactDoubleSum.ofValues();
        numbers.forEach(sum::add);
        return sum;
    }

    private static byte[] bytes(ExactDoubleSum sum) {
        StateOutput out = new StateOutput();
        sum.write(out);
        return out.toBytes();
    }

    /** A double in units of the smallest one. */
    private static BigInteger units(double x) {
        return new BigDecimal(x).multiply(new BigDecimal(BigInteger.TWO.pow(1074))).toBigIntegerExact();
    }

    private static List<Double> numbers(int n, DoubleSupplier source) {
        List<Double> numbers = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            numbers.add(source.getAsDouble());
        }
        return numbers;
    }

    private double anyFinite() {
        double x = Double.longBitsToDouble(random.nextLong());
        return Double.isFinite(x) ? x : random.nextGaussian();
    }
}
