package millrace.topology.aggregate;

import java.math.BigInteger;

/** Exact numbers as the nearest double, half to even. */
final class Rounding {
    private Rounding() {}

    /**
     * @param window the highest 64 bits of a positive number, the first of them set
     * @param below whether any lower bit is set
     * @param exponent of two that the first bit is worth
     */
    static double toDouble(long window, boolean below, int exponent) {
        // A subnormal has fewer bits; what is below the smallest of them may round up to it.
        int kept = exponent >= Double.MIN_EXPONENT ? 53 : 53 + exponent - Double.MIN_EXPONENT;
        if (kept < 0) {
            return 0;
        }
        int dropped = 64 - kept;
        long value = kept == 0 ? 0 : window >>> dropped;
        long rest = kept == 0 ? window : window & (1L << dropped) - 1;
        int half = Long.compareUnsigned(rest, 1L << dropped - 1);
        if (half > 0 || half == 0 && (below || (value & 1) == 1)) {
            value++;
        }
        return Math.scalb((double) value, exponent - kept + 1);
    }

    /**
     * {@code numerator / denominator * 2^exponent}.
     *
     * @param denominator positive
     */
    static double quotient(BigInteger numerator, BigInteger denominator, int exponent) {
        if (numerator.signum() == 0) {
            return 0;
        }
        BigInteger n = numerator.abs();
        // So that the quotient has 65 or 66 bits.
        int shift = 65 - (n.bitLength() - denominator.bitLength());
        BigInteger[] divided = shift >= 0
                ? n.shiftLeft(shift).divideAndRemainder(denominator)
                : n.divideAndRemainder(denominator.shiftLeft(-shift));
        BigInteger q = divided[0];
        int extra = q.bitLength() - 64;
        long window = q.shiftRight(extra).longValue();
        boolean below = divided[1].signum() != 0 || q.getLowestSetBit() < extra;
        double rounded = toDouble(window, below, q.bitLength() - 1 - shift + exponent);
        return numerator.signum() < 0 ? -rounded : rounded;
    }

    /**
     * The square root of {@code numerator / denominator * 2^exponent}.
     *
     * @param numerator not negative
     * @param denominator positive
     * @param exponent even
     */
    static double squareRoot(BigInteger numerator, BigInteger denominator, int exponent) {
        if (numerator.signum() == 0) {
            return 0;
        }
        // So that the root has 65 bits or more. Rounding the quotient down does not change the whole part of its root.
        int shift = 130 - (numerator.bitLength() - denominator.bitLength());
        shift += shift & 1;
        BigInteger[] divided = shift >= 0
                ? numerator.shiftLeft(shift).divideAndRemainder(denominator)
                : numerator.divideAndRemainder(denominator.shiftLeft(-shift));
        BigInteger[] root = divided[0].sqrtAndRemainder();
        int extra = root[0].bitLength() - 64;
        long window = root[0].shiftRight(extra).longValue();
        boolean below = divided[1].signum() != 0 || root[1].signum() != 0 || root[0].getLowestSetBit() < extra;
        return toDouble(window, below, root[0].bitLength() - 1 + (exponent - shift) / 2);
    }
}
