package millrace.topology.operator;

import java.util.List;
import java.util.function.Supplier;
import millrace.topology.chain.Operator;
import millrace.topology.chain.Outlet;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.flow.Element;
import millrace.topology.quarantine.Refusal;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * Computes a row from each row, or drops it. A row on which an expression fails sends its source record to quarantine;
 * the other models that read the same record are not touched by that.
 */
public final class CalcOperator implements Operator {
    private final String model;
    private final Supplier<RowFunction> compiled;
    private final List<String> rowNodes;
    private final QuarantineRoutes quarantines;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private RowFunction function;
    private Quarantines quarantine;

    private CalcOperator(String model, Supplier<RowFunction> compiled, List<String> rowNodes,
            QuarantineRoutes quarantines) {
        this.model = model;
        this.compiled = compiled;
        this.rowNodes = List.copyOf(rowNodes);
        this.quarantines = quarantines;
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(String model,
            Supplier<RowFunction> compiled, List<String> rowNodes, QuarantineRoutes quarantines) {
        return () -> new CalcOperator(model, compiled, rowNodes, quarantines);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        function = compiled.get();
        quarantine = new Quarantines(quarantines, context);
    }

    @Override
    public void take(Object element, long timestamp) {
        if (!(element instanceof Element.Row row)) {
            outlet.give(element, timestamp);
            return;
        }
        Object[] values;
        try {
            values = function.compute(row.values());
        } catch (ExpressionFailure e) {
            refuse(row, e);
            return;
        }
        if (values != null) {
            // Not withValue: that would copy headers, which rows do not have, for every row.
            outlet.give(row.with(values), timestamp);
        }
    }

    /** What is taken back was refused when it came. */
    private void refuse(Element.Row row, ExpressionFailure failure) {
        if (!row.retracts()) {
            quarantine.refuse(row, Refusal.of(model, failure));
        }
    }
}
