package millrace.topology.aggregate;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;
import millrace.topology.plan.AggregateCall.Over;

/**
 * What follows from the values of a group and their places in the total order. Keeps all of them, so its memory is
 * bounded by nothing but the group.
 */
final class PlacedValuesAggregator implements Aggregator<Multiset> {
    private final int[] columns;
    private final ValueLayout values;
    private final Predicate<Object> counts;
    private final ValueLayout placed;
    private final TotalOrder order;
    private final Function<Multiset, Object> result;

    /**
     * @param columns one gives its value, several an {@code Object[]}
     * @param values layout of the one value or of the several
     * @param counts which values count; it is also asked about null
     * @param sorting of what is kept
     * @param result from a sorted multiset of {@link PlacedValue}
     */
    PlacedValuesAggregator(int[] columns, ValueLayout values, Predicate<Object> counts,
            Comparator<PlacedValue> sorting, TotalOrder order, Function<Multiset, Object> result) {
        this.columns = columns;
        this.values = values;
        this.counts = counts;
        this.order = order;
        this.result = result;
        placed = PlacedValue.layout(values, sorting);
    }

    /** Each value in order, as often as it is there, or for DISTINCT once, where it is first. */
    static void each(Multiset placed, ValueLayout values, Over over, Consumer<Object> to) {
        Set<Object> seen = new HashSet<>();
        for (Multiset.Tally tally : placed.tallies()) {
            Object value = ((PlacedValue) tally.value()).value();
            long times = Math.max(0, tally.count());
            if (over == Over.DISTINCT && times > 0) {
                times = seen.add(value == null ? null : values.key(value)) ? 1 : 0;
            }
            for (long i = 0; i < times; i++) {
                to.accept(value);
            }
        }
    }

    @Override
    public Multiset create() {
        return Multiset.sorted(placed);
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
        Object value = value(row.values());
        if (counts.test(value)) {
            state.add(new PlacedValue(order.of(row), value == null ? null : values.canonical(value)), times);
        }
    }

    private Object value(Object[] row) {
        if (columns.length == 1) {
            return row[columns[0]];
        }
        Object[] several = new Object[columns.length];
        for (int i = 0; i < columns.length; i++) {
            several[i] = row[columns[i]];
        }
        return several;
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
        return create().read(in);
    }

    @Override
    public Object result(Multiset state) {
        return result.apply(state);
    }
}
