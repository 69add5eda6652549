package millrace.topology.aggregate;

import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/** COUNT: the rows in which no argument is NULL. */
final class CountAggregator implements Aggregator<CountAggregator.Count> {
    private final int[] columns;

    CountAggregator(int[] columns) {
        this.columns = columns;
    }

    static final class Count {
        private long rows;
    }

    @Override
    public Count create() {
        return new Count();
    }

    @Override
    public void add(Count state, Element.Row row) {
        if (counts(row)) {
            state.rows++;
        }
    }

    @Override
    public void retract(Count state, Element.Row row) {
        if (counts(row)) {
            state.rows--;
        }
    }

    private boolean counts(Element.Row row) {
        for (int column : columns) {
            if (row.values()[column] == null) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(Count state, Count other) {
        state.rows += other.rows;
    }

    @Override
    public void write(Count state, StateOutput out) {
        out.writeLong(state.rows);
    }

    @Override
    public Count read(StateInput in) {
        Count state = new Count();
        state.rows = in.readLong();
        return state;
    }

    @Override
    public Object result(Count state) {
        return state.rows;
    }
}
