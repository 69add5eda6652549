package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** The double that is nearest to a quotient. */
final class ExactRatioOracle {
    private ExactRatioOracle() {}

    static double nearest(BigDecimal numerator, BigDecimal denominator) {
        if (numerator.signum() == 0) {
            return 0;
        }
        // The ends of the double's interval are exact decimals, so comparing products decides without dividing.
        double guess = numerator.divide(denominator, new MathContext(40, RoundingMode.HALF_EVEN)).doubleValue();
        double best = guess;
        for (double candidate : new double[] {Math.nextDown(guess), Math.nextUp(guess)}) {
            if (Double.isFinite(candidate) && Double.isFinite(best)) {
                int c = distance(numerator, denominator, candidate).compareTo(distance(numerator, denominator, best));
                if (c < 0 || c == 0 && (Double.doubleToRawLongBits(candidate) & 1) == 0) {
                    best = candidate;
                }
            }
        }
        return best;
    }

    private static BigDecimal distance(BigDecimal numerator, BigDecimal denominator, double candidate) {
        return new BigDecimal(candidate).multiply(denominator).subtract(numerator).abs();
    }
}
