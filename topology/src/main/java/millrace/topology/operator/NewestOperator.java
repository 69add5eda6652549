package millrace.topology.operator;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import millrace.schemas.time.TaskWatermark;
import millrace.statestores.codec.Codecs;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.SortedRows;
import millrace.statestores.store.SortedRows.Entry;
import millrace.statestores.store.SortedRowsDeclaration;
import millrace.statestores.store.TimeQueue;
import millrace.statestores.store.TimeQueueDeclaration;
import millrace.topology.chain.Operator;
import millrace.topology.chain.OperatorSupplier;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.time.Inputs;
import millrace.topology.time.Progress;
import millrace.topology.time.TimeBounds;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Gives the newest row of each key of a changelog as it changes: a row that is the first of its key, one in place of the
 * one before, or that there is none any more. Which of two records is the newer one, {@link KeyVersion} says from what they
 * carry alone, so the order in which several partitions come does not matter.
 *
 * <p>
 * A delete is remembered until time has passed it everywhere. Then whatever is still to come has met a later watermark,
 * and is newer anyway. So what is kept for good is the rows that there are.
 */
public final class NewestOperator implements Operator {
    private static final long ALL = 0;
    private static final byte[] ONLY = {};
    /** Deletes of one moment, which a purge has millions of, are forgotten over so many microseconds, ten minutes. */
    private static final int SPREAD = 600_000_000;
    /** Deletes that are forgotten with one watermark. What they have on the heap is let go of only with a commit. */
    private static final int MOST_AT_ONCE = 20_000;

    private final NewestPlan plan;
    private final List<String> rowNodes;

    private Outlet outlet;
    private GroupKey key;
    private RowBytes bytes;
    private SortedRows<KeyVersion> versions;
    /** Keys that were deleted, each named by its bytes and the watermark of the delete. */
    private TimeQueue<Long> deletes;
    private Inputs inputs;
    private final KeyBytes deleted = new KeyBytes();
    private long timestamp;

    private NewestOperator(NewestPlan plan, List<String> rowNodes) {
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(NewestPlan plan, List<String> rowNodes) {
        return OperatorSupplier.of(() -> new NewestOperator(plan, rowNodes), () -> {
            Set<StoreBuilder<?>> stores = new HashSet<>(versions(plan).stores());
            stores.addAll(deletes(plan).stores());
            return stores;
        });
    }

    private static SortedRowsDeclaration<KeyVersion> versions(NewestPlan plan) {
        return new SortedRowsDeclaration<>(plan.name() + ".newest", KeyVersion.CODEC);
    }

    private static TimeQueueDeclaration<Long> deletes(NewestPlan plan) {
        return new TimeQueueDeclaration<>(plan.name() + ".deletes", Codecs.LONG);
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        outlet = Outlet.of(context, rowNodes);
        key = new GroupKey(plan.input(), plan.keys());
        bytes = new RowBytes(plan.input());
        versions = SortedRows.open(context, versions(plan));
        deletes = TimeQueue.open(context, deletes(plan), Long.MIN_VALUE);
        // Not kept: every input tells its progress again after a restart, and until then nothing is forgotten.
        inputs = new Inputs(plan.inputs().count(context.taskId().partition()));
    }

    @Override
    public void take(Object element, long timestamp) {
        this.timestamp = timestamp;
        switch ((Element) element) {
            case Element.Row row -> take(row);
            case Element.Watermark watermark -> {
                inputs.observe(watermark.input(), new Progress(watermark.watermark(), watermark.horizon()));
                forgetDeletesBefore(inputs.together().watermark());
                outlet.give(element, timestamp);
            }
        }
    }

    private void take(Element.Row row) {
        KeyBytes of = key.of(row.values());
        Entry<KeyVersion> entry = versions.find(ALL, of, ONLY);
        if (entry != null && !entry.value().isOlderThan(row)) {
            return;
        }
        Element.Row before = entry == null ? null : entry.value().row(bytes);
        if (entry == null) {
            versions.create(ALL, of, ONLY, KeyVersion.of(row, bytes));
        } else {
            entry.value().become(row, bytes);
            versions.changed(entry);
        }
        if (row.retracts()) {
            remember(of, row.watermark());
            if (before != null) {
                outlet.give(before.as(Change.DELETE), timestamp);
            }
        } else if (before == null) {
            outlet.give(row.as(Change.INSERT), timestamp);
        } else {
            outlet.give(before.as(Change.UPDATE_BEFORE), timestamp);
            outlet.give(row.as(Change.UPDATE_AFTER), timestamp);
        }
    }

    private void remember(KeyBytes of, long watermark) {
        if (watermark == TaskWatermark.END) {
            return; // No time passes it.
        }
        byte[] name = ByteBuffer.allocate(of.length() + Long.BYTES).put(of.bytes(), 0, of.length()).putLong(watermark)
                .array();
        long moment = Math.max(watermark, TimeBounds.EARLIEST) + Math.floorMod(of.hashCode(), SPREAD);
        deletes.add(moment, new KeyBytes(name), watermark);
    }

    /** Any moment after that will do, since what comes then is newer whether the delete is remembered or not. */
    private void forgetDeletesBefore(long watermark) {
        deletes.passUpTo(watermark, MOST_AT_ONCE, item -> {
            byte[] name = item.name().bytes();
            Entry<KeyVersion> entry = versions.find(ALL, deleted.pointAt(name, name.length - Long.BYTES), ONLY);
            if (entry != null && entry.value().isDeletedBefore(watermark)) {
                versions.remove(entry);
            }
        });
    }
}
