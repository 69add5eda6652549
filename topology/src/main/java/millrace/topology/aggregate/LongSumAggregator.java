package millrace.topology.aggregate;

import java.math.BigInteger;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;
import millrace.topology.function.FunctionFailure;

/**
 * SUM and AVG of INT and BIGINT. The sum has 128 bits, so that only its final value has to fit a BIGINT, whatever the
 * order of the rows.
 */
final class LongSumAggregator implements Aggregator<LongSumAggregator.Sum> {
    private final int column;
    private final SumUse use;

    LongSumAggregator(int column, SumUse use) {
        this.column = column;
        this.use = use;
    }

    static final class Sum {
        private long count;
        private Int128 sum = new Int128();
    }

    @Override
    public Sum create() {
        return new Sum();
    }

    @Override
    public void add(Sum state, Element.Row row) {
        Object value = row.values()[column];
        if (value != null) {
            state.count++;
            state.sum.add(value instanceof Long x ? x : (Integer) value);
        }
    }

    @Override
    public void retract(Sum state, Element.Row row) {
        Object value = row.values()[column];
        if (value != null) {
            state.count--;
            state.sum.subtract(value instanceof Long x ? x : (Integer) value);
        }
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(Sum state, Sum other) {
        state.count += other.count;
        state.sum.add(other.sum);
    }

    @Override
    public void write(Sum state, StateOutput out) {
        out.writeLong(state.count);
        state.sum.write(out);
    }

    @Override
    public Sum read(StateInput in) {
        Sum state = new Sum();
        state.count = in.readLong();
        state.sum = Int128.read(in);
        return state;
    }

    @Override
    public Object result(Sum state) {
        if (state.count <= 0) {
            return null;
        }
        if (use == SumUse.AVERAGE) {
            return state.sum.fitsLong()
                    ? state.sum.longValue() / state.count
                    : state.sum.toBigInteger().divide(BigInteger.valueOf(state.count)).longValueExact();
        }
        if (!state.sum.fitsLong()) {
            throw new FunctionFailure("the sum " + state.sum.toBigInteger()
                    + " does not fit BIGINT: cast the argument to DECIMAL(38, 0)");
        }
        return state.sum.longValue();
    }
}
