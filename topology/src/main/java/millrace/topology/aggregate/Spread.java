package millrace.topology.aggregate;

import java.math.BigInteger;

/** Variances and standard deviations, from exact sums, rounded once. */
enum Spread {
    VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP;

    /**
     * @param sum in units
     * @param squares in units squared
     * @param perOne how many units make one, squared
     * @param exponent of two that a unit squared is worth beside that; even
     * @return null where there is none: for no value, and for a sample of one
     */
    Double of(long count, BigInteger sum, BigInteger squares, BigInteger perOne, int exponent) {
        if (!exists(count)) {
            return null;
        }
        BigInteger n = BigInteger.valueOf(count);
        // The mean of the squares less the square of the mean, over one denominator.
        BigInteger numerator = n.multiply(squares).subtract(sum.multiply(sum));
        BigInteger denominator = n.multiply(isSample() ? n.subtract(BigInteger.ONE) : n).multiply(perOne);
        return this == VAR_POP || this == VAR_SAMP
                ? Rounding.quotient(numerator, denominator, exponent)
                : Rounding.squareRoot(numerator, denominator, exponent);
    }

    boolean exists(long count) {
        return count > (isSample() ? 1 : 0);
    }

    private boolean isSample() {
        return this == VAR_SAMP || this == STDDEV_SAMP;
    }
}
