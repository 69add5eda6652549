package millrace.topology.operator;

import java.util.List;
import java.util.function.Supplier;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.quarantine.Refusal;
import millrace.topology.flow.Element;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Computes a row from each row, or drops it. A row on which an expression fails sends its source record to quarantine;
 * the other models that read the same record are not touched by that.
 */
public final class CalcOperator implements Processor<Object, Object, Object, Object> {
    private final String model;
    private final Supplier<RowFunction> compiled;
    private final RowNodes rowNodes;
    private final QuarantineRoutes quarantines;

    private ProcessorContext<Object, Object> context;
    private RowFunction function;
    private Quarantines quarantine;

    private CalcOperator(String model, Supplier<RowFunction> compiled, List<String> rowNodes,
            QuarantineRoutes quarantines) {
        this.model = model;
        this.compiled = compiled;
        this.rowNodes = new RowNodes(rowNodes);
        this.quarantines = quarantines;
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(String model,
            Supplier<RowFunction> compiled, List<String> rowNodes, QuarantineRoutes quarantines) {
        return () -> new CalcOperator(model, compiled, rowNodes, quarantines);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        function = compiled.get();
        quarantine = new Quarantines(quarantines, context);
    }

    @Override
    public void process(Record<Object, Object> record) {
        if (!(record.value() instanceof Element.Row row)) {
            rowNodes.forward(context, record);
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
            rowNodes.forward(context, new Record<>(null, row.with(values), record.timestamp()));
        }
    }

    /** What is taken back was refused when it came. */
    private void refuse(Element.Row row, ExpressionFailure failure) {
        if (!row.retracts()) {
            quarantine.refuse(row, Refusal.of(model, failure));
        }
    }
}
