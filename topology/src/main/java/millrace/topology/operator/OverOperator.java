package millrace.topology.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.SortedRows;
import millrace.statestores.store.SortedRowsDeclaration;
import millrace.topology.chain.Operator;
import millrace.topology.chain.OperatorSupplier;
import millrace.topology.chain.Outlet;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.plan.Frame;
import millrace.topology.quarantine.Refusal;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Gives each row with what functions say of the rows before it. Ordered by the event time, a row is given out once time
 * has passed it; else at once. A row that comes or goes before others that are out takes these back and gives them anew,
 * as far as their frames hold it and their results differ.
 *
 * <p>
 * What the functions have seen of a key's last frames is kept on the heap alone, for the keys used most recently: it
 * follows from the rows.
 */
public final class OverOperator implements Operator {
    private static final long WAITING_SLICE = 1_000_000;
    private static final long SHORTEST_SLICE = 10_000_000;
    private static final long MARGIN = 1_000_000;
    private static final long ONLY_SLICE = 0;
    private static final int MOST_SLIDING = 5_000;

    private final String model;
    private final OverPlan plan;
    private final List<String> rowNodes;
    private final QuarantineRoutes quarantines;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private GroupKey key;
    private RowIds ids;
    private List<OverPlan.Function> functions;
    private OptionalLong span;
    private Optional<Long> mostRows;
    private long width;
    private SortedRows<KeptRow> rows;
    /** Rows that time has not passed. */
    private SortedRows<KeptRow> waiting;
    private KeptProgress progress;
    private LateRows late;
    private Quarantines quarantine;
    private Sliding.Order order;
    private Map<KeyBytes, Sliding> sliding;
    private final KeyBytes probe = new KeyBytes();
    private long timestamp;

    private OverOperator(String model, OverPlan plan, List<String> rowNodes, QuarantineRoutes quarantines) {
        this.model = model;
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
        this.quarantines = quarantines;
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(String model, OverPlan plan,
            List<String> rowNodes, QuarantineRoutes quarantines) {
        return OperatorSupplier.of(() -> new OverOperator(model, plan, rowNodes, quarantines), () -> {
            Set<StoreBuilder<?>> stores = new HashSet<>(declaration(plan, ".rows").stores());
            stores.addAll(declaration(plan, ".waiting").stores());
            stores.addAll(KeptProgress.stores(plan.name()));
            return stores;
        });
    }

    private static SortedRowsDeclaration<KeptRow> declaration(OverPlan plan, String what) {
        return new SortedRowsDeclaration<>(plan.name() + what, KeptRow.CODEC);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        key = new GroupKey(plan.input(), plan.keys());
        functions = plan.functions().get();
        span = OverPlan.span(functions);
        mostRows = OverPlan.rows(functions);
        rows = SortedRows.open(context, declaration(plan, ".rows"));
        waiting = SortedRows.open(context, declaration(plan, ".waiting"));
        progress = new KeptProgress(context, plan.name(), plan.inputs());
        quarantine = new Quarantines(quarantines, context);
        sliding = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<KeyBytes, Sliding> eldest) {
                return size() > MOST_SLIDING;
            }
        };
        switch (plan.giving()) {
            case OverPlan.Giving.WhenPassed passed -> {
                // The total order begins with the event time, which is the order.
                ids = RowIds.inTotalOrder(plan.input());
                late = new LateRows(passed.late(), plan.input(), context);
                order = new ByEventTime();
                width = span.isPresent() ? Math.max(span.getAsLong(), SHORTEST_SLICE) : 0;
            }
            case OverPlan.Giving.AsTheyCome now -> {
                ids = new RowIds(plan.input(), plan.order());
                order = new ByColumns();
                width = 0;
            }
        }
    }

    private final class ByEventTime implements Sliding.Order {
        @Override
        public boolean isSame(SortedRows.Entry<KeptRow> one, SortedRows.Entry<KeptRow> other) {
            return RowIds.time(one.id()) == RowIds.time(other.id());
        }

        @Override
        public boolean isBeyond(SortedRows.Entry<KeptRow> row, SortedRows.Entry<KeptRow> other, long far) {
            return RowIds.time(row.id()) < RowIds.time(other.id()) - far;
        }
    }

    private final class ByColumns implements Sliding.Order {
        @Override
        public boolean isSame(SortedRows.Entry<KeptRow> one, SortedRows.Entry<KeptRow> other) {
            return RowIds.isSamePlace(one.id(), other.id());
        }

        @Override
        public boolean isBeyond(SortedRows.Entry<KeptRow> row, SortedRows.Entry<KeptRow> other, long far) {
            if (far == 0) {
                return !isSame(row, other);
            }
            int column = plan.order().get(0).column();
            Long time = (Long) KeptRow.row(row, ids).values()[column];
            Long of = (Long) KeptRow.row(other, ids).values()[column];
            // NULL is near to NULL alone.
            return time == null || of == null ? !(time == null && of == null) : time < of - far;
        }
    }

    @Override
    public void take(Object element, long timestamp) {
        this.timestamp = timestamp;
        switch ((Element) element) {
            case Element.Row row -> take(row);
            case Element.Watermark watermark -> {
                progress.told(watermark).ifPresent(this::advance);
                outlet.give(element, timestamp);
            }
        }
    }

    private boolean isWaiting() {
        return late != null;
    }

    private void take(Element.Row row) {
        if (row.retracts()) {
            ids.write(row);
            remove(key.of(row.values()), ids.copy());
        } else if (!isWaiting() || !late.take(row, span.orElse(0))) {
            ids.write(row);
            add(key.of(row.values()), ids.copy(), row);
        }
    }

    private void add(KeyBytes of, byte[] given, Element.Row row) {
        byte[] id = given;
        while (rows.find(slice(id), of, id) != null) {
            id = RowIds.next(id);
        }
        Sliding known = sliding.get(of);
        if (known != null && !known.isBefore(id)) {
            sliding.remove(of);
        }
        rows.create(slice(id), of, id, KeptRow.of(row));
        if (!isOut(id)) {
            waiting.create(waitingSlice(id), of, id, KeptRow.of(row));
            return;
        }
        RowList now = around(of, id);
        int at = now.indexOf(id);
        int from = firstTouched(now, at);
        int to = behindTouched(now, at);
        if (to - from == 1) {
            give(now.get(at), slidingOf(of).at(now, at), Change.INSERT);
            return;
        }
        List<Sliding.Result> results = results(now, from, to);
        List<Sliding.Result> old = results(now.without(at), from, to - 1);
        for (int i = from; i < to; i++) {
            if (i != at && !results.get(i - from).isSame(old.get(i - from - (i > at ? 1 : 0)))) {
                take(now.get(i), old.get(i - from - (i > at ? 1 : 0)), Change.UPDATE_BEFORE);
            }
        }
        for (int i = from; i < to; i++) {
            if (i == at) {
                give(now.get(i), results.get(i - from), Change.INSERT);
            } else if (!results.get(i - from).isSame(old.get(i - from - (i > at ? 1 : 0)))) {
                give(now.get(i), results.get(i - from), Change.UPDATE_AFTER);
            }
        }
    }

    private void remove(KeyBytes of, byte[] given) {
        SortedRows.Entry<KeptRow> entry = null;
        byte[] id = given;
        for (var found = rows.find(slice(id), of, id); found != null; found = rows.find(slice(id), of, id)) {
            entry = found;
            id = RowIds.next(id);
        }
        if (entry == null) {
            return; // forgotten, since nothing that counts can reach back to it
        }
        id = entry.id();
        sliding.remove(of);
        if (isOut(id)) {
            giveWithout(around(of, id), id);
        } else {
            waiting.remove(waiting.find(waitingSlice(id), of, id));
        }
        rows.remove(entry);
    }

    private void giveWithout(RowList before, byte[] id) {
        int at = before.indexOf(id);
        int from = firstTouched(before, at);
        int to = behindTouched(before, at);
        List<Sliding.Result> old = results(before, from, to);
        List<Sliding.Result> results = results(before.without(at), from, to - 1);
        for (int i = from; i < to; i++) {
            if (i == at) {
                take(before.get(i), old.get(i - from), Change.DELETE);
            } else if (!results.get(i - from - (i > at ? 1 : 0)).isSame(old.get(i - from))) {
                take(before.get(i), old.get(i - from), Change.UPDATE_BEFORE);
            }
        }
        for (int i = from; i < to; i++) {
            if (i != at && !results.get(i - from - (i > at ? 1 : 0)).isSame(old.get(i - from))) {
                give(before.get(i), results.get(i - from - (i > at ? 1 : 0)), Change.UPDATE_AFTER);
            }
        }
    }

    /** The first row whose frame holds a row of the list: itself, or one that the order does not tell apart from it. */
    private int firstTouched(RowList list, int at) {
        int from = at;
        while (from > 0 && hasRange() && order.isSame(list.get(from - 1), list.get(at))) {
            from--;
        }
        return from;
    }

    /** Behind the last row that is out and whose frame holds a row of the list. */
    private int behindTouched(RowList list, int at) {
        int to = at + 1;
        while (to < list.size() && isOut(list.get(to).id()) && isInFrame(list, at, to)) {
            to++;
        }
        return to;
    }

    private boolean hasRange() {
        return functions.stream().anyMatch(f -> f.frame().unit() == Frame.Unit.RANGE);
    }

    /** Whether the frame of some function of a row reaches back to the place. */
    private boolean isInFrame(RowList list, int at, int index) {
        for (OverPlan.Function function : functions) {
            Frame frame = function.frame();
            if ((frame.rows().isEmpty() || index - at <= frame.rows().getAsLong()) && (frame.span().isEmpty()
                    || !order.isBeyond(list.get(at), list.get(index), frame.span().getAsLong()))) {
                return true;
            }
        }
        return false;
    }

    private List<Sliding.Result> results(RowList list, int from, int to) {
        if (from >= to) {
            return List.of();
        }
        Sliding fresh = fresh();
        List<Sliding.Result> results = new ArrayList<>();
        for (int i = from; i < to; i++) {
            results.add(fresh.at(list, i));
        }
        return results;
    }

    private Sliding fresh() {
        return new Sliding(functions, order, entry -> KeptRow.row(entry, ids));
    }

    private Sliding slidingOf(KeyBytes of) {
        Sliding known = sliding.get(of);
        if (known == null) {
            known = fresh();
            sliding.put(of.copy(), known);
        }
        return known;
    }

    private void advance(Progress now) {
        progress.reach(now);
        if (isWaiting()) {
            waiting.forEach(Long.MIN_VALUE, Math.floorDiv(now.watermark(), WAITING_SLICE), entry -> {
                if (isOut(entry.id())) {
                    KeyBytes of = probe.pointAt(entry.key(), entry.key().length);
                    RowList list = around(of, entry.id());
                    int at = list.indexOf(entry.id());
                    give(list.get(at), slidingOf(of).at(list, at), Change.INSERT);
                    waiting.remove(entry);
                    trim(list, entry.id());
                }
            });
            if (width > 0 && now.horizon() > Long.MIN_VALUE + 2 * width + MARGIN) {
                rows.removeUpTo(Math.floorDiv(now.horizon() - span.getAsLong() - MARGIN, width) - 1, entry -> true);
            }
        }
    }

    /** Forgets rows that no frame holds any more: of rows that may still come, or of those behind the one just given. */
    private void trim(RowList list, byte[] given) {
        if (width > 0 || mostRows.isEmpty()) {
            return;
        }
        long reached = Math.max(Long.MIN_VALUE + MARGIN, Math.min(progress.horizon(), RowIds.time(given))) - MARGIN;
        int past = 0;
        while (past < list.size() && RowIds.time(list.get(past).id()) < reached) {
            past++;
        }
        List<SortedRows.Entry<KeptRow>> gone = new ArrayList<>();
        for (int i = 0; i < past - mostRows.get(); i++) {
            gone.add(list.get(i));
        }
        gone.forEach(rows::remove);
    }

    private long slice(byte[] id) {
        return width == 0 ? ONLY_SLICE : Math.floorDiv(RowIds.time(id), width);
    }

    private static long waitingSlice(byte[] id) {
        return Math.floorDiv(RowIds.time(id), WAITING_SLICE);
    }

    /** At the watermark itself rows on time may still come. */
    private boolean isOut(byte[] id) {
        return !isWaiting() || RowIds.time(id) < progress.watermark();
    }

    /** The rows that may be in a frame with a row. */
    private RowList around(KeyBytes of, byte[] id) {
        long slice = slice(id);
        return new RowList(width == 0
                ? List.of(rows.rows(slice, of))
                : List.of(rows.rows(slice - 1, of), rows.rows(slice, of), rows.rows(slice + 1, of)));
    }

    private void take(SortedRows.Entry<KeptRow> entry, Sliding.Result result, Change change) {
        if (result.failure() == null) {
            forward(KeptRow.row(entry, ids), result, change);
        }
    }

    private void give(SortedRows.Entry<KeptRow> entry, Sliding.Result result, Change change) {
        Element.Row row = KeptRow.row(entry, ids);
        if (result.failure() == null) {
            forward(row, result, change);
        } else {
            quarantine.refuse(row, Refusal.of(model, new ExpressionFailure("", result.failure().getMessage())));
        }
    }

    private void forward(Element.Row row, Sliding.Result result, Change change) {
        int width = row.values().length;
        Object[] values = Arrays.copyOf(row.values(), width + result.values().length);
        System.arraycopy(result.values(), 0, values, width, result.values().length);
        outlet.give(new Element.Row(values, change, row.eventTime(), row.watermark(),
                row.horizon(), row.origin()), timestamp);
    }
}
