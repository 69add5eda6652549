package millrace.topology.aggregate;

import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/**
 * MIN and MAX of any type with an order, of rows that only come. Floating point is ordered as by
 * {@link Double#compare}: NaN is the largest value, and minus zero is below zero.
 */
final class ExtremeAggregator implements Aggregator<ExtremeAggregator.Extreme> {
    private final int column;
    private final ValueLayout layout;
    private final End end;

    ExtremeAggregator(int column, ValueLayout layout, End end) {
        this.column = column;
        this.layout = layout;
        this.end = end;
    }

    static final class Extreme {
        private Object value;
    }

    @Override
    public Extreme create() {
        return new Extreme();
    }

    @Override
    public void add(Extreme state, Element.Row row) {
        Object value = row.values()[column];
        if (value != null) {
            offer(state, value);
        }
    }

    private void offer(Extreme state, Object value) {
        if (state.value == null || end.prefers(layout.compare(value, state.value))) {
            state.value = layout.canonical(value);
        }
    }

    @Override
    public void retract(Extreme state, Element.Row row) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean retracts() {
        return false;
    }

    @Override
    public void merge(Extreme state, Extreme other) {
        if (other.value != null) {
            offer(state, other.value);
        }
    }

    @Override
    public void write(Extreme state, StateOutput out) {
        ValueLayout.writeNullable(layout, state.value, out);
    }

    @Override
    public Extreme read(StateInput in) {
        Extreme state = new Extreme();
        state.value = ValueLayout.readNullable(layout, in);
        return state;
    }

    @Override
    public Object result(Extreme state) {
        return state.value;
    }
}
