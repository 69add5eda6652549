package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.math.BigInteger;
import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/** Variances and standard deviations of INT, BIGINT and DECIMAL. */
final class ExactSpreadAggregator implements Aggregator<ExactSpreadAggregator.Sums> {
    /** For 2^63 values of 38 digits. */
    private static final int SUM_WORDS = 3;
    private static final int SQUARES_WORDS = 5;

    private final int column;
    private final BigInteger perOne;
    private final Spread spread;

    ExactSpreadAggregator(int column, FieldType type, Spread spread) {
        this.column = column;
        this.spread = spread;
        perOne = BigInteger.TEN.pow(type instanceof FieldType.Decimal d ? 2 * d.scale() : 0);
    }

    static final class Sums {
        private long count;
        private final WideInteger sum = new WideInteger(SUM_WORDS);
        private final WideInteger squares = new WideInteger(SQUARES_WORDS);
    }

    @Override
    public Sums create() {
        return new Sums();
    }

    @Override
    public void add(Sums state, Element.Row row) {
        Object value = row.values()[column];
        if (value instanceof BigDecimal d) {
            BigInteger x = d.unscaledValue();
            state.count++;
            state.sum.add(x);
            state.squares.add(x.multiply(x));
        } else if (value != null) {
            long x = value instanceof Long l ? l : (Integer) value;
            state.count++;
            state.sum.add(x);
            state.squares.add(Math.multiplyHigh(x, x), x * x);
        }
    }

    @Override
    public void retract(Sums state, Element.Row row) {
        Object value = row.values()[column];
        if (value instanceof BigDecimal d) {
            BigInteger x = d.unscaledValue();
            state.count--;
            state.sum.add(x.negate());
            state.squares.add(x.multiply(x).negate());
        } else if (value != null) {
            long x = value instanceof Long l ? l : (Integer) value;
            state.count--;
            state.sum.subtract(x >> 63, x);
            state.squares.subtract(Math.multiplyHigh(x, x), x * x);
        }
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(Sums state, Sums other) {
        state.count += other.count;
        state.sum.add(other.sum);
        state.squares.add(other.squares);
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
        return spread.of(state.count, state.sum.toBigInteger(), state.squares.toBigInteger(), perOne, 0);
    }
}
