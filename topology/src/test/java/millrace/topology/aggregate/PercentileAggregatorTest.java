package millrace.topology.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PercentileAggregatorTest {
    private final long seed = Long.getLong("millrace.seed", 20_261_125L);
    private final Random random = new Random(seed);

    @Test
    void aBucketIsNoWiderThanItSays() {
        for (int i = 0; i < 100_000; i++) {
            double x = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(x) && Math.abs(x) > 1e-319) {
                double middle = PercentileAggregator.middleOf(PercentileAggregator.bucketOf(x));
                assertThat(middle / x).as("%s, seed %s", x, seed).isCloseTo(1, within(1.0 / 128 + 1e-3));
            }
        }
    }

    @Test
    void bucketsAreOrderedAsTheirValues() {
        for (int i = 0; i < 100_000; i++) {
            double x = Double.longBitsToDouble(random.nextLong());
            double y = random.nextBoolean() ? Double.longBitsToDouble(random.nextLong()) : x * 1.02;
            int order = Integer.compare(PercentileAggregator.bucketOf(x), PercentileAggregator.bucketOf(y));
            assertThat(order == 0 || order == Double.compare(x, y) || Double.isNaN(x) && Double.isNaN(y))
                    .as("%s, %s, seed %s", x, y, seed).isTrue();
        }
    }

    @Test
    void whatIsNoOrdinaryNumberIsItself() {
        for (double x : new double[] {0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY,
                Double.MIN_VALUE, -Double.MIN_VALUE}) {
            assertThat(PercentileAggregator.middleOf(PercentileAggregator.bucketOf(x))).isEqualTo(Double.valueOf(x));
        }
        assertThat(PercentileAggregator.bucketOf(-0.0)).isEqualTo(PercentileAggregator.bucketOf(0.0));
        int least = PercentileAggregator.bucketOf(Double.MIN_NORMAL);
        assertThat(PercentileAggregator.bucketOf(Math.nextDown(Double.MIN_NORMAL))).isEqualTo(least - 1);
    }

    @Test
    void aPercentileIsOfItsRank() {
        Group numbers = Group.of("x int", "10, 20, 30, 40");
        assertThat((double) numbers.call("APPROX_PERCENTILE(x, 0)")).isCloseTo(10, within(0.1));
        assertThat((double) numbers.call("APPROX_PERCENTILE(x, 0.25)")).isCloseTo(10, within(0.1));
        assertThat((double) numbers.call("APPROX_PERCENTILE(x, 0.26)")).isCloseTo(20, within(0.2));
        assertThat((double) numbers.call("APPROX_PERCENTILE(x, 0.5)")).isCloseTo(20, within(0.2));
        assertThat((double) numbers.call("APPROX_PERCENTILE(x, 1)")).isCloseTo(40, within(0.4));
    }
}
