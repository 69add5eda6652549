package millrace.topology.function;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Functions on numbers. Transcendental ones give the same bits on every machine. */
public final class NumberFunctions {
    private NumberFunctions() {}

    @Sql(value = "ABS(int) -> int", doc = "The absolute value.", examples = {"ABS(-3) = 3", "ABS(-1.5) = 1.5"})
    public static int abs(int x) {
        return Math.absExact(x);
    }

    @Sql("ABS(bigint) -> bigint")
    public static long abs(long x) {
        return Math.absExact(x);
    }

    @Sql("ABS(real) -> real")
    public static float abs(float x) {
        return Math.abs(x);
    }

    @Sql("ABS(double) -> double")
    public static double abs(double x) {
        return Math.abs(x);
    }

    @Sql("ABS(decimal) -> same")
    public static BigDecimal abs(BigDecimal x) {
        return x.abs();
    }

    @Sql(value = "SIGN(int) -> int", doc = "-1, 0 or 1.", examples = {"SIGN(-7) = -1", "SIGN(0.5) = 1"})
    public static int sign(int x) {
        return Integer.signum(x);
    }

    @Sql("SIGN(bigint) -> int")
    public static int sign(long x) {
        return Long.signum(x);
    }

    @Sql("SIGN(decimal) -> int")
    public static int sign(BigDecimal x) {
        return x.signum();
    }

    @Sql("SIGN(double) -> int")
    public static int sign(double x) {
        return x > 0 ? 1 : x < 0 ? -1 : 0;
    }

    @Sql(value = "FLOOR(int) -> int", doc = "The largest whole number that is not greater.", examples = {
            "FLOOR(-1.5) = -2", "FLOOR(3) = 3"})
    public static int floor(int x) {
        return x;
    }

    @Sql("FLOOR(bigint) -> bigint")
    public static long floor(long x) {
        return x;
    }

    @Sql("FLOOR(double) -> double")
    public static double floor(double x) {
        return Math.floor(x);
    }

    @Sql("FLOOR(decimal) -> whole")
    public static BigDecimal floor(BigDecimal x) {
        return x.setScale(0, RoundingMode.FLOOR);
    }

    @Sql(value = "CEIL(int) -> int", doc = "The smallest whole number that is not less; CEILING is the same.", examples = {
            "CEIL(1.2) = 2", "CEILING(-1.5) = -1"})
    public static int ceil(int x) {
        return x;
    }

    @Sql("CEIL(bigint) -> bigint")
    public static long ceil(long x) {
        return x;
    }

    @Sql("CEIL(double) -> double")
    public static double ceil(double x) {
        return Math.ceil(x);
    }

    @Sql("CEIL(decimal) -> whole")
    public static BigDecimal ceil(BigDecimal x) {
        return x.setScale(0, RoundingMode.CEILING);
    }

    @Sql(value = "ROUND(decimal) -> whole", doc = "Rounded, half away from zero, to whole numbers or to n digits after the point.", examples = {
            "ROUND(2.5) = 3", "ROUND(-2.5) = -3", "ROUND(1.255, 2) = 1.26", "ROUND(1234, -2) = 1200"})
    public static BigDecimal round(BigDecimal x) {
        return x.setScale(0, RoundingMode.HALF_UP);
    }

    @Sql("ROUND(int) -> int")
    public static int round(int x) {
        return x;
    }

    @Sql("ROUND(bigint) -> bigint")
    public static long round(long x) {
        return x;
    }

    @Sql("ROUND(double) -> double")
    public static double round(double x) {
        return round(x, 0);
    }

    @Sql("ROUND(decimal, int) -> wider")
    public static BigDecimal round(BigDecimal x, int digits) {
        return digits >= x.scale() ? x : x.setScale(Math.max(digits, -100), RoundingMode.HALF_UP);
    }

    @Sql("ROUND(int, int) -> int")
    public static int round(int x, int digits) {
        return round(BigDecimal.valueOf(x), digits).intValueExact();
    }

    @Sql("ROUND(bigint, int) -> bigint")
    public static long round(long x, int digits) {
        return round(BigDecimal.valueOf(x), digits).longValueExact();
    }

    @Sql("ROUND(double, int) -> double")
    public static double round(double x, int digits) {
        return Double.isFinite(x) ? round(new BigDecimal(Double.toString(x)), digits).doubleValue() : x;
    }

    @Sql(value = "TRUNCATE(decimal) -> whole", doc = "Cut, towards zero, to whole numbers or n digits after the point.", examples = {
            "TRUNCATE(-2.7) = -2", "TRUNCATE(1.259, 2) = 1.25"})
    public static BigDecimal truncate(BigDecimal x) {
        return x.setScale(0, RoundingMode.DOWN);
    }

    @Sql("TRUNCATE(double) -> double")
    public static double truncate(double x) {
        return x < 0 ? Math.ceil(x) : Math.floor(x);
    }

    @Sql("TRUNCATE(int) -> int")
    public static int truncate(int x) {
        return x;
    }

    @Sql("TRUNCATE(bigint) -> bigint")
    public static long truncate(long x) {
        return x;
    }

    @Sql("TRUNCATE(decimal, int) -> same")
    public static BigDecimal truncate(BigDecimal x, int digits) {
        return digits >= x.scale() ? x : x.setScale(Math.max(digits, -100), RoundingMode.DOWN);
    }

    @Sql("TRUNCATE(double, int) -> double")
    public static double truncate(double x, int digits) {
        return Double.isFinite(x) ? truncate(new BigDecimal(Double.toString(x)), digits).doubleValue() : x;
    }

    @Sql(value = "POWER(double, double) -> double", doc = "The first number to the power of the second.", examples = "POWER(2, 10) = 1024")
    public static double power(double x, double y) {
        return StrictMath.pow(x, y);
    }

    @Sql(value = "SQRT(double) -> double", doc = "The square root; of a negative number it fails.", examples = "SQRT(16) = 4")
    public static double sqrt(double x) {
        if (x < 0) {
            throw new FunctionFailure("the square root of " + x + " is not a number");
        }
        return StrictMath.sqrt(x);
    }

    @Sql(value = "CBRT(double) -> double", doc = "The cube root.", examples = "CBRT(27) = 3")
    public static double cbrt(double x) {
        return StrictMath.cbrt(x);
    }

    @Sql(value = "EXP(double) -> double", doc = "e to the power of the number.", examples = "EXP(0) = 1")
    public static double exp(double x) {
        return StrictMath.exp(x);
    }

    @Sql(value = "LN(double) -> double", doc = "The natural logarithm; of a number that is not positive it fails.", examples = "LN(1) = 0")
    public static double ln(double x) {
        return StrictMath.log(positive(x));
    }

    @Sql(value = "LOG10(double) -> double", doc = "The logarithm to base 10.", examples = "LOG10(1000) = 3")
    public static double log10(double x) {
        return StrictMath.log10(positive(x));
    }

    @Sql(value = "LOG2(double) -> double", doc = "The logarithm to base 2.", examples = "LOG2(8) = 3")
    public static double log2(double x) {
        return StrictMath.log(positive(x)) / StrictMath.log(2);
    }

    private static double positive(double x) {
        if (x <= 0) {
            throw new FunctionFailure("the logarithm of " + x + " is not a number");
        }
        return x;
    }

    @Sql(value = "SIN(double) -> double", doc = "The sine of an angle in radians.", examples = "SIN(0) = 0")
    public static double sin(double x) {
        return StrictMath.sin(x);
    }

    @Sql(value = "COS(double) -> double", doc = "The cosine of an angle in radians.", examples = "COS(0) = 1")
    public static double cos(double x) {
        return StrictMath.cos(x);
    }

    @Sql(value = "TAN(double) -> double", doc = "The tangent of an angle in radians.", examples = "TAN(0) = 0")
    public static double tan(double x) {
        return StrictMath.tan(x);
    }

    @Sql(value = "ASIN(double) -> double", doc = "The arc sine.", examples = "ASIN(0) = 0")
    public static double asin(double x) {
        return StrictMath.asin(x);
    }

    @Sql(value = "ACOS(double) -> double", doc = "The arc cosine.", examples = "ACOS(1) = 0")
    public static double acos(double x) {
        return StrictMath.acos(x);
    }

    @Sql(value = "ATAN(double) -> double", doc = "The arc tangent.", examples = "ATAN(0) = 0")
    public static double atan(double x) {
        return StrictMath.atan(x);
    }

    @Sql(value = "ATAN2(double, double) -> double", doc = "The angle of the point (second, first).", examples = "ATAN2(0, 1) = 0")
    public static double atan2(double y, double x) {
        return StrictMath.atan2(y, x);
    }

    @Sql(value = "RADIANS(double) -> double", doc = "Degrees as radians.", examples = "RADIANS(0) = 0")
    public static double radians(double x) {
        return x / 180.0 * Math.PI;
    }

    @Sql(value = "DEGREES(double) -> double", doc = "Radians as degrees.", examples = "DEGREES(0) = 0")
    public static double degrees(double x) {
        return x * 180.0 / Math.PI;
    }

    @Sql(value = "PI() -> double", doc = "The number pi.", examples = "FLOOR(PI()) = 3")
    public static double pi() {
        return Math.PI;
    }
}
