package millrace.topology.operator;

import java.util.List;
import millrace.topology.chain.Operator;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Element;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/** Picks columns of a source where nothing is computed from them, or joins the rows of several inputs as they are. */
public final class SelectOperator implements Operator {
    private final int[] columns;
    private final List<String> rowNodes;
    private Outlet outlet;

    private SelectOperator(int[] columns, List<String> rowNodes) {
        this.columns = columns;
        this.rowNodes = List.copyOf(rowNodes);
    }

    /** @param columns positions in the input; empty: all of them, as they are */
    public static ProcessorSupplier<Object, Object, Object, Object> supplier(List<Integer> columns,
            List<String> rowNodes) {
        int[] positions = columns.stream().mapToInt(Integer::intValue).toArray();
        return () -> new SelectOperator(positions, rowNodes);
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        outlet = Outlet.of(context, rowNodes);
    }

    @Override
    public void take(Object element, long timestamp) {
        if (columns.length == 0 || !(element instanceof Element.Row row)) {
            outlet.give(element, timestamp);
            return;
        }
        Object[] picked = new Object[columns.length];
        for (int i = 0; i < columns.length; i++) {
            picked[i] = row.values()[columns[i]];
        }
        outlet.give(row.with(picked), timestamp);
    }
}
