package millrace.topology.aggregate;

import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/** BIT_AND and BIT_OR of rows that may be taken back: how often each bit was set. */
final class BitCountsAggregator implements Aggregator<BitCountsAggregator.Counts> {
    private final int column;
    private final BitsAggregator.Join join;
    private final boolean ints;

    BitCountsAggregator(int column, FieldType type, BitsAggregator.Join join) {
        this.column = column;
        this.join = join;
        ints = type instanceof FieldType.Int32;
    }

    static final class Counts {
        private long rows;
        private final long[] set = new long[Long.SIZE];
    }

    @Override
    public Counts create() {
        return new Counts();
    }

    @Override
    public void add(Counts state, Element.Row row) {
        count(state, row, 1);
    }

    @Override
    public void retract(Counts state, Element.Row row) {
        count(state, row, -1);
    }

    private void count(Counts state, Element.Row row, int times) {
        Object value = row.values()[column];
        if (value != null) {
            state.rows += times;
            for (long left = value instanceof Long x ? x : (Integer) value; left != 0; left &= left - 1) {
                state.set[Long.numberOfTrailingZeros(left)] += times;
            }
        }
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(Counts state, Counts other) {
        state.rows += other.rows;
        for (int i = 0; i < state.set.length; i++) {
            state.set[i] += other.set[i];
        }
    }

    @Override
    public void write(Counts state, StateOutput out) {
        out.writeLong(state.rows);
        for (long n : state.set) {
            out.writeLong(n);
        }
    }

    @Override
    public Counts read(StateInput in) {
        Counts state = new Counts();
        state.rows = in.readLong();
        for (int i = 0; i < state.set.length; i++) {
            state.set[i] = in.readLong();
        }
        return state;
    }

    @Override
    public Object result(Counts state) {
        if (state.rows <= 0) {
            return null;
        }
        long bits = 0;
        long needed = join == BitsAggregator.Join.AND ? state.rows : 1;
        for (int i = 0; i < state.set.length; i++) {
            bits |= state.set[i] >= needed ? 1L << i : 0;
        }
        return ints ? (Object) (int) bits : (Object) bits;
    }
}
