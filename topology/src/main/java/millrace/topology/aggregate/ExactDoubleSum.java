package millrace.topology.aggregate;

import java.math.BigInteger;
import java.util.Arrays;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;

/**
 * A sum of doubles, or of their squares, without any rounding, so that the order of adding does not matter and what was
 * added can be taken back. Rounded once, half to even, when it is asked for.
 *
 * <p>
 * After Radford M. Neal, "Fast exact summation using small and large superaccumulators" (2015), the small one: the sum
 * is a fixed-point number in digits of 32 bits, each kept in a long. A number's 53 bits fall into two digits; the upper
 * half of each long takes up what does not fit, and only every 2047 additions it is carried on.
 *
 * <pre>
 *   digit   [base+n-1] ... [base+1] [base]          digit i is worth 2^(32 i) units
 *   x                  high     low                 m * 2^(32 i + shift) = high * 2^(32 (i+1)) + low * 2^(32 i)
 * </pre>
 *
 * Only the digits from the lowest to the highest that was needed are kept: a sum of prices takes three or four. NaN and
 * the infinities are counted apart.
 */
final class ExactDoubleSum {
    private static final long MASK = 0xffffffffL;
    private static final int ROOM = 2047;
    private static final long[] NONE = {};

    /** Exponent of two of one unit: the smallest double, or its square. */
    private static final int SUM_UNIT = -1074;
    private static final int SQUARES_UNIT = -2148;

    private final int unit;
    private long[] digits = NONE;
    private int base;
    private int room = ROOM;
    private long nans;
    private long positiveInfinities;
    private long negativeInfinities;

    private ExactDoubleSum(int unit) {
        this.unit = unit;
    }

    /** For {@link #add} and {@link #subtract}. */
    static ExactDoubleSum ofValues() {
        return new ExactDoubleSum(SUM_UNIT);
    }

    /** For {@link #addSquare} and {@link #subtractSquare}. */
    static ExactDoubleSum ofSquares() {
        return new ExactDoubleSum(SQUARES_UNIT);
    }

    void add(double x) {
        add(x, 1);
    }

    void subtract(double x) {
        add(x, -1);
    }

    private void add(double x, long times) {
        long bits = Double.doubleToRawLongBits(x);
        int exponent = (int) (bits >>> 52) & 0x7ff;
        long m = bits & 0xfffffffffffffL;
        if (exponent == 0x7ff) {
            special(x, times);
            return;
        }
        if (exponent == 0) {
            if (m == 0) {
                return;
            }
            exponent = 1;
        } else {
            m |= 1L << 52;
        }
        int at = exponent - 1;
        int shift = at & 31;
        int i = digitsFrom(at >>> 5, 2);
        // All ones to subtract: signs are as good as random, and a wrongly predicted branch costs more than the sum.
        long flip = (bits ^ times) >> 63;
        digits[i] += (m << shift & MASK ^ flip) - flip;
        digits[i + 1] += (m >>> 32 - shift ^ flip) - flip;
        if (--room == 0) {
            carry();
        }
    }

    void addSquare(double x) {
        addSquare(x, 1);
    }

    void subtractSquare(double x) {
        addSquare(x, -1);
    }

    private void addSquare(double x, int sign) {
        long bits = Double.doubleToRawLongBits(x);
        int exponent = (int) (bits >>> 52) & 0x7ff;
        long m = bits & 0xfffffffffffffL;
        if (exponent == 0x7ff) {
            special(x * x, sign);
            return;
        }
        if (exponent == 0) {
            exponent = 1;
        } else {
            m |= 1L << 52;
        }
        if (m == 0) {
            return;
        }
        long high = Math.multiplyHigh(m, m);
        long low = m * m;
        int at = 2 * (exponent - 1);
        int shift = at & 31;
        int i = digitsFrom(at >>> 5, 5);
        // 106 bits and a shift of up to 31 are five digits.
        long rest = (low & MASK) << shift;
        digits[i] += sign * (rest & MASK);
        rest = (rest >>> 32) + ((low >>> 32) << shift);
        digits[i + 1] += sign * (rest & MASK);
        rest = (rest >>> 32) + ((high & MASK) << shift);
        digits[i + 2] += sign * (rest & MASK);
        rest = (rest >>> 32) + ((high >>> 32) << shift);
        digits[i + 3] += sign * (rest & MASK);
        digits[i + 4] += sign * (rest >>> 32);
        if (--room == 0) {
            carry();
        }
    }

    private void special(double x, long times) {
        if (x != x) {
            nans += times;
        } else if (x > 0) {
            positiveInfinities += times;
        } else {
            negativeInfinities += times;
        }
    }

    void merge(ExactDoubleSum other) {
        nans += other.nans;
        positiveInfinities += other.positiveInfinities;
        negativeInfinities += other.negativeInfinities;
        other.carry();
        carry();
        if (other.digits.length > 0) {
            int i = digitsFrom(other.base, other.digits.length);
            for (int j = 0; j < other.digits.length; j++) {
                digits[i + j] += other.digits[j];
            }
            carry();
        }
    }

    /** Whether all numbers are finite; the value is then a number, else an infinity or NaN. */
    boolean isFinite() {
        return nans <= 0 && positiveInfinities <= 0 && negativeInfinities <= 0;
    }

    /** NaN or an infinity, where the sum is not {@link #isFinite}. */
    double special() {
        if (nans > 0 || positiveInfinities > 0 && negativeInfinities > 0) {
            return Double.NaN;
        }
        return positiveInfinities > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }

    /** Where the digits of a number of {@code count} digits go; there is room for them then. */
    private int digitsFrom(int index, int count) {
        int i = index - base;
        if (i >= 0 && i + count <= digits.length) {
            return i;
        }
        if (digits.length == 0) {
            base = index;
            digits = new long[count];
            return 0;
        }
        int from = Math.min(base, index);
        int to = Math.max(base + digits.length, index + count);
        long[] more = new long[to - from];
        System.arraycopy(digits, 0, more, base - from, digits.length);
        digits = more;
        base = from;
        return index - from;
    }

    /**
     * Brings all digits but the highest into 0 .. 2^32-1; the highest has the sign. Leaves as few digits as the value
     * needs: equal sums have equal digits.
     */
    private void carry() {
        room = ROOM;
        int n = digits.length;
        if (n == 0) {
            return;
        }
        for (int i = 0; i < n - 1; i++) {
            digits[i + 1] += digits[i] >> 32;
            digits[i] &= MASK;
        }
        long top = digits[n - 1];
        if (top > MASK || top < -MASK - 1) {
            digits = Arrays.copyOf(digits, n + 1);
            digits[n - 1] = top & MASK;
            digits[n] = top >> 32;
            n++;
        }
        int high = n;
        while (high > 1 && (digits[high - 1] == 0 || digits[high - 1] == -1)) {
            digits[high - 2] += digits[high - 1] << 32;
            high--;
        }
        int low = 0;
        while (low < high - 1 && digits[low] == 0) {
            low++;
        }
        if (high - low == 1 && digits[low] == 0) {
            digits = NONE;
            base = 0;
        } else if (high - low < n) {
            digits = Arrays.copyOfRange(digits, low, high);
            base += low;
        }
    }

    /** The sum of {@link #ofValues}, rounded once. A sum of zero is plus zero, also of minus zeros alone. */
    double value() {
        if (!isFinite()) {
            return special();
        }
        carry();
        if (digits.length == 0) {
            return 0;
        }
        long[] magnitude = magnitude();
        int h = magnitude.length - 1;
        while (magnitude[h] == 0) {
            h--;
        }
        long upper = magnitude[h] << 32 | (h > 0 ? magnitude[h - 1] : 0);
        long third = h > 1 ? magnitude[h - 2] : 0;
        int zeros = Long.numberOfLeadingZeros(upper);
        long window = upper << zeros | third >>> 32 - zeros;
        boolean below = (third & MASK >>> zeros) != 0;
        for (int i = 0; i < h - 2 && !below; i++) {
            below = magnitude[i] != 0;
        }
        int exponent = 32 * (base + h) + 31 - zeros + unit;
        double rounded = Rounding.toDouble(window, below, exponent);
        return isNegative() ? -rounded : rounded;
    }

    /** The exact value is this times two to the {@link #unit}. */
    BigInteger toBigInteger() {
        carry();
        if (digits.length == 0) {
            return BigInteger.ZERO;
        }
        long[] magnitude = magnitude();
        byte[] bytes = new byte[magnitude.length * 4];
        for (int i = 0; i < bytes.length; i++) {
            bytes[bytes.length - 1 - i] = (byte) (magnitude[i / 4] >>> i % 4 * 8);
        }
        return new BigInteger(isNegative() ? -1 : 1, bytes).shiftLeft(32 * base);
    }

    /** Whether nothing was added that was not taken back, or numbers that cancel. */
    boolean isZero() {
        carry();
        return digits.length == 0 && nans == 0 && positiveInfinities == 0 && negativeInfinities == 0;
    }

    int unit() {
        return unit;
    }

    private boolean isNegative() {
        return digits[digits.length - 1] < 0;
    }

    /** The digits of the absolute value, each in 0 .. 2^32-1. */
    private long[] magnitude() {
        int n = digits.length;
        long[] out = Arrays.copyOf(digits, n + 1);
        out[n] = out[n - 1] >> 32 & MASK;
        out[n - 1] &= MASK;
        if (isNegative()) {
            long carry = 1;
            for (int i = 0; i <= n; i++) {
                long digit = (~out[i] & MASK) + carry;
                out[i] = digit & MASK;
                carry = digit >>> 32;
            }
        }
        return out;
    }

    void write(StateOutput out) {
        carry();
        out.writeLong(nans).writeLong(positiveInfinities).writeLong(negativeInfinities).writeInt(digits.length);
        if (digits.length > 0) {
            out.writeInt(base);
            for (int i = 0; i < digits.length - 1; i++) {
                out.writeByte((int) (digits[i] >>> 24)).writeByte((int) (digits[i] >>> 16))
                        .writeByte((int) (digits[i] >>> 8)).writeByte((int) digits[i]);
            }
            out.writeLong(digits[digits.length - 1]);
        }
    }

    /** Into an empty one. */
    ExactDoubleSum read(StateInput in) {
        nans = in.readLong();
        positiveInfinities = in.readLong();
        negativeInfinities = in.readLong();
        int n = in.readInt();
        if (n > 0) {
            base = in.readInt();
            digits = new long[n];
            for (int i = 0; i < n - 1; i++) {
                digits[i] = (long) in.readByte() << 24 | in.readByte() << 16 | in.readByte() << 8 | in.readByte();
            }
            digits[n - 1] = in.readLong();
        }
        return this;
    }
}
