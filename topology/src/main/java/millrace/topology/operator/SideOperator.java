package millrace.topology.operator;

import java.util.List;
import millrace.topology.chain.Operator;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Element;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/** Says of each row from which side of a join it comes: an operator is not told which of its inputs sent something. */
public final class SideOperator implements Operator {
    /** The sides of a join. */
    public enum Side {
        LEFT, RIGHT
    }

    /** A row on its way into a join. */
    record Sided(Side side, Element.Row row) {}

    private final Side side;
    private final List<String> rowNodes;

    private Outlet outlet;

    private SideOperator(Side side, List<String> rowNodes) {
        this.side = side;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(Side side, List<String> rowNodes) {
        return () -> new SideOperator(side, rowNodes);
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        outlet = Outlet.of(context, rowNodes);
    }

    @Override
    public void take(Object element, long timestamp) {
        outlet.give(element instanceof Element.Row row ? new Sided(side, row) : element, timestamp);
    }
}
