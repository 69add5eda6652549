package millrace.topology.operator;

import java.util.List;
import millrace.topology.flow.Element;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/** Picks columns of a source where nothing is computed from them, or joins the rows of several inputs as they are. */
public final class SelectOperator implements Processor<Object, Object, Object, Object> {
    private final int[] columns;
    private final RowNodes rowNodes;
    private ProcessorContext<Object, Object> context;

    private SelectOperator(int[] columns, RowNodes rowNodes) {
        this.columns = columns;
        this.rowNodes = rowNodes;
    }

    /** @param columns positions in the input; empty: all of them, as they are */
    public static ProcessorSupplier<Object, Object, Object, Object> supplier(List<Integer> columns,
            List<String> rowNodes) {
        int[] positions = columns.stream().mapToInt(Integer::intValue).toArray();
        return () -> new SelectOperator(positions, new RowNodes(rowNodes));
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
    }

    @Override
    public void process(Record<Object, Object> record) {
        if (columns.length == 0 || !(record.value() instanceof Element.Row row)) {
            rowNodes.forward(context, record);
            return;
        }
        Object[] picked = new Object[columns.length];
        for (int i = 0; i < columns.length; i++) {
            picked[i] = row.values()[columns[i]];
        }
        rowNodes.forward(context, new Record<>(null, row.with(picked), record.timestamp()));
    }
}
