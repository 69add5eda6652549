package millrace.topology.operator;

import java.util.Arrays;
import java.util.List;
import millrace.topology.chain.Operator;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Element;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.WindowSpec;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Gives each row once for each window it lies in, with the bounds of the window. Whether it is too late for one follows
 * from what its own source partition had seen when it came, and from nothing else: so the verdict is the same at every
 * replay, whatever other partitions have done meanwhile.
 */
public final class WindowsOperator implements Operator, WindowSpec.Visitor {
    /** {@code window_time} is the last millisecond of the window, as in Flink. */
    private static final long LAST_MILLISECOND = 1000;

    private final WindowsPlan plan;
    private final List<String> rowNodes;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private LateRows late;
    private long timestamp;
    private Element.Row row;

    private WindowsOperator(WindowsPlan plan, List<String> rowNodes) {
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(WindowsPlan plan,
            List<String> rowNodes) {
        return () -> new WindowsOperator(plan, rowNodes);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        late = plan.late().map(l -> new LateRows(l, plan.input(), context)).orElse(null);
    }

    @Override
    public void take(Object element, long timestamp) {
        if (!(element instanceof Element.Row r)) {
            outlet.give(element, timestamp);
            return;
        }
        Long time = (Long) r.values()[plan.timeColumn()];
        if (time == null) {
            return; // in no window, as NULL is in no range
        }
        this.timestamp = timestamp;
        row = r;
        plan.spec().forEach(time, this);
    }

    @Override
    public void window(long start, long end) {
        if (late != null && end <= row.horizon()) {
            late.send(row, start, end);
            return;
        }
        int width = row.values().length;
        Object[] values = Arrays.copyOf(row.values(), width + PlanNode.Windows.COLUMNS);
        values[width] = start;
        values[width + 1] = end;
        values[width + 2] = end - LAST_MILLISECOND;
        outlet.give(row.with(values), timestamp);
    }
}
