package millrace.topology.aggregate;

import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowOrder;
import millrace.topology.origin.Origin;

/**
 * Where the rows of an input stand in the total order. A computed row has no origin to tell it from others of its time,
 * so there its bytes do.
 */
final class TotalOrder {
    private final ValueLayout layout;
    private final StateOutput buffer = new StateOutput();

    TotalOrder(FieldType.Struct input) {
        layout = ValueLayout.of(input);
    }

    RowOrder of(Element.Row row) {
        if (row.origin() instanceof Origin.Computed) {
            buffer.reset();
            layout.write(layout.canonical(row.values()), buffer);
            return RowOrder.ofComputed(row.eventTime(), buffer.toBytes());
        }
        return RowOrder.of(row);
    }

    /** The same as {@code of(row).compareTo(o)}, mostly without making one. */
    int compare(Element.Row row, RowOrder o) {
        if (row.eventTime() != o.eventTime()) {
            return Long.compare(row.eventTime(), o.eventTime());
        }
        return row.origin() instanceof Origin.Computed && o.source() == -1
                ? of(row).compareTo(o)
                : RowOrder.compare(row, o);
    }
}
