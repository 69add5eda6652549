package millrace.topology.aggregate;

import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/** MIN and MAX of what is an int or a long inside: integers, dates, times and timestamps. Of rows that only come. */
final class LongExtremeAggregator implements Aggregator<LongExtremeAggregator.Extreme> {
    private final int column;
    private final End end;
    private final boolean ints;

    LongExtremeAggregator(int column, FieldType type, End end) {
        this.column = column;
        this.end = end;
        ints = type instanceof FieldType.Int32 || type instanceof FieldType.Date;
    }

    static final class Extreme {
        private boolean any;
        private long value;
    }

    @Override
    public Extreme create() {
        return new Extreme();
    }

    @Override
    public void add(Extreme state, Element.Row row) {
        Object value = row.values()[column];
        if (value != null) {
            offer(state, value instanceof Long x ? x : (Integer) value);
        }
    }

    private void offer(Extreme state, long x) {
        if (!state.any || end.prefers(Long.compare(x, state.value))) {
            state.any = true;
            state.value = x;
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
        if (other.any) {
            offer(state, other.value);
        }
    }

    @Override
    public void write(Extreme state, StateOutput out) {
        out.writeBoolean(state.any);
        if (state.any) {
            out.writeLong(state.value);
        }
    }

    @Override
    public Extreme read(StateInput in) {
        Extreme state = new Extreme();
        state.any = in.readBoolean();
        state.value = state.any ? in.readLong() : 0;
        return state;
    }

    @Override
    public Object result(Extreme state) {
        if (!state.any) {
            return null;
        }
        return ints ? (Object) (int) state.value : (Object) state.value;
    }
}
