package millrace.topology.aggregate;

import java.util.function.Function;
import java.util.function.Supplier;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;

/**
 * What follows from the set of values in a column: MIN and MAX of rows that may be taken back, COLLECT_SET. Keeps each
 * different value of a group with its count, so its memory is bounded by nothing but the group.
 */
final class MultisetAggregator implements Aggregator<Multiset> {
    private final int column;
    private final ValueLayout layout;
    private final Supplier<Multiset> empty;
    private final Function<Multiset, Object> result;

    private MultisetAggregator(int column, ValueLayout layout, Supplier<Multiset> empty,
            Function<Multiset, Object> result) {
        this.column = column;
        this.layout = layout;
        this.empty = empty;
        this.result = result;
    }

    static MultisetAggregator extreme(int column, ValueLayout layout, End end) {
        return new MultisetAggregator(column, layout, () -> Multiset.sorted(layout),
                end == End.FIRST ? Multiset::first : Multiset::last);
    }

    /** The different values in their order; null if there are none. */
    static MultisetAggregator set(int column, ValueLayout layout) {
        return new MultisetAggregator(column, layout, () -> Multiset.hashed(layout), values -> {
            var list = values.tallies().stream().filter(t -> t.count() > 0).map(Multiset.Tally::value)
                    .sorted(layout::compare).toList();
            return list.isEmpty() ? null : list;
        });
    }

    @Override
    public Multiset create() {
        return empty.get();
    }

    @Override
    public void add(Multiset state, Element.Row row) {
        count(state, row, 1);
    }

    @Override
    public void retract(Multiset state, Element.Row row) {
        count(state, row, -1);
    }

    private void count(Multiset state, Element.Row row, int times) {
        Object value = row.values()[column];
        if (value != null) {
            state.add(layout.canonical(value), times);
        }
    }

    @Override
    public boolean retracts() {
        return true;
    }

    @Override
    public void merge(Multiset state, Multiset other) {
        state.merge(other);
    }

    @Override
    public void write(Multiset state, StateOutput out) {
        state.write(out);
    }

    @Override
    public Multiset read(StateInput in) {
        return empty.get().read(in);
    }

    @Override
    public Object result(Multiset state) {
        return result.apply(state);
    }
}
