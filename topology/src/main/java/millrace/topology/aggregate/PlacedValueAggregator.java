package millrace.topology.aggregate;

import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowOrder;

/** FIRST_VALUE, LAST_VALUE and ANY_VALUE of rows that only come: the value of one end of the total order. */
final class PlacedValueAggregator implements Aggregator<PlacedValueAggregator.Best> {
    private final int column;
    private final ValueLayout layout;
    private final TotalOrder order;
    private final End end;

    PlacedValueAggregator(int column, ValueLayout layout, TotalOrder order, End end) {
        this.column = column;
        this.layout = layout;
        this.order = order;
        this.end = end;
    }

    /** Both null, or neither. */
    static final class Best {
        private RowOrder place;
        private Object value;
    }

    @Override
    public Best create() {
        return new Best();
    }

    @Override
    public void add(Best state, Element.Row row) {
        Object value = row.values()[column];
        if (value == null) {
            return;
        }
        int c = state.place == null ? 0 : order.compare(row, state.place);
        if (state.place == null || end.prefers(c != 0 ? c : layout.compare(value, state.value))) {
            state.place = c == 0 && state.place != null ? state.place : order.of(row);
            state.value = layout.canonical(value);
        }
    }

    @Override
    public void retract(Best state, Element.Row row) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean retracts() {
        return false;
    }

    @Override
    public void merge(Best state, Best other) {
        if (other.place == null) {
            return;
        }
        int c = state.place == null ? 0 : other.place.compareTo(state.place);
        if (state.place == null || end.prefers(c != 0 ? c : layout.compare(other.value, state.value))) {
            state.place = other.place;
            state.value = other.value;
        }
    }

    @Override
    public void write(Best state, StateOutput out) {
        out.writeBoolean(state.place != null);
        if (state.place != null) {
            state.place.write(out);
            layout.write(state.value, out);
        }
    }

    @Override
    public Best read(StateInput in) {
        Best state = new Best();
        if (in.readBoolean()) {
            state.place = RowOrder.read(in);
            state.value = layout.read(in);
        }
        return state;
    }

    @Override
    public Object result(Best state) {
        return state.value;
    }
}
