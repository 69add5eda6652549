package millrace.topology.operator;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import millrace.topology.chain.Operator;
import millrace.topology.chain.Outlet;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.flow.Element;
import millrace.topology.plan.PlanNode.Unnest;
import millrace.topology.quarantine.Refusal;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/** Gives each row once for each element of a collection in it. */
public final class UnnestOperator implements Operator {
    private final String model;
    private final Unnest plan;
    private final boolean ofRows;
    private final Supplier<RowFunction> collection;
    private final List<String> rowNodes;
    private final QuarantineRoutes quarantines;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private RowFunction function;
    private Quarantines quarantine;

    private UnnestOperator(String model, Unnest plan, boolean ofRows, Supplier<RowFunction> collection,
            List<String> rowNodes, QuarantineRoutes quarantines) {
        this.model = model;
        this.plan = plan;
        this.ofRows = ofRows;
        this.collection = collection;
        this.rowNodes = List.copyOf(rowNodes);
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
        outlet = Outlet.of(context, rowNodes);
        function = collection.get();
        quarantine = new Quarantines(quarantines, context);
    }

    @Override
    public void take(Object element, long timestamp) {
        if (!(element instanceof Element.Row row)) {
            outlet.give(element, timestamp);
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
            give(row, Arrays.copyOf(row.values(), plan.rowType().fields().size()), 0, timestamp);
        }
        int number = 0;
        for (Object one : elements) {
            give(row, with(row.values(), one, number), number, timestamp);
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
        outlet.give(new Element.Row(values, row.change(), row.eventTime(),
                row.watermark(), row.horizon(), row.origin().part(number)), timestamp);
    }
}
