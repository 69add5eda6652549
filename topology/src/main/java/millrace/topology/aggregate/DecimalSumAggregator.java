package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;
import millrace.topology.function.FunctionFailure;

/**
 * SUM and AVG of DECIMAL. The sum has 192 bits, room for 2^63 values of 38 digits, so that only its final value has to
 * fit the result.
 */
final class DecimalSumAggregator implements Aggregator<DecimalSumAggregator.Sum> {
    private static final int WORDS = 3;
    private static final int LONG_DIGITS = 18;

    private final int column;
    private final int scale;
    private final FieldType.Decimal result;
    private final SumUse use;

    DecimalSumAggregator(int column, FieldType.Decimal argument, FieldType.Decimal result, SumUse use) {
        this.column = column;
        this.scale = argument.scale();
        this.result = result;
        this.use = use;
    }

    static final class Sum {
        private long count;
        private final WideInteger unscaled = new WideInteger(WORDS);
    }

    @Override
    public Sum create() {
        return new Sum();
    }

    @Override
    public void add(Sum state, Element.Row row) {
        BigDecimal value = (BigDecimal) row.values()[column];
        if (value != null) {
            state.count++;
            BigInteger unscaled = value.unscaledValue();
            if (value.precision() <= LONG_DIGITS) {
                state.unscaled.add(unscaled.longValue());
            } else {
                state.unscaled.add(unscaled.shiftRight(64).longValue(), unscaled.longValue());
            }
        }
    }

    @Override
    public void retract(Sum state, Element.Row row) {
        BigDecimal value = (BigDecimal) row.values()[column];
        if (value != null) {
            state.count--;
            BigInteger unscaled = value.unscaledValue();
            state.unscaled.subtract(unscaled.shiftRight(64).longValue(), unscaled.longValue());
        }
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(Sum state, Sum other) {
        state.count += other.count;
        state.unscaled.add(other.unscaled);
    }

    @Override
    public void write(Sum state, StateOutput out) {
        out.writeLong(state.count);
        state.unscaled.write(out);
    }

    @Override
    public Sum read(StateInput in) {
        Sum state = new Sum();
        state.count = in.readLong();
        state.unscaled.read(in);
        return state;
    }

    @Override
    public Object result(Sum state) {
        if (state.count <= 0) {
            return null;
        }
        BigDecimal sum = new BigDecimal(state.unscaled.toBigInteger(), scale);
        BigDecimal value = use == SumUse.SUM
                ? sum
                : sum.divide(BigDecimal.valueOf(state.count), result.scale(), RoundingMode.HALF_UP);
        if (value.precision() > result.precision()) {
            throw new FunctionFailure("the " + (use == SumUse.SUM ? "sum " : "average ") + value.toPlainString()
                    + " does not fit DECIMAL(" + result.precision() + ", " + result.scale() + ")");
        }
        return value;
    }
}
