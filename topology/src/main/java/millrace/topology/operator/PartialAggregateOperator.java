package millrace.topology.operator;

import java.util.ArrayList;
import java.util.List;
import millrace.statestores.store.OrderedState;
import millrace.statestores.store.OrderedStateDeclaration;
import millrace.topology.chain.Operator;
import millrace.topology.chain.OperatorSupplier;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.origin.Origin;
import millrace.topology.time.PartitionClock;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * Sums up the rows of this task, and sends what it has of each group ahead of every watermark: whoever is told that time
 * has passed has all that counts before. What a commit finds not sent yet is state.
 */
public final class PartialAggregateOperator implements Operator {
    /** Groups that are kept back at most; more of them are sent at once, since they hardly combine. */
    private static final int MOST_GROUPS = 20_000;
    /** The order of groups without a window. */
    static final long NO_WINDOW = 0;

    private final AggregatePlan plan;
    private final List<String> rowNodes;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private Group.Calls calls;
    private GroupKey key;
    private OrderedState<Group> groups;
    private int open;

    private PartialAggregateOperator(AggregatePlan plan, List<String> rowNodes) {
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(AggregatePlan plan,
            List<String> rowNodes) {
        return OperatorSupplier.of(() -> new PartialAggregateOperator(plan, rowNodes),
                () -> declaration(plan, new Group.Calls(plan.calls().get())).stores());
    }

    private static OrderedStateDeclaration<Group> declaration(AggregatePlan plan, Group.Calls calls) {
        return new OrderedStateDeclaration<>(plan.name() + ".parts", calls);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        calls = new Group.Calls(plan.calls().get());
        key = new GroupKey(plan.input(), plan.groups());
        groups = OrderedState.open(context, declaration(plan, calls));
        open = 0;
    }

    @Override
    public void take(Object element, long timestamp) {
        switch ((Element) element) {
            case Element.Row row -> add(row);
            case Element.Watermark watermark -> {
                flush(timestamp);
                outlet.give(element, timestamp);
            }
        }
        if (open >= MOST_GROUPS) {
            flush(timestamp);
        }
    }

    private void add(Element.Row row) {
        long end = plan.windowEnd().isPresent()
                ? (Long) row.values()[plan.groups().get(plan.windowEnd().getAsInt())]
                : NO_WINDOW;
        var of = key.of(row.values());
        OrderedState.Entry<Group> entry = groups.find(end, of);
        if (entry == null) {
            entry = groups.create(end, of, calls.create());
            open++;
        }
        calls.add(entry.value(), row);
        groups.changed(entry);
    }

    private void flush(long timestamp) {
        List<OrderedState.Entry<Group>> parts = new ArrayList<>();
        groups.removeUpTo(Long.MAX_VALUE, entry -> {
            parts.add(entry);
            return true;
        });
        open = 0;
        for (OrderedState.Entry<Group> part : parts) {
            Object[] values = key.columns(part.key(), 1);
            values[values.length - 1] = calls.encode(part.value());
            outlet.give(new Element.Row(values, Change.INSERT,
                    part.value().newest(), PartitionClock.UNSET, PartitionClock.UNSET, Origin.COMPUTED), timestamp);
        }
    }
}
