package millrace.topology.operator;

import java.util.List;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.SortedRows;
import millrace.topology.chain.Operator;
import millrace.topology.chain.OperatorSupplier;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.time.Inputs;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * Of rows with equal keys gives those that no other follows shortly, in the total order of rows, as they come. A row that
 * is followed is taken back. The latest row of a key that is remembered is the last to be given out, also where an
 * earlier one came later, so that a table by the key alone holds the latest.
 *
 * <p>
 * Reads rows that are not taken back.
 */
public final class KeepLastOperator implements Operator {
    private final DeduplicatePlan plan;
    private final List<String> rowNodes;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private GroupKey key;
    private RowIds ids;
    private TimedRows rows;
    private Inputs inputs;
    private LateRows late;
    private long timestamp;

    private KeepLastOperator(DeduplicatePlan plan, List<String> rowNodes) {
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(DeduplicatePlan plan,
            List<String> rowNodes) {
        return OperatorSupplier.of(() -> new KeepLastOperator(plan, rowNodes),
                () -> TimedRows.declaration(plan).stores());
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        key = new GroupKey(plan.input(), plan.keys());
        ids = RowIds.inTotalOrder(plan.input());
        rows = new TimedRows(context, plan, ids);
        // Not kept: every input tells its progress again after a restart, and until then nothing is forgotten.
        inputs = new Inputs(plan.inputs().count(context.taskId().partition()));
        late = new LateRows(plan.late(), plan.input(), context);
    }

    @Override
    public void take(Object element, long timestamp) {
        this.timestamp = timestamp;
        switch ((Element) element) {
            case Element.Row row -> {
                if (!late.take(row, plan.retention())) {
                    ids.write(row);
                    add(key.of(row.values()), ids.copy(), row);
                }
            }
            case Element.Watermark watermark -> {
                if (inputs.observe(watermark.input(), new Progress(watermark.watermark(), watermark.horizon()))) {
                    rows.forgetBefore(inputs.together().horizon());
                }
                outlet.give(element, timestamp);
            }
        }
    }

    private void add(KeyBytes of, byte[] given, Element.Row row) {
        byte[] id = rows.free(of, given);
        var before = rows.before(of, id);
        var after = rows.after(of, id);
        if (rows.isBetween(before, after)) {
            return;
        }
        boolean takesBack = before != null && (after == null || !rows.isNear(before.id(), after.id()));
        var latest = rows.latest(of, id);
        var entry = rows.add(of, id, row);
        if (latest == null) {
            if (takesBack) {
                give(before, Change.UPDATE_BEFORE);
            }
            give(entry, takesBack ? Change.UPDATE_AFTER : Change.INSERT);
        } else if (takesBack || after == null) {
            if (takesBack) {
                give(before, Change.DELETE);
            }
            give(latest, Change.UPDATE_BEFORE);
            if (after == null) {
                give(entry, Change.INSERT);
            }
            give(latest, Change.UPDATE_AFTER);
        }
        if (before != null && rows.isBetween(rows.before(of, before.id()), entry)) {
            rows.remove(before);
        }
        if (after != null && rows.isBetween(entry, rows.after(of, after.id()))) {
            rows.remove(after);
        }
    }

    private void give(SortedRows.Entry<KeptRow> entry, Change change) {
        outlet.give(rows.row(entry).as(change), timestamp);
    }
}
