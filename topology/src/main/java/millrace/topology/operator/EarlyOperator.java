package millrace.topology.operator;

import java.util.List;
import java.util.function.Supplier;
import millrace.topology.chain.Operator;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Takes the early results of an aggregate through what the model computes of them to the model's topic. A row that cannot
 * be computed or written is left out here: if its final result cannot either, that goes to the quarantine, once.
 */
public final class EarlyOperator implements Operator {
    private final List<Supplier<RowFunction>> calculations;
    private final OutputPlan output;

    private RowFunction[] functions;
    private RowRecords records;
    private ReplacedRows topic;

    private EarlyOperator(List<Supplier<RowFunction>> calculations, OutputPlan output) {
        this.calculations = List.copyOf(calculations);
        this.output = output;
    }

    /** @param calculations in the order in which rows pass them */
    public static ProcessorSupplier<Object, Object, Object, Object> supplier(List<Supplier<RowFunction>> calculations,
            OutputPlan output) {
        return () -> new EarlyOperator(calculations, output);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        functions = calculations.stream().map(Supplier::get).toArray(RowFunction[]::new);
        records = new RowRecords(output, taskContext.taskId().partition());
        topic = new ReplacedRows(taskContext, output.node());
    }

    /** An {@link Change#UPDATE_BEFORE} is followed by its {@link Change#UPDATE_AFTER} at once. */
    @Override
    public void take(Object element, long timestamp) {
        Element.Row row = (Element.Row) element;
        topic.give(row.change(), record(row, timestamp));
    }

    @Override
    public void delivered() {
        topic.giveTombstone();
    }

    private Record<Object, Object> record(Element.Row row, long timestamp) {
        try {
            Object[] values = row.values();
            for (RowFunction function : functions) {
                values = function.compute(values);
                if (values == null) {
                    return null;
                }
            }
            return records.of(row.with(values), timestamp);
        } catch (ExpressionFailure | RowRecords.UnwritableException e) {
            return null;
        }
    }
}
