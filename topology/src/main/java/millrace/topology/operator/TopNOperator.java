package millrace.topology.operator;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.SortedRows;
import millrace.statestores.store.SortedRowsDeclaration;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.chain.Operator;
import millrace.topology.chain.OperatorSupplier;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.origin.Origin;
import millrace.topology.plan.PlanNode;
import millrace.topology.time.PartitionClock;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Gives the first rows of each key in an order. Without windows what a row changes is given out as it comes; of a window
 * the first rows are given out when it closes, and changed by rows that still count until the horizon has passed its end.
 * What is taken back is taken back before anything is given, so that a table folds them right whatever its key is.
 */
public final class TopNOperator implements Operator {
    private static final long LAST_MILLISECOND = 1000;
    private static final long NO_WINDOW = 0;

    private final TopNPlan plan;
    private final List<String> rowNodes;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private GroupKey key;
    private RowIds ids;
    private SortedRows<KeptRow> rows;
    private KeptProgress progress;
    // Where the rows of one call go.
    private long slice;
    private long timestamp;

    private TopNOperator(TopNPlan plan, List<String> rowNodes) {
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(TopNPlan plan, List<String> rowNodes) {
        return OperatorSupplier.of(() -> new TopNOperator(plan, rowNodes), () -> {
            Set<StoreBuilder<?>> stores = new HashSet<>(declaration(plan).stores());
            stores.addAll(KeptProgress.stores(plan.name()));
            return stores;
        });
    }

    private static SortedRowsDeclaration<KeptRow> declaration(TopNPlan plan) {
        return new SortedRowsDeclaration<>(plan.name() + ".rows", KeptRow.CODEC);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        key = new GroupKey(plan.input(), plan.keys());
        ids = new RowIds(plan.input(), plan.order());
        rows = SortedRows.open(context, declaration(plan));
        progress = new KeptProgress(context, plan.name(), plan.inputs());
    }

    @Override
    public void take(Object element, long timestamp) {
        this.timestamp = timestamp;
        switch ((Element) element) {
            case Element.Row row -> take(row);
            case Element.Watermark watermark -> {
                if (isWindowed()) {
                    progress.told(watermark).ifPresent(this::advance);
                }
                outlet.give(element, timestamp);
            }
        }
    }

    private boolean isWindowed() {
        return plan.windowEnd().isPresent();
    }

    private void take(Element.Row row) {
        slice = isWindowed() ? (Long) row.values()[plan.windowEnd().getAsInt()] : NO_WINDOW;
        boolean isOut = !isWindowed() || slice <= progress.watermark();
        KeyBytes of = key.of(row.values());
        int length = ids.write(row);
        if (row.retracts()) {
            remove(of, isOut);
        } else {
            add(row, of, length, isOut);
        }
    }

    private void add(Element.Row row, KeyBytes of, int length, boolean isOut) {
        List<SortedRows.Entry<KeptRow>> before = rows.rows(slice, of);
        boolean isFull = plan.changes() == InputChanges.APPEND_ONLY && before.size() >= plan.most();
        if (isFull && !ids.isBefore(before.get(plan.most() - 1).id(), length)) {
            return; // no row goes, so this one never comes in
        }
        byte[] id = ids.copy();
        while (rows.find(slice, of, id) != null) {
            id = RowIds.next(id);
        }
        rows.create(slice, of, id, KeptRow.of(row));
        List<SortedRows.Entry<KeptRow>> now = rows.rows(slice, of);
        if (isOut) {
            giveAfterAdding(now, SortedRows.indexOf(now, id));
        }
        if (isFull) {
            rows.remove(now.get(plan.most()));
        }
    }

    private void remove(KeyBytes of, boolean isOut) {
        byte[] id = ids.copy();
        SortedRows.Entry<KeptRow> entry = rows.find(slice, of, id);
        if (entry == null) {
            return; // forgotten with its window
        }
        // Of rows that are the same in everything the last one goes.
        for (var next = entry; next != null; next = rows.find(slice, of, id)) {
            entry = next;
            id = RowIds.next(id);
        }
        if (isOut) {
            List<SortedRows.Entry<KeptRow>> before = rows.rows(slice, of);
            giveBeforeRemoving(before, SortedRows.indexOf(before, entry.id()));
        }
        rows.remove(entry);
    }

    private void giveAfterAdding(List<SortedRows.Entry<KeptRow>> now, int at) {
        int size = now.size();
        if (at >= plan.most()) {
            return;
        }
        if (plan.rank() == PlanNode.TopN.Rank.UNNUMBERED) {
            boolean pushesOut = size > plan.most();
            if (pushesOut) {
                give(now.get(plan.most()), 0, plan.most() == 1 ? Change.UPDATE_BEFORE : Change.DELETE);
            }
            give(now.get(at), 0, pushesOut && plan.most() == 1 ? Change.UPDATE_AFTER : Change.INSERT);
            return;
        }
        for (int i = at; i < Math.min(plan.most(), size - 1); i++) {
            give(now.get(i + 1), i, Change.UPDATE_BEFORE);
        }
        for (int i = at; i < Math.min(plan.most(), size); i++) {
            give(now.get(i), i, i < size - 1 ? Change.UPDATE_AFTER : Change.INSERT);
        }
    }

    private void giveBeforeRemoving(List<SortedRows.Entry<KeptRow>> before, int at) {
        int size = before.size();
        if (at >= plan.most()) {
            return;
        }
        if (plan.rank() == PlanNode.TopN.Rank.UNNUMBERED) {
            boolean letsIn = size > plan.most();
            give(before.get(at), 0, letsIn && plan.most() == 1 ? Change.UPDATE_BEFORE : Change.DELETE);
            if (letsIn) {
                give(before.get(plan.most()), 0, plan.most() == 1 ? Change.UPDATE_AFTER : Change.INSERT);
            }
            return;
        }
        for (int i = at; i < Math.min(plan.most(), size); i++) {
            give(before.get(i), i, i < size - 1 ? Change.UPDATE_BEFORE : Change.DELETE);
        }
        for (int i = at; i < Math.min(plan.most(), size - 1); i++) {
            give(before.get(i + 1), i, Change.UPDATE_AFTER);
        }
    }

    private void advance(Progress now) {
        Closing closing = new Closing();
        rows.forEach(progress.watermark(), now.watermark(), closing::take);
        rows.removeUpTo(now.horizon(), entry -> true);
        progress.reach(now);
    }

    /** Counts the rows of each key as they come by. */
    private final class Closing {
        private byte[] of;
        private int rank;

        void take(SortedRows.Entry<KeptRow> entry) {
            if (slice != entry.slice() || !Arrays.equals(of, entry.key())) {
                slice = entry.slice();
                of = entry.key();
                rank = 0;
            }
            if (rank < plan.most()) {
                give(entry, rank, Change.INSERT);
            }
            rank++;
        }
    }

    /** @param rank from zero on */
    private void give(SortedRows.Entry<KeptRow> entry, int rank, Change change) {
        Element.Row row = KeptRow.row(entry, ids);
        Object[] values = row.values();
        if (plan.rank() == PlanNode.TopN.Rank.NUMBERED) {
            values = Arrays.copyOf(values, values.length + 1);
            values[values.length - 1] = rank + 1L;
        }
        outlet.give(isWindowed()
                ? new Element.Row(values, change, slice - LAST_MILLISECOND, PartitionClock.UNSET, PartitionClock.UNSET,
                        Origin.COMPUTED)
                : row.with(values).as(change),
                timestamp);
    }
}
