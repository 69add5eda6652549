package millrace.topology.aggregate;

import java.util.function.Function;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/** BOOL_AND, EVERY and BOOL_OR: how often TRUE and FALSE came. */
final class BoolAggregator implements Aggregator<BoolAggregator.Votes> {
    private final int column;
    private final Function<Votes, Object> result;

    private BoolAggregator(int column, Function<Votes, Object> result) {
        this.column = column;
        this.result = result;
    }

    static BoolAggregator and(int column) {
        return new BoolAggregator(column, votes -> votes.no > 0 ? Boolean.FALSE : votes.yes > 0 ? Boolean.TRUE : null);
    }

    static BoolAggregator or(int column) {
        return new BoolAggregator(column, votes -> votes.yes > 0 ? Boolean.TRUE : votes.no > 0 ? Boolean.FALSE : null);
    }

    static final class Votes {
        private long yes;
        private long no;
    }

    @Override
    public Votes create() {
        return new Votes();
    }

    @Override
    public void add(Votes state, Element.Row row) {
        count(state, row, 1);
    }

    @Override
    public void retract(Votes state, Element.Row row) {
        count(state, row, -1);
    }

    private void count(Votes state, Element.Row row, int times) {
        Object value = row.values()[column];
        if (value != null) {
            if ((Boolean) value) {
                state.yes += times;
            } else {
                state.no += times;
            }
        }
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(Votes state, Votes other) {
        state.yes += other.yes;
        state.no += other.no;
    }

    @Override
    public void write(Votes state, StateOutput out) {
        out.writeLong(state.yes).writeLong(state.no);
    }

    @Override
    public Votes read(StateInput in) {
        Votes state = new Votes();
        state.yes = in.readLong();
        state.no = in.readLong();
        return state;
    }

    @Override
    public Object result(Votes state) {
        return result.apply(state);
    }
}
