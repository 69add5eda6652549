package millrace.topology.aggregate;

import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;
import org.apache.kafka.streams.state.internals.Murmur3;

/**
 * APPROX_COUNT_DISTINCT: {@link HyperLogLog} over the hash of a value's bytes. A test holds hashes of known values, since
 * other ones would be other results.
 */
final class ApproxCountDistinctAggregator implements Aggregator<HyperLogLog> {
    private static final int SEED = 104729;

    private final int column;
    private final ValueLayout layout;
    private final StateOutput buffer = new StateOutput();

    ApproxCountDistinctAggregator(int column, ValueLayout layout) {
        this.column = column;
        this.layout = layout;
    }

    @Override
    public HyperLogLog create() {
        return new HyperLogLog();
    }

    @Override
    public void add(HyperLogLog state, Element.Row row) {
        Object value = row.values()[column];
        if (value != null) {
            state.add(hash(value));
        }
    }

    long hash(Object value) {
        buffer.reset();
        layout.write(layout.canonical(value), buffer);
        return Murmur3.hash64(buffer.array(), 0, buffer.size(), SEED);
    }

    @Override
    public void retract(HyperLogLog state, Element.Row row) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean retracts() {
        return false;
    }

    @Override
    public void merge(HyperLogLog state, HyperLogLog other) {
        state.merge(other);
    }

    @Override
    public void write(HyperLogLog state, StateOutput out) {
        state.write(out);
    }

    @Override
    public HyperLogLog read(StateInput in) {
        return HyperLogLog.read(in);
    }

    @Override
    public Object result(HyperLogLog state) {
        return state.estimate();
    }
}
