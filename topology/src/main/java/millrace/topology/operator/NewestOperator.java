package millrace.topology.operator;

import java.util.List;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.SortedRows;
import millrace.statestores.store.SortedRows.Entry;
import millrace.statestores.store.SortedRowsDeclaration;
import millrace.topology.chain.Operator;
import millrace.topology.chain.OperatorSupplier;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.time.Inputs;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

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
    /** Where the newest version of each key is; other slices hold the keys that were deleted at some time. */
    private static final long VERSIONS = Long.MAX_VALUE;
    /** Ten minutes. */
    private static final long SLICE = 600_000_000;
    private static final byte[] ONLY = {};

    private final NewestPlan plan;
    private final List<String> rowNodes;

    private Outlet outlet;
    private GroupKey key;
    private RowBytes bytes;
    private SortedRows<KeyVersion> versions;
    private Inputs inputs;
    private final KeyBytes deleted = new KeyBytes();
    private long forgotten;
    private long timestamp;

    private NewestOperator(NewestPlan plan, List<String> rowNodes) {
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(NewestPlan plan, List<String> rowNodes) {
        return OperatorSupplier.of(() -> new NewestOperator(plan, rowNodes), () -> declaration(plan).stores());
    }

    private static SortedRowsDeclaration<KeyVersion> declaration(NewestPlan plan) {
        return new SortedRowsDeclaration<>(plan.name() + ".newest", KeyVersion.CODEC);
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        outlet = Outlet.of(context, rowNodes);
        key = new GroupKey(plan.input(), plan.keys());
        bytes = new RowBytes(plan.input());
        versions = SortedRows.open(context, declaration(plan));
        // Not kept: every input tells its progress again after a restart, and until then nothing is forgotten.
        inputs = new Inputs(plan.inputs().count(context.taskId().partition()));
        forgotten = Long.MIN_VALUE;
    }

    @Override
    public void take(Object element, long timestamp) {
        this.timestamp = timestamp;
        switch ((Element) element) {
            case Element.Row row -> take(row);
            case Element.Watermark watermark -> {
                if (inputs.observe(watermark.input(), new Progress(watermark.watermark(), watermark.horizon()))) {
                    forgetDeletesBefore(inputs.together().watermark());
                }
                outlet.give(element, timestamp);
            }
        }
    }

    private void take(Element.Row row) {
        KeyBytes of = key.of(row.values());
        Entry<KeyVersion> entry = versions.find(VERSIONS, of, ONLY);
        if (entry != null && !entry.value().isOlderThan(row)) {
            return;
        }
        Element.Row before = entry == null ? null : entry.value().row(bytes);
        if (entry == null) {
            versions.create(VERSIONS, of, ONLY, KeyVersion.of(row, bytes));
        } else {
            entry.value().become(row, bytes);
            versions.changed(entry);
        }
        if (row.retracts()) {
            remember(of, row.watermark());
            if (before != null) {
                give(before, Change.DELETE);
            }
        } else if (before == null) {
            give(row, Change.INSERT);
        } else {
            give(before, Change.UPDATE_BEFORE);
            give(row, Change.UPDATE_AFTER);
        }
    }

    private void remember(KeyBytes of, long watermark) {
        long slice = Math.floorDiv(watermark, SLICE);
        if (versions.find(slice, of, ONLY) == null) {
            versions.create(slice, of, ONLY, KeyVersion.mark());
        }
    }

    private void forgetDeletesBefore(long watermark) {
        long upTo = Math.floorDiv(watermark, SLICE) - 1;
        if (upTo <= forgotten) {
            return;
        }
        versions.forEach(Long.MIN_VALUE, upTo, mark -> {
            byte[] of = mark.key();
            Entry<KeyVersion> entry = versions.find(VERSIONS, deleted.pointAt(of, of.length), ONLY);
            if (entry != null && entry.value().isDeletedBefore(watermark)) {
                versions.remove(entry);
            }
        });
        versions.removeUpTo(upTo, mark -> true);
        forgotten = upTo;
    }

    private void give(Element.Row row, Change change) {
        outlet.give(new Element.Row(row.values(), change, row.eventTime(), row.watermark(), row.horizon(),
                row.origin()), timestamp);
    }
}
