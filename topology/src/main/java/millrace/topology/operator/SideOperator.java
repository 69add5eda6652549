package millrace.topology.operator;

import java.util.List;
import millrace.topology.flow.Element;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/** Says of each row from which side of a join it comes: an operator is not told which of its inputs sent something. */
public final class SideOperator implements Processor<Object, Object, Object, Object> {
    /** The sides of a join. */
    public enum Side {
        LEFT, RIGHT
    }

    /** A row on its way into a join. */
    record Sided(Side side, Element.Row row) {}

    private final Side side;
    private final RowNodes rowNodes;

    private ProcessorContext<Object, Object> context;

    private SideOperator(Side side, List<String> rowNodes) {
        this.side = side;
        this.rowNodes = new RowNodes(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(Side side, List<String> rowNodes) {
        return () -> new SideOperator(side, rowNodes);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
    }

    @Override
    public void process(Record<Object, Object> record) {
        rowNodes.forward(context, record.value() instanceof Element.Row row
                ? new Record<>(null, new Sided(side, row), record.timestamp())
                : record);
    }
}
