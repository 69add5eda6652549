package millrace.topology.function;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Division: what cannot be divided fails, also for floating point. */
public final class Arithmetic {
    private Arithmetic() {}

    private static FunctionFailure byZero() {
        return new FunctionFailure("division by zero");
    }

    public static int divide(int a, int b) {
        if (b == 0) {
            throw byZero();
        }
        if (a == Integer.MIN_VALUE && b == -1) {
            throw new FunctionFailure("integer overflow");
        }
        return a / b;
    }

    public static long divide(long a, long b) {
        if (b == 0) {
            throw byZero();
        }
        if (a == Long.MIN_VALUE && b == -1) {
            throw new FunctionFailure("long overflow");
        }
        return a / b;
    }

    public static float divide(float a, float b) {
        if (b == 0) {
            throw byZero();
        }
        return a / b;
    }

    public static double divide(double a, double b) {
        if (b == 0) {
            throw byZero();
        }
        return a / b;
    }

    public static BigDecimal divide(BigDecimal a, BigDecimal b, int scale) {
        if (b.signum() == 0) {
            throw byZero();
        }
        return a.divide(b, scale, RoundingMode.HALF_UP);
    }

    public static int mod(int a, int b) {
        if (b == 0) {
            throw byZero();
        }
        return a % b;
    }

    public static long mod(long a, long b) {
        if (b == 0) {
            throw byZero();
        }
        return a % b;
    }

    public static float mod(float a, float b) {
        if (b == 0) {
            throw byZero();
        }
        return a % b;
    }

    public static double mod(double a, double b) {
        if (b == 0) {
            throw byZero();
        }
        return a % b;
    }

    public static BigDecimal mod(BigDecimal a, BigDecimal b) {
        if (b.signum() == 0) {
            throw byZero();
        }
        return a.remainder(b);
    }
}
