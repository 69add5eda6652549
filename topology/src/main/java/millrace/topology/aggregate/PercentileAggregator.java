package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.math.RoundingMode;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/**
 * APPROX_PERCENTILE: the value of a rank, with a relative error below 1 %. Counts values in fixed buckets, 64 to each
 * power of two, so that order does not matter, parts can be merged and rows be taken back: the idea of Masson, Rim and
 * Lee, "DDSketch" (2019), with the leading bits of the number in place of its logarithm, which every machine computes
 * alike. The result is the middle of its bucket, at most 1/128 away from any number in it (below
 * 1e-320 a double itself is coarser).
 *
 * <p>
 * Zero, the infinities and NaN, which comes last, have buckets of their own. Memory is bounded by 64 buckets for each
 * power of two that occurs.
 */
final class PercentileAggregator implements Aggregator<IntCounts> {
    private static final int MANTISSA_BITS = 6;
    private static final int DROPPED_BITS = 52 - MANTISSA_BITS;
    private static final int INFINITE = 0x7ff << MANTISSA_BITS;
    /** Subnormal numbers are made normal by so many powers of two, and their buckets lie so far below. */
    private static final int SUBNORMAL_SHIFT = 54;
    private static final int LOWEST = -(SUBNORMAL_SHIFT << MANTISSA_BITS);
    private static final int NAN = Integer.MAX_VALUE;

    private final int column;
    private final BigDecimal share;

    PercentileAggregator(int column, BigDecimal share) {
        this.column = column;
        this.share = share;
    }

    /** Buckets are numbered in the order of their values. */
    static int bucketOf(double x) {
        if (x == 0) {
            return 0;
        }
        if (x != x) {
            return NAN;
        }
        double magnitude = Math.abs(x);
        int leading = magnitude < Double.MIN_NORMAL
                ? leadingBits(magnitude * 0x1p54) + LOWEST
                : leadingBits(magnitude);
        int bucket = leading - LOWEST + 1;
        return x < 0 ? -bucket : bucket;
    }

    private static int leadingBits(double normal) {
        return (int) (Double.doubleToRawLongBits(normal) >>> DROPPED_BITS);
    }

    static double middleOf(int bucket) {
        if (bucket == 0) {
            return 0;
        }
        if (bucket == NAN) {
            return Double.NaN;
        }
        int leading = Math.abs(bucket) + LOWEST - 1;
        double magnitude;
        if (leading == INFINITE) {
            magnitude = Double.POSITIVE_INFINITY;
        } else if (leading >= 1 << MANTISSA_BITS) {
            magnitude = middleOfLeadingBits(leading);
        } else {
            magnitude = middleOfLeadingBits(leading - LOWEST) * 0x1p-54;
        }
        return bucket < 0 ? -magnitude : magnitude;
    }

    private static double middleOfLeadingBits(int leading) {
        return Double.longBitsToDouble((long) leading << DROPPED_BITS | 1L << DROPPED_BITS - 1);
    }

    @Override
    public IntCounts create() {
        return new IntCounts();
    }

    @Override
    public void add(IntCounts state, Element.Row row) {
        count(state, row, 1);
    }

    @Override
    public void retract(IntCounts state, Element.Row row) {
        count(state, row, -1);
    }

    private void count(IntCounts state, Element.Row row, int times) {
        Object value = row.values()[column];
        if (value != null) {
            state.add(bucketOf(value instanceof Double d ? d : ((Number) value).doubleValue()), times);
        }
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(IntCounts state, IntCounts other) {
        state.merge(other);
    }

    @Override
    public void write(IntCounts state, StateOutput out) {
        state.write(out);
    }

    @Override
    public IntCounts read(StateInput in) {
        return IntCounts.read(in);
    }

    @Override
    public Object result(IntCounts state) {
        int[] buckets = state.keys();
        long all = 0;
        for (int bucket : buckets) {
            all += Math.max(0, state.count(bucket));
        }
        if (all == 0) {
            return null;
        }
        long rank = Math.max(1, share.multiply(BigDecimal.valueOf(all)).setScale(0, RoundingMode.CEILING).longValue());
        int i = 0;
        for (long seen = Math.max(0, state.count(buckets[0])); seen < rank;) {
            seen += Math.max(0, state.count(buckets[++i]));
        }
        return middleOf(buckets[i]);
    }
}
