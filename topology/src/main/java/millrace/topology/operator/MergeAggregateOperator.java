package millrace.topology.operator;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.OrderedState;
import millrace.statestores.store.OrderedStateDeclaration;
import millrace.topology.chain.Operator;
import millrace.topology.chain.OperatorSupplier;
import millrace.topology.chain.Outlet;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.function.FunctionFailure;
import millrace.topology.origin.Origin;
import millrace.topology.quarantine.Refusal;
import millrace.topology.time.PartitionClock;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Puts the parts of each group together and gives its row out when its window closes: when the slowest of all source
 * partitions has passed the window's end, so that every row on time is in, whatever the order in which the parts came.
 * What still counts and comes after that changes the row; what is known of a window is dropped once nothing that counts
 * can come.
 */
public final class MergeAggregateOperator implements Operator {
    private static final long LAST_MILLISECOND = 1000;
    /** A row that stands for all that are equal to it happened at no time, or it would change with each of them. */
    private static final long NO_TIME = 0;

    private final String model;
    private final AggregatePlan plan;
    private final List<String> rowNodes;
    private final QuarantineRoutes quarantines;
    private final Optional<EarlyPlan> earlyPlan;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private Group.Calls calls;
    private GroupKey key;
    private OrderedState<Group> groups;
    private KeptProgress progress;
    private Quarantines quarantine;
    private EarlyResults<Place> early;

    /** Where a group is. */
    private record Place(long end, KeyBytes key) {}

    private MergeAggregateOperator(String model, AggregatePlan plan, List<String> rowNodes,
            QuarantineRoutes quarantines, Optional<EarlyPlan> early) {
        this.model = model;
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
        this.quarantines = quarantines;
        this.earlyPlan = early;
    }

    /**
     * @param plan whose input has the columns of the group and, last, the part
     * @param early absent: rows are given out when their window closes, and not before
     */
    public static ProcessorSupplier<Object, Object, Object, Object> supplier(String model, AggregatePlan plan,
            List<String> rowNodes, QuarantineRoutes quarantines, Optional<EarlyPlan> early) {
        return OperatorSupplier.of(() -> new MergeAggregateOperator(model, plan, rowNodes, quarantines, early), () -> {
            Set<StoreBuilder<?>> stores = new HashSet<>(
                    declaration(plan, new Group.Calls(plan.calls().get())).stores());
            stores.addAll(KeptProgress.stores(plan.name()));
            return stores;
        });
    }

    private static OrderedStateDeclaration<Group> declaration(AggregatePlan plan, Group.Calls calls) {
        return new OrderedStateDeclaration<>(plan.name() + ".groups", calls);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        calls = new Group.Calls(plan.calls().get());
        key = new GroupKey(plan.input(), plan.groups());
        groups = OrderedState.open(context, declaration(plan, calls));
        progress = new KeptProgress(context, plan.name(), plan.inputs());
        quarantine = new Quarantines(quarantines, context);
        early = new EarlyResults<>(earlyPlan, context, new EarlyResults.Groups<>() {
            @Override
            public void at(Place place, long timestamp) {
                OrderedState.Entry<Group> entry = groups.find(place.end(), place.key());
                if (entry != null) {
                    giveEarly(entry, timestamp);
                }
            }

            @Override
            public void all(long timestamp) {
                groups.forEach(progress.watermark(), Long.MAX_VALUE, entry -> giveEarly(entry, timestamp));
            }
        });
    }

    @Override
    public void take(Object element, long timestamp) {
        switch ((Element) element) {
            case Element.Row row -> take(row, timestamp);
            case Element.Watermark watermark -> {
                progress.told(watermark).ifPresent(now -> advance(now, timestamp));
                outlet.give(element, timestamp);
            }
        }
    }

    private void take(Element.Row row, long timestamp) {
        Object[] values = row.values();
        Group part = calls.decode((byte[]) values[values.length - 1]);
        long end = plan.windowEnd().isPresent()
                ? (Long) values[plan.windowEnd().getAsInt()]
                : PartialAggregateOperator.NO_WINDOW;
        var of = key.of(values);
        OrderedState.Entry<Group> entry = groups.find(end, of);
        if (entry == null) {
            entry = groups.create(end, of, calls.create());
        }
        Group group = entry.value();
        boolean closed = plan.windowEnd().isEmpty() || end <= progress.watermark();
        Object[] before = group.given() ? row(entry) : null;
        long timeBefore = time(entry);
        calls.merge(group, part);
        groups.changed(entry);
        if (closed) {
            amend(entry, before, timeBefore, timestamp);
        } else if (early.wanted()) {
            early.changed(new Place(end, of.copy()));
        }
        if (group.rows() == 0 && plan.windowEnd().isEmpty()) {
            // No horizon takes it away. What tasks have given and taken back is even in each of them at any time.
            groups.remove(entry);
        }
    }

    /** The window has been given out: what has changed since follows. What is taken back is just what was given. */
    private void amend(OrderedState.Entry<Group> entry, Object[] before, long timeBefore, long timestamp) {
        Object[] now = entry.value().rows() > 0 ? row(entry) : null;
        // A row of another time is another row, wherever the total order decides.
        if (Arrays.deepEquals(before, now) && (now == null || time(entry) == timeBefore)) {
            return;
        }
        if (before != null) {
            give(before, timeBefore, now == null ? Change.DELETE : Change.UPDATE_BEFORE, timestamp);
        }
        if (now != null) {
            give(now, time(entry), before == null ? Change.INSERT : Change.UPDATE_AFTER, timestamp);
        }
        entry.value().give(now != null);
    }

    private void advance(Progress now, long timestamp) {
        if (plan.windowEnd().isPresent()) {
            close(now, timestamp);
        }
        progress.reach(now);
    }

    private void close(Progress now, long timestamp) {
        groups.forEach(progress.watermark(), now.watermark(), entry -> {
            if (!entry.value().given() && (entry.value().rows() > 0 || entry.value().early() != null)) {
                Object[] row = entry.value().rows() > 0 ? row(entry) : null;
                early.settle(entry.value(), row, timestamp);
                groups.changed(entry);
                if (row != null) {
                    give(row, time(entry), Change.INSERT, timestamp);
                    entry.value().give(true);
                }
            }
        });
        groups.removeUpTo(now.horizon(), entry -> true);
    }

    private void giveEarly(OrderedState.Entry<Group> entry, long timestamp) {
        if (entry.order() <= progress.watermark()) {
            return;
        }
        Object[] columns = key.columns(entry.key(), calls.count());
        Object[] row = calls.resultsIfAny(entry.value(), columns, columns.length - calls.count());
        if (early.give(entry.value(), row, timestamp)) {
            groups.changed(entry);
        }
    }

    /** The group's row, or null if it has none: then the quarantine has what there is of it. */
    private Object[] row(OrderedState.Entry<Group> entry) {
        Object[] row = key.columns(entry.key(), calls.count());
        try {
            return calls.results(entry.value(), row, row.length - calls.count());
        } catch (FunctionFailure e) {
            quarantine.refuse(computed(row, time(entry), Change.INSERT),
                    Refusal.of(model, new ExpressionFailure("", e.getMessage())));
            return null;
        }
    }

    /** The event time of the row of a window: its last millisecond. */
    public static long timeOf(long windowEnd) {
        return windowEnd - LAST_MILLISECOND;
    }

    private long time(OrderedState.Entry<Group> entry) {
        if (plan.windowEnd().isPresent()) {
            return timeOf(entry.order());
        }
        return calls.count() == 0 ? NO_TIME : entry.value().newest();
    }

    private void give(Object[] row, long time, Change change, long timestamp) {
        outlet.give(computed(row, time, change), timestamp);
    }

    private static Element.Row computed(Object[] row, long time, Change change) {
        // Of no source's clock: whoever is above takes it as long as the window is known here.
        return new Element.Row(row, change, time, PartitionClock.UNSET, PartitionClock.UNSET, Origin.COMPUTED);
    }
}
