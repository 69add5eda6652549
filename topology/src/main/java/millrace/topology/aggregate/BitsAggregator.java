package millrace.topology.aggregate;

import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/** BIT_AND and BIT_OR of rows that only come. */
final class BitsAggregator implements Aggregator<BitsAggregator.Bits> {
    /** How bits are joined. */
    enum Join {
        AND, OR;

        long of(long a, long b) {
            return this == AND ? a & b : a | b;
        }
    }

    private final int column;
    private final Join join;
    private final boolean ints;

    BitsAggregator(int column, FieldType type, Join join) {
        this.column = column;
        this.join = join;
        ints = type instanceof FieldType.Int32;
    }

    static final class Bits {
        private boolean any;
        private long bits;
    }

    @Override
    public Bits create() {
        return new Bits();
    }

    @Override
    public void add(Bits state, Element.Row row) {
        Object value = row.values()[column];
        if (value != null) {
            join(state, value instanceof Long x ? x : (Integer) value);
        }
    }

    private void join(Bits state, long x) {
        state.bits = state.any ? join.of(state.bits, x) : x;
        state.any = true;
    }

    @Override
    public void retract(Bits state, Element.Row row) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean retracts() {
        return false;
    }

    @Override
    public void merge(Bits state, Bits other) {
        if (other.any) {
            join(state, other.bits);
        }
    }

    @Override
    public void write(Bits state, StateOutput out) {
        out.writeBoolean(state.any).writeLong(state.bits);
    }

    @Override
    public Bits read(StateInput in) {
        Bits state = new Bits();
        state.any = in.readBoolean();
        state.bits = in.readLong();
        return state;
    }

    @Override
    public Object result(Bits state) {
        if (!state.any) {
            return null;
        }
        return ints ? (Object) (int) state.bits : (Object) state.bits;
    }
}
