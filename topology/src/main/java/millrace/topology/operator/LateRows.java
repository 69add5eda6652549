package millrace.topology.operator;

import millrace.schemas.row.FieldType;
import millrace.topology.flow.Element;
import millrace.topology.late.LateRow;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** Sets rows aside that come too late. */
final class LateRows {
    private final WindowsPlan.Late to;
    private final ProcessorContext<Object, Object> context;
    private final LateRow.Writer writer;

    LateRows(WindowsPlan.Late to, FieldType.Struct input, ProcessorContext<Object, Object> context) {
        this.to = to;
        this.context = context;
        writer = new LateRow.Writer(to.topic(), to.schemaId(), input, to.largestRecord());
    }

    /**
     * True if the row is late, and has been sent on its way.
     *
     * @param reach how far back the row looks for others: what it would be compared with is its window; microseconds
     */
    boolean take(Element.Row row, long reach) {
        boolean isLate = row.eventTime() < row.horizon();
        if (isLate) {
            send(row, row.eventTime() - reach, row.eventTime());
        }
        return isLate;
    }

    /** Sends a row on its way that is too late for a window. */
    void send(Element.Row row, long start, long end) {
        context.forward(writer.write(row, to.sources().get(row.origin().sourceOrdinal()), start, end), to.node());
    }
}
