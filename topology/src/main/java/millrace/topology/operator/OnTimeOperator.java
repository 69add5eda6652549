package millrace.topology.operator;

import java.util.List;
import millrace.schemas.row.FieldType;
import millrace.topology.chain.Operator;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Element;
import millrace.topology.plan.JoinBounds.Moment;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * Sets rows aside that come later than anything above still remembers. The verdict follows from what the row's own source
 * partition had seen when it came, so it is the same at every replay. A row that was computed from several is never late:
 * what it was computed from was judged.
 */
public final class OnTimeOperator implements Operator {
    private final Moment moment;
    private final FieldType.Struct input;
    private final WindowsPlan.Late to;
    private final List<String> rowNodes;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private LateRows late;

    private OnTimeOperator(Moment moment, FieldType.Struct input, WindowsPlan.Late to, List<String> rowNodes) {
        this.moment = moment;
        this.input = input;
        this.to = to;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(Moment moment, FieldType.Struct input,
            WindowsPlan.Late late, List<String> rowNodes) {
        return () -> new OnTimeOperator(moment, input, late, rowNodes);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        late = new LateRows(to, input, context);
    }

    @Override
    public void take(Object element, long timestamp) {
        if (element instanceof Element.Row row && moment.of(row.values()) < row.horizon()) {
            long time = moment.of(row.values());
            late.send(row, time, time);
            return;
        }
        outlet.give(element, timestamp);
    }
}
