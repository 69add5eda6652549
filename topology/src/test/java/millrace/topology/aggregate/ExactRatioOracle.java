package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** The double that is nearest to a quotient, or to its root. */
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
                if (c < 0 || c == 0 && !isOdd(candidate)) {
                    best = candidate;
                }
            }
        }
        return best;
    }

    /** The square root of a quotient, not negative. */
    static double nearestRoot(BigDecimal numerator, BigDecimal denominator) {
        double root = numerator.divide(denominator, new MathContext(220, RoundingMode.DOWN))
                .sqrt(new MathContext(100, RoundingMode.HALF_EVEN)).doubleValue();
        // A hundred digits may hide a tie, so the exact squares of the ends of the double's interval decide.
        int above = endSquared(root, Math.nextUp(root)).multiply(denominator).compareTo(numerator);
        if (above < 0 || above == 0 && isOdd(root)) {
            return Math.nextUp(root);
        }
        int below = root == 0 ? -1 : endSquared(root, Math.nextDown(root)).multiply(denominator).compareTo(numerator);
        return below > 0 || below == 0 && isOdd(root) ? Math.nextDown(root) : root;
    }

    private static BigDecimal endSquared(double a, double b) {
        return new BigDecimal(a).add(new BigDecimal(b)).divide(BigDecimal.TWO).pow(2);
    }

    private static boolean isOdd(double x) {
        return (Double.doubleToRawLongBits(x) & 1) == 1;
    }

    private static BigDecimal distance(BigDecimal numerator, BigDecimal denominator, double candidate) {
        return new BigDecimal(candidate).multiply(denominator).subtract(numerator).abs();
    }
}
