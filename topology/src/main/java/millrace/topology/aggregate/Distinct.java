package millrace.topology.aggregate;

import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.origin.Origin;

/**
 * {@code DISTINCT}: every value once, whatever the rows it is in. Keeps each different value of a group with its count,
 * so that rows can be taken back and parts be merged; its memory is bounded by nothing but the group. What the function
 * holds is always of the values with a count above zero. A value with a NULL in it does not count.
 *
 * <p>
 * For functions that look at nothing but their arguments.
 */
final class Distinct<S> implements Aggregator<Distinct.State<S>> {
    private final Aggregator<S> inner;
    private final int[] columns;
    private final int width;
    private final ValueLayout layout;

    /**
     * @param layout of the value in the only column, or of an {@code Object[]} with those of all
     */
    Distinct(Aggregator<S> inner, int[] columns, ValueLayout layout) {
        this.inner = inner;
        this.columns = columns;
        this.layout = layout;
        int last = 0;
        for (int column : columns) {
            last = Math.max(last, column);
        }
        width = last + 1;
    }

    static final class State<S> {
        private final Multiset seen;
        private final S inner;

        private State(Multiset seen, S inner) {
            this.seen = seen;
            this.inner = inner;
        }
    }

    @Override
    public State<S> create() {
        return new State<>(Multiset.hashed(layout), inner.create());
    }

    @Override
    public void add(State<S> state, Element.Row row) {
        Object given = value(row.values());
        if (given != null) {
            Object value = layout.canonical(given);
            if (state.seen.add(value, 1) == 1) {
                inner.add(state.inner, value == given ? row : rowOf(value));
            }
        }
    }

    @Override
    public void retract(State<S> state, Element.Row row) {
        Object given = value(row.values());
        if (given != null) {
            Object value = layout.canonical(given);
            if (state.seen.add(value, -1) == 0) {
                inner.retract(state.inner, value == given ? row : rowOf(value));
            }
        }
    }

    private Object value(Object[] row) {
        if (columns.length == 1) {
            return row[columns[0]];
        }
        Object[] values = new Object[columns.length];
        for (int i = 0; i < columns.length; i++) {
            values[i] = row[columns[i]];
            if (values[i] == null) {
                return null;
            }
        }
        return values;
    }

    /** A row with nothing but the value. */
    private Element.Row rowOf(Object value) {
        Object[] row = new Object[width];
        for (int i = 0; i < columns.length; i++) {
            row[columns[i]] = columns.length == 1 ? value : ((Object[]) value)[i];
        }
        return new Element.Row(row, Change.INSERT, 0, 0, 0, Origin.COMPUTED);
    }

    @Override
    public boolean retracts() {
        return inner.retracts();
    }

    @Override
    public void merge(State<S> state, State<S> other) {
        for (Multiset.Tally tally : other.seen.tallies()) {
            long after = state.seen.add(tally.value(), tally.count());
            long before = after - tally.count();
            if (before <= 0 && after > 0) {
                inner.add(state.inner, rowOf(tally.value()));
            } else if (before > 0 && after <= 0) {
                inner.retract(state.inner, rowOf(tally.value()));
            }
        }
    }

    @Override
    public void write(State<S> state, StateOutput out) {
        state.seen.write(out);
        inner.write(state.inner, out);
    }

    @Override
    public State<S> read(StateInput in) {
        Multiset seen = Multiset.hashed(layout).read(in);
        return new State<>(seen, inner.read(in));
    }

    @Override
    public Object result(State<S> state) {
        return inner.result(state.inner);
    }
}
