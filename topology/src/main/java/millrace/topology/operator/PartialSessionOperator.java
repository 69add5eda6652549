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
 * Puts the rows of this task together to stretches of sessions, and sends what it has ahead of every watermark. What
 * the stretches of all tasks make together is the same in whatever order they are put together.
 *
 * <p>
 * A row is late if it lies before the horizon that its source partition had when it came. Its own stretch, up to a gap
 * after it, may well reach past that, but a session it would lengthen may have ended before: then it would change what
 * can no longer be changed. So a session, unlike a window, judges the row's time and not its end.
 */
public final class PartialSessionOperator implements Operator {
    private static final int MOST_KEYS = 20_000;
    private static final long UNORDERED = 0;

    private final SessionPlan plan;
    private final WindowsPlan.Late lateRows;
    private final List<String> rowNodes;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private Group.Calls calls;
    private GroupKey key;
    private OrderedState<Spans> spans;
    private LateRows late;
    private int open;

    private PartialSessionOperator(SessionPlan plan, WindowsPlan.Late lateRows, List<String> rowNodes) {
        this.plan = plan;
        this.lateRows = lateRows;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(SessionPlan plan, WindowsPlan.Late late,
            List<String> rowNodes) {
        return OperatorSupplier.of(() -> new PartialSessionOperator(plan, late, rowNodes),
                () -> declaration(plan, new Group.Calls(plan.aggregate().calls().get())).stores());
    }

    private static OrderedStateDeclaration<Spans> declaration(SessionPlan plan, Group.Calls calls) {
        return new OrderedStateDeclaration<>(plan.aggregate().name() + ".parts", new Spans.Codec(calls));
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        calls = new Group.Calls(plan.aggregate().calls().get());
        key = new GroupKey(plan.aggregate().input(), plan.aggregate().groups());
        spans = OrderedState.open(context, declaration(plan, calls));
        late = new LateRows(lateRows, plan.aggregate().input(), context);
        open = 0;
    }

    @Override
    public void take(Object element, long timestamp) {
        switch ((Element) element) {
            case Element.Row row -> take(row);
            case Element.Watermark watermark -> {
                flush(timestamp);
                outlet.give(element, timestamp);
            }
        }
        if (open >= MOST_KEYS) {
            flush(timestamp);
        }
    }

    private void take(Element.Row row) {
        Long time = (Long) row.values()[plan.timeColumn()];
        if (time == null) {
            return; // in no session, as NULL is in no range
        }
        if (time < row.horizon()) {
            late.send(row, time, time + plan.gap());
            return;
        }
        var of = key.of(row.values());
        OrderedState.Entry<Spans> entry = spans.find(UNORDERED, of);
        if (entry == null) {
            entry = spans.create(UNORDERED, of, new Spans());
            open++;
        }
        Spans.Span holding = entry.value().holding(time);
        Group group = holding == null ? grown(entry.value(), time) : holding.group();
        if (plan.filter().isEmpty() || Boolean.TRUE.equals(row.values()[plan.filter().getAsInt()])) {
            calls.add(group, row);
        }
        spans.changed(entry);
    }

    /** The group of the span that a moment is in now: a new one, or what it has joined. */
    private Group grown(Spans all, long time) {
        long first = time;
        long last = time;
        Group group = calls.create();
        for (Spans.Span span : all.takeTouching(time, time, plan.gap())) {
            first = Math.min(first, span.first());
            last = Math.max(last, span.last());
            calls.merge(group, span.group());
        }
        all.put(new Spans.Span(first, last, group));
        return group;
    }

    private void flush(long timestamp) {
        List<OrderedState.Entry<Spans>> entries = new ArrayList<>();
        spans.removeUpTo(UNORDERED, entry -> {
            entries.add(entry);
            return true;
        });
        open = 0;
        for (OrderedState.Entry<Spans> entry : entries) {
            for (Spans.Span span : entry.value().all()) {
                Object[] values = key.columns(entry.key(), 3);
                values[values.length - 3] = span.first();
                values[values.length - 2] = span.last();
                values[values.length - 1] = calls.encode(span.group());
                outlet.give(new Element.Row(values, Change.INSERT, span.last(),
                        PartitionClock.UNSET, PartitionClock.UNSET, Origin.COMPUTED), timestamp);
            }
        }
    }
}
