package millrace.topology.operator;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.SortedRows;
import millrace.statestores.store.TimeQueue;
import millrace.statestores.store.TimeQueueDeclaration;
import millrace.topology.chain.Operator;
import millrace.topology.chain.OperatorSupplier;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Of rows with equal keys gives those that no other comes shortly before, in the total order of rows; one that is not
 * given counts as well, so a key must be quiet for the retention to be new again. A row is given out once time has passed
 * it: nothing on time can come before it then. What still counts and comes later takes back and gives.
 */
public final class KeepFirstOperator implements Operator {
    private final DeduplicatePlan plan;
    private final List<String> rowNodes;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private GroupKey key;
    private RowIds ids;
    private TimedRows rows;
    /** First rows that time has not passed, by their ids. */
    private TimeQueue<KeptRow> waiting;
    private KeptProgress progress;
    private LateRows late;
    private long timestamp;

    private KeepFirstOperator(DeduplicatePlan plan, List<String> rowNodes) {
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(DeduplicatePlan plan,
            List<String> rowNodes) {
        return OperatorSupplier.of(() -> new KeepFirstOperator(plan, rowNodes), () -> {
            Set<StoreBuilder<?>> stores = new HashSet<>(TimedRows.declaration(plan).stores());
            stores.addAll(waitingDeclaration(plan).stores());
            stores.addAll(KeptProgress.stores(plan.name()));
            return stores;
        });
    }

    private static TimeQueueDeclaration<KeptRow> waitingDeclaration(DeduplicatePlan plan) {
        return new TimeQueueDeclaration<>(plan.name() + ".queue", KeptRow.CODEC);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        key = new GroupKey(plan.input(), plan.keys());
        ids = RowIds.inTotalOrder(plan.input());
        rows = new TimedRows(context, plan, ids);
        progress = new KeptProgress(context, plan.name(), plan.inputs());
        waiting = TimeQueue.open(context, waitingDeclaration(plan), progress.watermark());
        late = new LateRows(plan.late(), plan.input(), context);
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

    private void take(Element.Row row) {
        if (row.retracts()) {
            ids.write(row);
            remove(key.of(row.values()), ids.copy());
        } else if (!late.take(row, plan.retention())) {
            ids.write(row);
            add(key.of(row.values()), ids.copy(), row);
        }
    }

    private void add(KeyBytes of, byte[] given, Element.Row row) {
        byte[] id = rows.free(of, given);
        var before = rows.before(of, id);
        var after = rows.after(of, id);
        if (rows.isBetween(before, after)) {
            return;
        }
        if (after != null && (before == null || !rows.isNear(before.id(), after.id()))) {
            isFirstNoMore(after);
        }
        var entry = rows.add(of, id, row);
        if (before == null) {
            isFirst(entry);
        } else {
            forget(before, rows.before(of, before.id()), entry);
        }
        if (after != null) {
            forget(after, entry, rows.after(of, after.id()));
        }
    }

    /** Forgets a row that comes shortly behind another, if those beside it make it needless. */
    private void forget(SortedRows.Entry<KeptRow> row, SortedRows.Entry<KeptRow> before,
            SortedRows.Entry<KeptRow> after) {
        if (rows.isBetween(before, after)) {
            rows.remove(row);
        }
    }

    private void remove(KeyBytes of, byte[] id) {
        var entry = rows.last(of, id);
        if (entry == null) {
            return;
        }
        var before = rows.before(of, entry.id());
        var after = rows.after(of, entry.id());
        if (before == null) {
            isFirstNoMore(entry);
        }
        rows.remove(entry);
        if (after != null && (before == null || !rows.isNear(before.id(), after.id()))) {
            isFirst(after);
        }
    }

    private void isFirst(SortedRows.Entry<KeptRow> entry) {
        if (isPast(entry.id())) {
            give(entry, Change.INSERT);
        } else {
            waiting.add(RowIds.time(entry.id()), new KeyBytes(entry.id()), KeptRow.of(rows.row(entry)));
        }
    }

    private void isFirstNoMore(SortedRows.Entry<KeptRow> entry) {
        if (isPast(entry.id())) {
            give(entry, Change.DELETE);
        } else {
            waiting.remove(RowIds.time(entry.id()), new KeyBytes(entry.id()));
        }
    }

    /** At the watermark itself rows on time may still come. */
    private boolean isPast(byte[] id) {
        return RowIds.time(id) < progress.watermark();
    }

    private void advance(Progress now) {
        progress.reach(now);
        waiting.passUpTo(now.watermark(), item -> {
            Element.Row row = KeptRow.readOnce(item.name().bytes(), item.value(), ids);
            if (!item.isRemembered() || isFirst(row, item.name().bytes())) {
                outlet.give(row.as(Change.INSERT), timestamp);
            }
        });
        rows.forgetBefore(now.horizon());
    }

    private boolean isFirst(Element.Row row, byte[] id) {
        KeyBytes of = key.of(row.values());
        return rows.has(of, id) && rows.before(of, id) == null;
    }

    private void give(SortedRows.Entry<KeptRow> entry, Change change) {
        outlet.give(rows.row(entry).as(change), timestamp);
    }
}
