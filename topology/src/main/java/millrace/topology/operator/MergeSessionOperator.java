package millrace.topology.operator;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import millrace.statestores.codec.StateCodec;
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
import millrace.topology.plan.PlanNode;
import millrace.topology.quarantine.Refusal;
import millrace.topology.time.PartitionClock;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Joins the stretches of each key to sessions, and gives a session out when the slowest source partition has passed its
 * last row by more than the gap: no row on time can lengthen it then. A row that still counts may, or may join two
 * sessions: what was given out of them is taken back first. A session is forgotten once the horizon has passed it in the
 * same way.
 */
public final class MergeSessionOperator implements Operator {
    private static final long LAST_MILLISECOND = 1000;
    private static final long UNORDERED = 0;
    private static final byte[] NOTHING = {1};

    /** A place in the order of ends says nothing but that it is there. */
    private static final StateCodec<Boolean> PRESENT = new StateCodec<>() {
        @Override
        public byte[] encode(Boolean value) {
            return NOTHING;
        }

        @Override
        public Boolean decode(byte[] bytes) {
            return true;
        }
    };

    private final String model;
    private final SessionPlan plan;
    private final List<String> rowNodes;
    private final QuarantineRoutes quarantines;
    private final Optional<EarlyPlan> earlyPlan;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private Group.Calls calls;
    private GroupKey key;
    private OrderedState<Spans> sessions;
    /**
     * Each session's key at the moment that must be passed for it to be over. What the watermark has passed is exactly that
     * moment. Of a session that it has not passed it may be one before, at which the session was thought to be over when it
     * was shorter, and there may be several: a session that grows with every row would move its end with each.
     */
    private OrderedState<Boolean> ends;
    private KeptProgress progress;
    private Quarantines quarantine;
    private EarlyResults<KeyBytes> early;
    private final KeyBytes probe = new KeyBytes();

    private MergeSessionOperator(String model, SessionPlan plan, List<String> rowNodes,
            QuarantineRoutes quarantines, Optional<EarlyPlan> early) {
        this.model = model;
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
        this.quarantines = quarantines;
        this.earlyPlan = early;
    }

    /**
     * @param plan whose input has the columns of the key and, last, first row, last row and part
     * @param early absent: sessions are given out when they are over, and not before
     */
    public static ProcessorSupplier<Object, Object, Object, Object> supplier(String model, SessionPlan plan,
            List<String> rowNodes, QuarantineRoutes quarantines, Optional<EarlyPlan> early) {
        return OperatorSupplier.of(() -> new MergeSessionOperator(model, plan, rowNodes, quarantines, early), () -> {
            Set<StoreBuilder<?>> stores = new HashSet<>(
                    sessionsDeclaration(plan, new Group.Calls(plan.aggregate().calls().get())).stores());
            stores.addAll(endsDeclaration(plan).stores());
            stores.addAll(KeptProgress.stores(plan.aggregate().name()));
            return stores;
        });
    }

    private static OrderedStateDeclaration<Spans> sessionsDeclaration(SessionPlan plan, Group.Calls calls) {
        return new OrderedStateDeclaration<>(plan.aggregate().name() + ".sessions", new Spans.Codec(calls));
    }

    private static OrderedStateDeclaration<Boolean> endsDeclaration(SessionPlan plan) {
        return new OrderedStateDeclaration<>(plan.aggregate().name() + ".ends", PRESENT);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        calls = new Group.Calls(plan.aggregate().calls().get());
        key = new GroupKey(plan.aggregate().input(), plan.aggregate().groups());
        sessions = OrderedState.open(context, sessionsDeclaration(plan, calls));
        ends = OrderedState.open(context, endsDeclaration(plan));
        progress = new KeptProgress(context, plan.aggregate().name(), plan.aggregate().inputs());
        quarantine = new Quarantines(quarantines, context);
        early = new EarlyResults<>(earlyPlan, context, new EarlyResults.Groups<>() {
            @Override
            public void at(KeyBytes of, long timestamp) {
                OrderedState.Entry<Spans> entry = sessions.find(UNORDERED, of);
                if (entry != null) {
                    giveEarly(entry, of, timestamp);
                }
            }

            @Override
            public void all(long timestamp) {
                sessions.forEach(Long.MIN_VALUE, Long.MAX_VALUE,
                        entry -> giveEarly(entry, new KeyBytes(entry.key()), timestamp));
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
        long first = (Long) values[values.length - 3];
        long last = (Long) values[values.length - 2];
        Group group = calls.decode((byte[]) values[values.length - 1]);
        KeyBytes of = key.of(values).copy();
        OrderedState.Entry<Spans> entry = sessions.find(UNORDERED, of);
        if (entry == null) {
            entry = sessions.create(UNORDERED, of, new Spans());
        }
        Spans all = entry.value();
        boolean hasEnd = false;
        for (Spans.Span touched : all.takeTouching(first, last, plan.gap())) {
            if (touched.group().given()) {
                give(of, touched, Change.DELETE, timestamp);
            }
            if (group.early() == null) {
                group.giveEarly(touched.group().early());
            } else {
                early.settle(touched.group(), null, timestamp);
            }
            first = Math.min(first, touched.first());
            last = Math.max(last, touched.last());
            calls.merge(group, touched.group());
            if (end(touched) < progress.watermark()) {
                forgetEnd(of, touched);
            } else {
                hasEnd = true;
            }
        }
        group.give(false);
        Spans.Span session = new Spans.Span(first, last, group);
        all.put(session);
        sessions.changed(entry);
        if (!hasEnd) {
            keepEnd(of, session);
        }
        if (end(session) < progress.watermark()) {
            giveFirst(of, session, timestamp);
        } else if (early.wanted()) {
            early.changed(of);
        }
    }

    private long end(Spans.Span session) {
        return session.last() + plan.gap();
    }

    private void keepEnd(KeyBytes of, Spans.Span session) {
        if (ends.find(end(session), of) == null) {
            ends.create(end(session), of, true);
        }
    }

    private void forgetEnd(KeyBytes of, Spans.Span session) {
        OrderedState.Entry<Boolean> end = ends.find(end(session), of);
        if (end != null) {
            ends.remove(end);
        }
    }

    private void advance(Progress now, long timestamp) {
        passed(now).forEach(this::moveEnd);
        for (OrderedState.Entry<Boolean> end : passed(now)) {
            KeyBytes of = keyOf(end).copy();
            OrderedState.Entry<Spans> entry = sessions.find(UNORDERED, of);
            for (Spans.Span session : entry.value().all()) {
                if (end(session) == end.order() && !session.group().given()) {
                    giveFirst(of, session, timestamp);
                    sessions.changed(entry);
                }
            }
        }
        forget(now);
        progress.reach(now);
    }

    /** Over are sessions whose end lies before the watermark; those before the last one were given out already. */
    private List<OrderedState.Entry<Boolean>> passed(Progress now) {
        List<OrderedState.Entry<Boolean>> passed = new ArrayList<>();
        ends.forEach(before(progress.watermark()), before(now.watermark()), passed::add);
        return passed;
    }

    /** From where sessions were thought to be over to where they are. */
    private void moveEnd(OrderedState.Entry<Boolean> end) {
        KeyBytes of = keyOf(end);
        OrderedState.Entry<Spans> entry = sessions.find(UNORDERED, of);
        // Sessions only grow, so the one that was thought to be over then has that row still.
        Spans.Span session = entry.value().holding(end.order() - plan.gap());
        if (end(session) > end.order()) {
            ends.remove(end);
            keepEnd(of, session);
        }
    }

    private KeyBytes keyOf(OrderedState.Entry<Boolean> end) {
        return probe.pointAt(end.key(), end.key().length);
    }

    private static long before(long time) {
        return time == Long.MIN_VALUE ? time : time - 1;
    }

    private void forget(Progress now) {
        List<OrderedState.Entry<Boolean>> past = new ArrayList<>();
        ends.removeUpTo(before(now.horizon()), end -> {
            past.add(end);
            return true;
        });
        for (OrderedState.Entry<Boolean> end : past) {
            OrderedState.Entry<Spans> entry = sessions.find(UNORDERED, keyOf(end));
            entry.value().all().removeIf(session -> end(session) == end.order());
            if (entry.value().isEmpty()) {
                sessions.remove(entry);
            } else {
                sessions.changed(entry);
            }
        }
    }

    private void giveFirst(KeyBytes of, Spans.Span session, long timestamp) {
        if (session.group().rows() == 0) {
            early.settle(session.group(), null, timestamp);
            return;
        }
        Element.Row row = row(of, session, Change.INSERT);
        early.settle(session.group(), row == null ? null : row.values(), timestamp);
        if (row != null) {
            outlet.give(row, timestamp);
        }
        session.group().give(row != null);
    }

    private void giveEarly(OrderedState.Entry<Spans> entry, KeyBytes of, long timestamp) {
        for (Spans.Span session : entry.value().all()) {
            if (!session.group().given() && end(session) >= progress.watermark()) {
                Object[] row = calls.resultsIfAny(session.group(), bounds(of, session), firstResult());
                if (early.give(session.group(), row, timestamp)) {
                    sessions.changed(entry);
                }
            }
        }
    }

    private void give(KeyBytes of, Spans.Span session, Change change, long timestamp) {
        Element.Row row = row(of, session, change);
        if (row != null) {
            outlet.give(row, timestamp);
        }
    }

    /** Null if the session has no row: then the quarantine has what there is of it. */
    private Element.Row row(KeyBytes of, Spans.Span session, Change change) {
        Object[] values = bounds(of, session);
        try {
            return computed(calls.results(session.group(), values, firstResult()), session, change);
        } catch (FunctionFailure e) {
            quarantine.refuse(computed(values, session, change),
                    Refusal.of(model, new ExpressionFailure("", e.getMessage())));
            return null;
        }
    }

    private Element.Row computed(Object[] values, Spans.Span session, Change change) {
        return new Element.Row(values, change, end(session) - LAST_MILLISECOND, PartitionClock.UNSET,
                PartitionClock.UNSET, Origin.COMPUTED);
    }

    private int firstResult() {
        return plan.aggregate().groups().size() + PlanNode.Windows.COLUMNS;
    }

    /** The session's key and its bounds, with room for the results. */
    private Object[] bounds(KeyBytes of, Spans.Span session) {
        long end = end(session);
        int width = plan.aggregate().groups().size();
        Object[] values = key.columns(of.bytes(), PlanNode.Windows.COLUMNS + calls.count());
        values[width] = session.first();
        values[width + 1] = end;
        values[width + 2] = end - LAST_MILLISECOND;
        return values;
    }
}
