package millrace.topology.operator;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.flow.Element;
import millrace.topology.plan.PlanNode.Unnest;
import millrace.topology.quarantine.Refusal;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/** Gives each row once for each element of a collection in it. */
public final class UnnestOperator implements Processor<Object, Object, Object, Object> {
    private final String model;
    private final Unnest plan;
    private final boolean ofRows;
    private final Supplier<RowFunction> collection;
    private final RowNodes rowNodes;
    private final QuarantineRoutes quarantines;

    private ProcessorContext<Object, Object> context;
    private RowFunction function;
    private Quarantines quarantine;

    private UnnestOperator(String model, Unnest plan, boolean ofRows, Supplier<RowFunction> collection,
            List<String> rowNodes, QuarantineRoutes quarantines) {
        this.model = model;
        this.plan = plan;
        this.ofRows = ofRows;
        this.collection = collection;
        this.rowNodes = new RowNodes(rowNodes);
        this.quarantines = quarantines;
    }

    /**
     * @param ofRows whether elements are rows, whose columns are given one by one
     * @param collection gives a row of one column: the collection
     */
    public static ProcessorSupplier<Object, Object, Object, Object> supplier(String model, Unnest plan, boolean ofRows,
            Supplier<RowFunction> collection, List<String> rowNodes, QuarantineRoutes quarantines) {
        return () -> new UnnestOperator(model, plan, ofRows, collection, rowNodes, quarantines);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        function = collection.get();
        quarantine = new Quarantines(quarantines, context);
    }

    @Override
    public void process(Record<Object, Object> record) {
        if (!(record.value() instanceof Element.Row row)) {
            rowNodes.forward(context, record);
            return;
        }
        Collection<?> elements;
        try {
            elements = elements(function.compute(row.values())[0]);
        } catch (ExpressionFailure e) {
            quarantine.refuse(row, Refusal.of(model, e));
            return;
        }
        if (elements.isEmpty() && plan.empty() == Unnest.Empty.KEPT) {
            give(row, Arrays.copyOf(row.values(), plan.rowType().fields().size()), 0, record.timestamp());
        }
        int number = 0;
        for (Object element : elements) {
            give(row, with(row.values(), element, number), number, record.timestamp());
            number++;
        }
    }

    private static Collection<?> elements(Object collection) {
        return switch (collection) {
            case null -> List.of();
            case Map<?, ?> map -> map.entrySet();
            case Collection<?> list -> list;
            default -> throw new IllegalArgumentException(collection.getClass() + " has no elements");
        };
    }

    private Object[] with(Object[] values, Object element, int number) {
        Object[] row = Arrays.copyOf(values, plan.rowType().fields().size());
        int at = values.length;
        if (element instanceof Map.Entry<?, ?> entry) {
            row[at] = entry.getKey();
            row[at + 1] = entry.getValue();
        } else if (!ofRows) {
            row[at] = element;
        } else if (element != null) {
            System.arraycopy((Object[]) element, 0, row, at, plan.elementColumns());
        }
        if (plan.numbering() == Unnest.Numbering.FROM_ONE) {
            row[row.length - 1] = number + 1;
        }
        return row;
    }

    private void give(Element.Row row, Object[] values, int number, long timestamp) {
        rowNodes.forward(context, new Record<>(null, new Element.Row(values, row.change(), row.eventTime(),
                row.watermark(), row.horizon(), row.origin().part(number)), timestamp));
    }
}
