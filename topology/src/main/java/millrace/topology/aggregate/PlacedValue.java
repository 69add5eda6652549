package millrace.topology.aggregate;

import java.util.Comparator;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.RowOrder;

/** A value, canonical or null, at the place of its row in the total order. */
record PlacedValue(RowOrder place, Object value) {
    /**
     * By place. One record may have given several rows with one place, such as the two sides of a union of a table with
     * itself; among those the values decide.
     */
    static Comparator<PlacedValue> order(ValueLayout layout) {
        return (a, b) -> {
            int c = a.place.compareTo(b.place);
            return c != 0 ? c : ValueLayout.compareNullable(layout, a.value, b.value);
        };
    }

    /** Keeps one, among others in an order of its own. */
    static ValueLayout layout(ValueLayout values, Comparator<PlacedValue> order) {
        return new ValueLayout() {
            @Override
            public int compare(Object a, Object b) {
                return order.compare((PlacedValue) a, (PlacedValue) b);
            }

            @Override
            public void write(Object value, StateOutput out) {
                ((PlacedValue) value).place.write(out);
                ValueLayout.writeNullable(values, ((PlacedValue) value).value, out);
            }

            @Override
            public Object read(StateInput in) {
                return new PlacedValue(RowOrder.read(in), ValueLayout.readNullable(values, in));
            }
        };
    }
}
