package millrace.topology.aggregate;

import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowOrder;

/**
 * MIN_BY and MAX_BY of rows that only come: the value in one column where another column is at one end of its order. The
 * first such row in total order counts, whichever end it is.
 */
final class ValueByAggregator implements Aggregator<ValueByAggregator.Best> {
    private final int column;
    private final ValueLayout values;
    private final int rankColumn;
    private final ValueLayout ranks;
    private final TotalOrder order;
    private final End end;

    ValueByAggregator(int column, ValueLayout values, int rankColumn, ValueLayout ranks, TotalOrder order, End end) {
        this.column = column;
        this.values = values;
        this.rankColumn = rankColumn;
        this.ranks = ranks;
        this.order = order;
        this.end = end;
    }

    static final class Best {
        /** Null as long as there is none. */
        private Object rank;
        private RowOrder place;
        private Object value;
    }

    @Override
    public Best create() {
        return new Best();
    }

    @Override
    public void add(Best state, Element.Row row) {
        Object rank = row.values()[rankColumn];
        if (rank == null) {
            return;
        }
        Object value = row.values()[column];
        int c = state.rank == null ? 0 : ranks.compare(rank, state.rank);
        int at = state.rank == null || c != 0 ? 0 : order.compare(row, state.place);
        if (state.rank == null || end.prefers(c) || c == 0
                && (at < 0 || at == 0 && ValueLayout.compareNullable(values, value, state.value) < 0)) {
            state.rank = ranks.canonical(rank);
            state.place = order.of(row);
            state.value = value == null ? null : values.canonical(value);
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
        if (other.rank == null) {
            return;
        }
        int c = state.rank == null ? 0 : ranks.compare(other.rank, state.rank);
        int at = state.rank == null || c != 0 ? 0 : other.place.compareTo(state.place);
        if (state.rank == null || end.prefers(c) || c == 0
                && (at < 0 || at == 0 && ValueLayout.compareNullable(values, other.value, state.value) < 0)) {
            state.rank = other.rank;
            state.place = other.place;
            state.value = other.value;
        }
    }

    @Override
    public void write(Best state, StateOutput out) {
        ValueLayout.writeNullable(ranks, state.rank, out);
        if (state.rank != null) {
            state.place.write(out);
            ValueLayout.writeNullable(values, state.value, out);
        }
    }

    @Override
    public Best read(StateInput in) {
        Best state = new Best();
        state.rank = ValueLayout.readNullable(ranks, in);
        if (state.rank != null) {
            state.place = RowOrder.read(in);
            state.value = ValueLayout.readNullable(values, in);
        }
        return state;
    }

    @Override
    public Object result(Best state) {
        return state.value;
    }
}
