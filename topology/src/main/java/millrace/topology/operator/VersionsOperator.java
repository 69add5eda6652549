package millrace.topology.operator;

import java.util.ArrayList;
import java.util.Arrays;
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
import millrace.topology.plan.PlanNode;
import millrace.topology.time.Inputs;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * Gives the history of each key, as rows come: a version holds from its event time to that of the next one that differs.
 * A row that comes out of order takes its place between its neighbours, whose versions change by that. Of the rows of one
 * moment the last in the total order stands.
 *
 * <p>
 * Remembered are the newest version before the horizon and every row behind it: where nothing that counts can come any
 * more, a version is final. Reads rows that are not taken back.
 */
public final class VersionsOperator implements Operator {
    private static final long ALL = 0;
    /** A computed row's time is a little before the horizon that may still change it. */
    private static final long MARGIN = 1_000_000;

    private final VersionsPlan plan;
    private final List<String> rowNodes;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private GroupKey key;
    private RowIds ids;
    /** Of each key no two of one moment. */
    private SortedRows<KeptRow> rows;
    private Inputs inputs;
    private LateRows late;
    private long timestamp;

    private VersionsOperator(VersionsPlan plan, List<String> rowNodes) {
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(VersionsPlan plan, List<String> rowNodes) {
        return OperatorSupplier.of(() -> new VersionsOperator(plan, rowNodes),
                () -> declaration(plan).stores());
    }

    private static SortedRowsDeclaration<KeptRow> declaration(VersionsPlan plan) {
        return new SortedRowsDeclaration<>(plan.name() + ".rows", KeptRow.CODEC);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        key = new GroupKey(plan.input(), plan.keys());
        ids = RowIds.inTotalOrder(plan.input());
        rows = SortedRows.open(context, declaration(plan));
        // Not kept: every input tells its progress again after a restart, and until then nothing is forgotten.
        inputs = new Inputs(plan.inputs().count(context.taskId().partition()));
        late = new LateRows(plan.late(), plan.input(), context);
    }

    @Override
    public void take(Object element, long timestamp) {
        this.timestamp = timestamp;
        switch ((Element) element) {
            case Element.Row row -> {
                if (!late.take(row, 0)) {
                    ids.write(row);
                    add(key.of(row.values()), ids.copy(), row);
                }
            }
            case Element.Watermark watermark -> {
                inputs.observe(watermark.input(), new Progress(watermark.watermark(), watermark.horizon()));
                outlet.give(element, timestamp);
            }
        }
    }

    private void add(KeyBytes of, byte[] id, Element.Row row) {
        forget(of);
        List<Entry<KeptRow>> own = rows.rows(ALL, of);
        int at = SortedRows.indexOf(own, id);
        int next = at >= 0 ? at : -1 - at;
        if (at >= 0 || next < own.size() && isOfOneMoment(own.get(next).id(), id)) {
            return;
        }
        boolean replaces = next > 0 && isOfOneMoment(own.get(next - 1).id(), id);
        int previous = next - (replaces ? 2 : 1);
        if (!replaces && previous >= 0 && RowIds.isSameRow(own.get(previous).id(), id)) {
            // It goes on as it was. A row may yet come between, and then it matters.
            rows.create(ALL, of, id, KeptRow.of(row));
            return;
        }
        // What begins between the version that holds before and the first that begins behind the next row may change.
        int from = Math.max(previous, 0);
        while (from > 0 && isSameRow(own, from - 1, from)) {
            from--;
        }
        int to = Math.min(next + 1, own.size());
        while (to < own.size() && isSameRow(own, to - 1, to)) {
            to++;
        }
        Long end = to < own.size() ? RowIds.time(own.get(to).id()) : null;
        List<Entry<KeptRow>> before = new ArrayList<>(own.subList(from, to));
        List<Entry<KeptRow>> after = new ArrayList<>(own.subList(from, previous + 1));
        List<Entry<KeptRow>> behind = new ArrayList<>(own.subList(next, to));
        if (replaces) {
            rows.remove(own.get(next - 1));
        }
        after.add(rows.create(ALL, of, id, KeptRow.of(row)));
        after.addAll(behind);
        change(versions(before, end), versions(after, end));
    }

    /**
     * A row from the moment from which it holds.
     *
     * @param end when it ceases to hold; null if it has not
     */
    private record Version(Entry<KeptRow> row, Long end) {
        long start() {
            return RowIds.time(row.id());
        }
    }

    /** @param end when the last of these ends */
    private static List<Version> versions(List<Entry<KeptRow>> of, Long end) {
        List<Version> versions = new ArrayList<>();
        Entry<KeptRow> holds = null;
        for (int i = 0; i < of.size(); i++) {
            if (i == 0 || !isSameRow(of, i - 1, i)) {
                if (holds != null) {
                    versions.add(new Version(holds, RowIds.time(of.get(i).id())));
                }
                holds = of.get(i);
            }
        }
        if (holds != null) {
            versions.add(new Version(holds, end));
        }
        return versions;
    }

    private void change(List<Version> before, List<Version> after) {
        for (Version version : before) {
            if (!after.contains(version)) {
                give(version, beginsWith(after, version) ? Change.UPDATE_BEFORE : Change.DELETE);
            }
        }
        for (Version version : after) {
            if (!before.contains(version)) {
                give(version, beginsWith(before, version) ? Change.UPDATE_AFTER : Change.INSERT);
            }
        }
    }

    private static boolean beginsWith(List<Version> versions, Version one) {
        return versions.stream().anyMatch(v -> v.start() == one.start());
    }

    private void give(Version version, Change change) {
        Element.Row row = KeptRow.row(version.row(), ids);
        int width = row.values().length;
        Object[] values = Arrays.copyOf(row.values(), width + PlanNode.Versions.COLUMNS);
        values[width] = version.start();
        values[width + 1] = version.end();
        values[width + 2] = version.end() == null;
        outlet.give(new Element.Row(values, change, row.eventTime(), row.watermark(), row.horizon(), row.origin()),
                timestamp);
    }

    /** Leaves of what no row can come before just where its last version begins. */
    private void forget(KeyBytes of) {
        long horizon = inputs.together().horizon();
        if (horizon < Long.MIN_VALUE + MARGIN) {
            return;
        }
        List<Entry<KeptRow>> own = rows.rows(ALL, of);
        List<Entry<KeptRow>> past = new ArrayList<>();
        Entry<KeptRow> last = null;
        for (Entry<KeptRow> entry : own) {
            if (RowIds.time(entry.id()) >= horizon - MARGIN) {
                break;
            }
            if (last == null || !RowIds.isSameRow(last.id(), entry.id())) {
                if (last != null) {
                    past.add(last);
                }
                last = entry;
            } else {
                past.add(entry);
            }
        }
        past.forEach(rows::remove);
    }

    private static boolean isOfOneMoment(byte[] one, byte[] other) {
        return RowIds.time(one) == RowIds.time(other);
    }

    private static boolean isSameRow(List<Entry<KeptRow>> of, int one, int other) {
        return RowIds.isSameRow(of.get(one).id(), of.get(other).id());
    }
}
