package millrace.topology.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import org.junit.jupiter.api.Test;

/** The integers behind sums, beside {@link BigInteger}. */
class ExactIntegersTest {
    private final long seed = Long.getLong("millrace.seed", 20_261_125L);
    private final Random random = new Random(seed);

    @Test
    void int128() {
        for (int round = 0; round < 500; round++) {
            Int128 sum = new Int128();
            BigInteger expected = BigInteger.ZERO;
            for (int i = 0; i < 50; i++) {
                long x = anyLong();
                if (random.nextBoolean()) {
                    sum.add(x);
                    expected = expected.add(BigInteger.valueOf(x));
                } else {
                    sum.subtract(x);
                    expected = expected.subtract(BigInteger.valueOf(x));
                }
                assertThat(sum.toBigInteger()).as("seed " + seed).isEqualTo(expected);
                assertThat(sum.fitsLong()).as("seed " + seed).isEqualTo(expected.bitLength() < 64);
            }
            StateOutput out = new StateOutput();
            sum.write(out);
            Int128 read = Int128.read(new StateInput(out.toBytes()));
            read.add(sum);
            assertThat(read.toBigInteger()).as("seed " + seed).isEqualTo(expected.shiftLeft(1));
        }
    }

    @Test
    void wideIntegers() {
        for (int round = 0; round < 500; round++) {
            WideInteger sum = new WideInteger(4);
            BigInteger expected = BigInteger.ZERO;
            for (int i = 0; i < 50; i++) {
                long x = anyLong();
                long y = anyLong();
                BigInteger both = BigInteger.valueOf(y).shiftLeft(64)
                        .add(BigInteger.valueOf(x).and(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE)));
                switch (random.nextInt(4)) {
                    case 0 -> {
                        sum.add(x);
                        expected = expected.add(BigInteger.valueOf(x));
                    }
                    case 1 -> {
                        sum.add(y, x);
                        expected = expected.add(both);
                    }
                    case 2 -> {
                        sum.subtract(y, x);
                        expected = expected.subtract(both);
                    }
                    default -> {
                        BigInteger any = new BigInteger(200, random).subtract(BigInteger.ONE.shiftLeft(199));
                        sum.add(any);
                        expected = expected.add(any);
                    }
                }
                assertThat(sum.toBigInteger()).as("seed " + seed).isEqualTo(expected);
            }
            StateOutput out = new StateOutput();
            sum.write(out);
            WideInteger read = new WideInteger(4).read(new StateInput(out.toBytes()));
            read.add(sum);
            assertThat(read.toBigInteger()).as("seed " + seed).isEqualTo(expected.shiftLeft(1));
        }
    }

    private long anyLong() {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(-3, 3);
            case 1 -> Long.MAX_VALUE;
            case 2 -> Long.MIN_VALUE;
            default -> random.nextLong();
        };
    }
}
