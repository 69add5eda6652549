package millrace.topology.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import millrace.schemas.time.TaskWatermark;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.UnknownLayoutException;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.SortedRows;
import millrace.statestores.store.SortedRowsDeclaration;
import millrace.topology.chain.Operator;
import millrace.topology.chain.OperatorSupplier;
import millrace.topology.chain.Outlet;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.operator.JoinSide.Kept;
import millrace.topology.operator.SideOperator.Side;
import millrace.topology.operator.SideOperator.Sided;
import millrace.topology.origin.Origin;
import millrace.topology.plan.JoinBounds;
import millrace.topology.plan.PlanNode.Join.Kind;
import millrace.topology.quarantine.Refusal;
import millrace.topology.time.PartitionClock;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Gives the pairs of rows of two inputs, as soon as both are there. Each row looks for its partners among those that the
 * other side has had and is remembered for those to come, so the pairs are the same whatever the order in which rows
 * come; a row that is taken back takes its pairs along.
 *
 * <p>
 * With bounds, a row without a partner is given out once every partner on time would have come, and rows are forgotten
 * once none that counts can come. Without bounds it is given out at once, and taken back when a partner comes.
 */
public final class JoinOperator implements Operator {
    /** The row of a window comes as late as its end, and has the millisecond before as its time. */
    private static final long LAST_MILLISECOND = 1000;
    /** Narrower slices would be many. */
    private static final long NARROWEST_SLICE = 1_000_000;
    /** A row looks for partners in about so many slices. */
    private static final int SLICES = 4;

    private final JoinPlan plan;
    private final List<String> rowNodes;
    private final QuarantineRoutes quarantines;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private JoinSide left;
    private JoinSide right;
    /** Rows that are to be given if they still have no partner at a time, each in the slice of that time. */
    private SortedRows<Side> waiting;
    private KeptProgress progress;
    private RowFunction condition;
    private Quarantines quarantine;
    private Object[] both;
    private int leftWidth;

    private JoinOperator(JoinPlan plan, List<String> rowNodes, QuarantineRoutes quarantines) {
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
        this.quarantines = quarantines;
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(JoinPlan plan, List<String> rowNodes,
            QuarantineRoutes quarantines) {
        return OperatorSupplier.of(() -> new JoinOperator(plan, rowNodes, quarantines), () -> {
            Set<StoreBuilder<?>> stores = new HashSet<>(JoinSide.stores(leftName(plan)));
            stores.addAll(JoinSide.stores(rightName(plan)));
            stores.addAll(KeptProgress.stores(plan.name()));
            if (plan.waits()) {
                stores.addAll(waiting(plan).stores());
            }
            return stores;
        });
    }

    private static String leftName(JoinPlan plan) {
        return plan.name() + ".left";
    }

    private static String rightName(JoinPlan plan) {
        return plan.name() + ".right";
    }

    private static SortedRowsDeclaration<Side> waiting(JoinPlan plan) {
        return new SortedRowsDeclaration<>(plan.name() + ".waiting", SIDE, SortedRowsDeclaration.USUAL);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        long slice = plan.bounds().map(b -> Math.max(NARROWEST_SLICE, (b.before() + b.after()) / SLICES)).orElse(1L);
        left = new JoinSide(context, leftName(plan), plan.left(), plan.bounds().map(JoinBounds::left), slice);
        right = new JoinSide(context, rightName(plan), plan.right(), plan.bounds().map(JoinBounds::right), slice);
        waiting = plan.waits() ? SortedRows.open(context, waiting(plan)) : null;
        progress = new KeptProgress(context, plan.name(), plan.inputs());
        condition = plan.condition().map(c -> c.get()).orElse(null);
        quarantine = new Quarantines(quarantines, context);
        leftWidth = plan.left().row().fields().size();
        both = new Object[leftWidth + plan.right().row().fields().size()];
    }

    @Override
    public void take(Object element, long timestamp) {
        switch (element) {
            case Sided sided -> take(sided.side(), sided.row(), timestamp);
            case Element.Watermark watermark -> {
                progress.told(watermark).ifPresent(now -> advance(now, timestamp));
                long span = plan.bounds().map(JoinBounds::span).orElse(0L);
                outlet.give(new Element.Watermark(watermark.input(),
                        earlier(watermark.watermark(), span), earlier(watermark.horizon(), span)),
                        timestamp);
            }
            default -> throw new IllegalArgumentException(String.valueOf(element));
        }
    }

    private static long earlier(long time, long by) {
        return time == PartitionClock.UNSET || time == TaskWatermark.END
                ? time
                : Math.max(time - by, Long.MIN_VALUE + 1);
    }

    private void take(Side side, Element.Row row, long timestamp) {
        JoinSide own = side == Side.LEFT ? left : right;
        KeyBytes key = own.key(row.values());
        if (key == null) {
            if (keeps(side)) {
                give(row.values(), side, row.eventTime(), 1, row.retracts(), timestamp);
            }
            return;
        }
        SortedRows.Entry<Kept> entry = own.entry(row, key);
        boolean isNew = entry.value().count() == 0;
        entry.value().add(row.retracts() ? -1 : 1);
        own.changed(entry);
        if (row.retracts()) {
            takeBack(side, entry, key, timestamp);
        } else {
            add(side, entry, key, isNew, timestamp);
        }
        if (entry.value().count() == 0) {
            own.remove(entry);
        }
    }

    private void add(Side side, SortedRows.Entry<Kept> entry, KeyBytes key, boolean isNew, long timestamp) {
        Kept kept = entry.value();
        long partners = 0;
        for (SortedRows.Entry<Kept> other : partners(side, entry, key, true)) {
            partners += other.value().count();
            meet(side, entry, other, timestamp);
        }
        if (isNew) {
            kept.meet(partners);
        }
        boolean lonely = kept.partners() == 0;
        if (side == Side.LEFT && plan.kind() == Kind.SEMI && !lonely) {
            give(entry, Side.LEFT, 1, false, timestamp);
            kept.give(true);
        } else if (keeps(side) && lonely) {
            if (closed(side, entry)) {
                give(entry, side, 1, false, timestamp);
                kept.give(true);
            } else if (isNew) {
                await(side, entry, key);
            }
        }
    }

    /** Another row of one side has come for a row of the other. */
    private void meet(Side side, SortedRows.Entry<Kept> entry, SortedRows.Entry<Kept> other, long timestamp) {
        Side otherSide = opposite(side);
        Kept kept = other.value();
        kept.meet(1);
        side(otherSide).changed(other);
        if (keeps(otherSide) && kept.given()) {
            give(other, otherSide, kept.count(), true, timestamp);
            kept.give(false);
        }
        if (otherSide == Side.LEFT && plan.kind() == Kind.SEMI && !kept.given()) {
            give(other, Side.LEFT, kept.count(), false, timestamp);
            kept.give(true);
        }
        givePair(side, entry, other, false, timestamp);
    }

    private void takeBack(Side side, SortedRows.Entry<Kept> entry, KeyBytes key, long timestamp) {
        Kept kept = entry.value();
        if (kept.given()) {
            give(entry, side, 1, true, timestamp);
        }
        Side otherSide = opposite(side);
        for (SortedRows.Entry<Kept> other : partners(side, entry, key, false)) {
            givePair(side, entry, other, true, timestamp);
            Kept theirs = other.value();
            theirs.meet(-1);
            side(otherSide).changed(other);
            if (theirs.partners() > 0) {
                continue;
            }
            if (otherSide == Side.LEFT && plan.kind() == Kind.SEMI) {
                give(other, Side.LEFT, theirs.count(), true, timestamp);
                theirs.give(false);
            } else if (keeps(otherSide) && closed(otherSide, other)) {
                give(other, otherSide, theirs.count(), false, timestamp);
                theirs.give(true);
            }
        }
    }

    /** The rows of the other side that make a pair with one. */
    private List<SortedRows.Entry<Kept>> partners(Side side, SortedRows.Entry<Kept> entry, KeyBytes key,
            boolean isNew) {
        JoinSide own = side(side);
        JoinSide other = side(opposite(side));
        Object[] values = own.values(entry);
        long time = own.time(values);
        long from = time;
        long to = time;
        if (plan.bounds().isPresent()) {
            JoinBounds b = plan.bounds().get();
            from = side == Side.LEFT ? time - b.before() : time - b.after();
            to = side == Side.LEFT ? time + b.after() : time + b.before();
        }
        List<SortedRows.Entry<Kept>> found = null;
        for (long slice = other.sliceOf(from); slice <= other.sliceOf(to); slice++) {
            for (SortedRows.Entry<Kept> candidate : other.rows(slice, key)) {
                if (isPair(side, values, time, candidate, isNew)) {
                    found = found == null ? new ArrayList<>() : found;
                    found.add(candidate);
                }
            }
        }
        return found == null ? List.of() : found;
    }

    private boolean isPair(Side side, Object[] values, long time, SortedRows.Entry<Kept> candidate, boolean isNew) {
        Object[] others = side(opposite(side)).values(candidate);
        if (plan.bounds().isPresent()) {
            long otherTime = side(opposite(side)).time(others);
            if (!(side == Side.LEFT
                    ? plan.bounds().get().hold(time, otherTime)
                    : plan.bounds().get().hold(otherTime, time))) {
                return false;
            }
        }
        if (condition == null) {
            return true;
        }
        Object[] leftValues = side == Side.LEFT ? values : others;
        Object[] rightValues = side == Side.LEFT ? others : values;
        System.arraycopy(leftValues, 0, both, 0, leftWidth);
        System.arraycopy(rightValues, 0, both, leftWidth, both.length - leftWidth);
        try {
            return condition.compute(both) != null;
        } catch (ExpressionFailure e) {
            refuse(isNew, candidate, e);
            return false;
        }
    }

    /** A pair that is taken back was refused when it came. */
    private void refuse(boolean isNew, SortedRows.Entry<Kept> candidate, ExpressionFailure failure) {
        if (isNew) {
            quarantine.refuse(computed(both.clone(), JoinSide.eventTime(candidate), Change.INSERT),
                    Refusal.of(plan.model(), failure));
        }
    }

    private void givePair(Side side, SortedRows.Entry<Kept> entry, SortedRows.Entry<Kept> other, boolean back,
            long timestamp) {
        if (!plan.kind().pairs()) {
            return;
        }
        SortedRows.Entry<Kept> l = side == Side.LEFT ? entry : other;
        SortedRows.Entry<Kept> r = side == Side.LEFT ? other : entry;
        Object[] pair = Arrays.copyOf(left.values(l), both.length);
        System.arraycopy(right.values(r), 0, pair, leftWidth, both.length - leftWidth);
        long time = Math.max(JoinSide.eventTime(l), JoinSide.eventTime(r));
        forward(pair, time, other.value().count(), back, timestamp);
    }

    private void give(SortedRows.Entry<Kept> entry, Side side, long times, boolean back, long timestamp) {
        give(side(side).values(entry), side, JoinSide.eventTime(entry), times, back, timestamp);
    }

    /** A row by itself; with NULL for what a partner has, where there are columns for that. */
    private void give(Object[] values, Side side, long eventTime, long times, boolean back, long timestamp) {
        if (!plan.kind().pairs()) {
            forward(values, eventTime, times, back, timestamp);
            return;
        }
        Object[] row;
        if (side == Side.LEFT) {
            row = Arrays.copyOf(values, both.length);
        } else {
            row = new Object[both.length];
            System.arraycopy(values, 0, row, leftWidth, values.length);
        }
        forward(row, eventTime, times, back, timestamp);
    }

    private void forward(Object[] values, long eventTime, long times, boolean back, long timestamp) {
        Element.Row row = computed(values, eventTime, back ? Change.DELETE : Change.INSERT);
        for (long i = 0; i < times; i++) {
            outlet.give(row, timestamp);
        }
    }

    private static Element.Row computed(Object[] values, long eventTime, Change change) {
        // Of no source's clock: whoever is above takes it as long as its window is known here.
        return new Element.Row(values, change, eventTime, PartitionClock.UNSET, PartitionClock.UNSET,
                Origin.COMPUTED);
    }

    private JoinSide side(Side side) {
        return side == Side.LEFT ? left : right;
    }

    private static Side opposite(Side side) {
        return side == Side.LEFT ? Side.RIGHT : Side.LEFT;
    }

    /** Whether rows of a side are given that have no partner. */
    private boolean keeps(Side side) {
        return side == Side.LEFT ? plan.kind().keepsLeft() : plan.kind().keepsRight();
    }

    /** The time from which on no partner on time comes for a row. */
    private long closing(Side side, long time) {
        JoinBounds b = plan.bounds().orElseThrow();
        return time + (side == Side.LEFT ? b.after() : b.before()) + LAST_MILLISECOND;
    }

    private boolean closed(Side side, SortedRows.Entry<Kept> entry) {
        return plan.bounds().isEmpty()
                || closing(side, side(side).time(side(side).values(entry))) <= progress.watermark();
    }

    private void await(Side side, SortedRows.Entry<Kept> entry, KeyBytes key) {
        long at = closing(side, side(side).time(side(side).values(entry)));
        byte[] id = Waiting.id(side, at, entry.id());
        if (waiting.find(Waiting.sliceOf(at), key, id) == null) {
            waiting.create(Waiting.sliceOf(at), key, id, side);
        }
    }

    private void advance(Progress now, long timestamp) {
        long before = progress.watermark();
        progress.reach(now);
        if (plan.bounds().isEmpty()) {
            return;
        }
        if (plan.waits() && now.watermark() > before) {
            waiting.removeUpTo(Waiting.sliceOf(now.watermark()), place -> {
                if (Waiting.closing(place.id()) > now.watermark()) {
                    return false;
                }
                giveIfLonely(place, timestamp);
                return true;
            });
        }
        JoinBounds b = plan.bounds().get();
        left.forget(earlier(now.horizon(), Math.max(0, b.after()) + LAST_MILLISECOND));
        right.forget(earlier(now.horizon(), Math.max(0, b.before()) + LAST_MILLISECOND));
    }

    private void giveIfLonely(SortedRows.Entry<Side> place, long timestamp) {
        Side side = place.value();
        JoinSide own = side(side);
        JoinBounds b = plan.bounds().orElseThrow();
        long time = Waiting.closing(place.id()) - LAST_MILLISECOND - (side == Side.LEFT ? b.after() : b.before());
        SortedRows.Entry<Kept> entry = own.find(time, new KeyBytes(place.key()), Waiting.entry(place.id()));
        if (entry != null && entry.value().partners() == 0 && !entry.value().given()) {
            give(entry, side, entry.value().count(), false, timestamp);
            entry.value().give(true);
            own.changed(entry);
        }
    }

    private static final StateCodec<Side> SIDE = new StateCodec<>() {
        private static final Side[] ALL = Side.values();

        @Override
        public byte[] encode(Side side) {
            return new byte[] {1, (byte) side.ordinal()};
        }

        @Override
        public Side decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("a waiting row", bytes, 1);
            return ALL[bytes[1]];
        }
    };
}
