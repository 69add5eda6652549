package millrace.topology.aggregate;

import java.math.BigInteger;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;

/** A sum of longs that cannot overflow: 2^63 of them fit. */
final class Int128 {
    private long high;
    private long low;

    void add(long x) {
        add(x >> 63, x);
    }

    void subtract(long x) {
        long before = low;
        low -= x;
        high -= (x >> 63) + (Long.compareUnsigned(before, x) < 0 ? 1 : 0);
    }

    void add(Int128 other) {
        add(other.high, other.low);
    }

    private void add(long h, long l) {
        low += l;
        high += h + (Long.compareUnsigned(low, l) < 0 ? 1 : 0);
    }

    boolean fitsLong() {
        return high == low >> 63;
    }

    /** The value, if it {@link #fitsLong}. */
    long longValue() {
        return low;
    }

    BigInteger toBigInteger() {
        BigInteger unsignedLow = BigInteger.valueOf(low);
        return BigInteger.valueOf(high).shiftLeft(64)
                .add(low < 0 ? unsignedLow.add(BigInteger.ONE.shiftLeft(64)) : unsignedLow);
    }

    void write(StateOutput out) {
        out.writeBoolean(fitsLong());
        if (!fitsLong()) {
            out.writeLong(high);
        }
        out.writeLong(low);
    }

    static Int128 read(StateInput in) {
        Int128 sum = new Int128();
        boolean fits = in.readBoolean();
        long high = fits ? 0 : in.readLong();
        sum.low = in.readLong();
        sum.high = fits ? sum.low >> 63 : high;
        return sum;
    }
}
