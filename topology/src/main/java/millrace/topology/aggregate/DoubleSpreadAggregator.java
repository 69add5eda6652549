package millrace.topology.aggregate;

import java.math.BigInteger;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/** Variances and standard deviations of REAL and DOUBLE: NaN where any value is NaN or infinite. */
final class DoubleSpreadAggregator implements Aggregator<DoubleSpreadAggregator.Sums> {
    private final int column;
    private final Spread spread;

    DoubleSpreadAggregator(int column, Spread spread) {
        this.column = column;
        this.spread = spread;
    }

    static final class Sums {
        private long count;
        private final ExactDoubleSum sum = ExactDoubleSum.ofValues();
        private final ExactDoubleSum squares = ExactDoubleSum.ofSquares();
    }

    @Override
    public Sums create() {
        return new Sums();
    }

    @Override
    public void add(Sums state, Element.Row row) {
        Object value = row.values()[column];
        if (value != null) {
            double x = value instanceof Double d ? d : (double) (Float) value;
            state.count++;
            state.sum.add(x);
            state.squares.addSquare(x);
        }
    }

    @Override
    public void retract(Sums state, Element.Row row) {
        Object value = row.values()[column];
        if (value != null) {
            double x = value instanceof Double d ? d : (double) (Float) value;
            state.count--;
            state.sum.subtract(x);
            state.squares.subtractSquare(x);
        }
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(Sums state, Sums other) {
        state.count += other.count;
        state.sum.merge(other.sum);
        state.squares.merge(other.squares);
    }

    @Override
    public void write(Sums state, StateOutput out) {
        out.writeLong(state.count);
        state.sum.write(out);
        state.squares.write(out);
    }

    @Override
    public Sums read(StateInput in) {
        Sums state = new Sums();
        state.count = in.readLong();
        state.sum.read(in);
        state.squares.read(in);
        return state;
    }

    @Override
    public Object result(Sums state) {
        if (spread.exists(state.count) && !state.sum.isFinite()) {
            return Double.NaN;
        }
        return spread.of(state.count, state.sum.toBigInteger(), state.squares.toBigInteger(), BigInteger.ONE,
                state.squares.unit());
    }
}
