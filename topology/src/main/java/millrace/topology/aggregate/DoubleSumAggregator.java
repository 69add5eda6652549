package millrace.topology.aggregate;

import java.math.BigInteger;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/**
 * SUM and AVG of REAL and DOUBLE: of the exact numbers, rounded once. NaN, or infinities of both signs, give NaN; a sum
 * beyond the largest double is an infinity, but an average never is one because of that.
 */
final class DoubleSumAggregator implements Aggregator<DoubleSumAggregator.Sum> {
    private final int column;
    private final SumUse use;

    DoubleSumAggregator(int column, SumUse use) {
        this.column = column;
        this.use = use;
    }

    static final class Sum {
        private long count;
        private final ExactDoubleSum sum = ExactDoubleSum.ofValues();
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
            state.sum.add(value instanceof Double x ? x : (double) (Float) value);
        }
    }

    @Override
    public void retract(Sum state, Element.Row row) {
        Object value = row.values()[column];
        if (value != null) {
            state.count--;
            state.sum.subtract(value instanceof Double x ? x : (double) (Float) value);
        }
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(Sum state, Sum other) {
        state.count += other.count;
        state.sum.merge(other.sum);
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
        state.sum.read(in);
        return state;
    }

    @Override
    public Object result(Sum state) {
        if (state.count <= 0) {
            return null;
        }
        if (use == SumUse.SUM || !state.sum.isFinite()) {
            return state.sum.value();
        }
        return Rounding.quotient(state.sum.toBigInteger(), BigInteger.valueOf(state.count), state.sum.unit());
    }
}
