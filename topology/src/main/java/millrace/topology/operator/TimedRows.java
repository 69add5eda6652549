package millrace.topology.operator;

import java.util.List;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.SortedRows;
import millrace.statestores.store.SortedRowsDeclaration;
import millrace.topology.aggregate.InputChanges;
import millrace.topology.flow.Element;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * The rows of each key in their total order, with neighbours that may be apart by less than the retention. They lie in
 * slices at least that long, so a neighbour is in the same slice or in the next.
 */
final class TimedRows {
    private static final long SHORTEST_SLICE = 10_000_000;
    /** A computed row's time is a little before the horizon that may still change it. */
    private static final long MARGIN = 1_000_000;

    private final SortedRows<KeptRow> rows;
    private final RowIds ids;
    private final long retention;
    private final long width;
    private final InputChanges changes;

    TimedRows(ProcessorContext<Object, Object> context, DeduplicatePlan plan, RowIds ids) {
        this.ids = ids;
        rows = SortedRows.open(context, declaration(plan));
        retention = plan.retention();
        width = Math.max(retention, SHORTEST_SLICE);
        changes = plan.changes();
    }

    static SortedRowsDeclaration<KeptRow> declaration(DeduplicatePlan plan) {
        return new SortedRowsDeclaration<>(plan.name() + ".rows", KeptRow.CODEC);
    }

    private long slice(byte[] id) {
        return Math.floorDiv(RowIds.time(id), width);
    }

    /** Where a row is to be, or is if it is one of several that are the same in everything: behind those. */
    byte[] free(KeyBytes key, byte[] id) {
        byte[] free = id;
        while (rows.find(slice(free), key, free) != null) {
            free = RowIds.next(free);
        }
        return free;
    }

    boolean has(KeyBytes key, byte[] id) {
        return rows.find(slice(id), key, id) != null;
    }

    /** The last of the rows that are the same in everything, or null. */
    SortedRows.Entry<KeptRow> last(KeyBytes key, byte[] id) {
        SortedRows.Entry<KeptRow> last = null;
        byte[] next = id;
        for (var found = rows.find(slice(next), key, next); found != null; found = rows.find(slice(next), key, next)) {
            last = found;
            next = RowIds.next(next);
        }
        return last;
    }

    SortedRows.Entry<KeptRow> add(KeyBytes key, byte[] id, Element.Row row) {
        return rows.create(slice(id), key, id, KeptRow.of(row));
    }

    void remove(SortedRows.Entry<KeptRow> row) {
        rows.remove(row);
    }

    /** The row before a place; null if there is none within the retention. */
    SortedRows.Entry<KeptRow> before(KeyBytes key, byte[] id) {
        long slice = slice(id);
        List<SortedRows.Entry<KeptRow>> own = rows.rows(slice, key);
        int at = SortedRows.indexOf(own, id);
        int index = (at >= 0 ? at : -1 - at) - 1;
        if (index >= 0 && !own.isEmpty()) {
            return near(own.get(index), id);
        }
        List<SortedRows.Entry<KeptRow>> earlier = rows.rows(slice - 1, key);
        return earlier.isEmpty() ? null : near(earlier.get(earlier.size() - 1), id);
    }

    /** The row behind a place; null if there is none within the retention. */
    SortedRows.Entry<KeptRow> after(KeyBytes key, byte[] id) {
        long slice = slice(id);
        List<SortedRows.Entry<KeptRow>> own = rows.rows(slice, key);
        int at = SortedRows.indexOf(own, id);
        int index = at >= 0 ? at + 1 : -1 - at;
        if (index < own.size()) {
            return near(own.get(index), id);
        }
        List<SortedRows.Entry<KeptRow>> later = rows.rows(slice + 1, key);
        return later.isEmpty() ? null : near(later.get(0), id);
    }

    /** The latest row of a key that is behind a place, however far; null if the place is the latest. */
    SortedRows.Entry<KeptRow> latest(KeyBytes key, byte[] id) {
        for (long slice = rows.lastSlice(); slice > slice(id); slice--) {
            List<SortedRows.Entry<KeptRow>> of = rows.rows(slice, key);
            if (!of.isEmpty()) {
                return of.get(of.size() - 1);
            }
        }
        List<SortedRows.Entry<KeptRow>> own = rows.rows(slice(id), key);
        int at = SortedRows.indexOf(own, id);
        return own.isEmpty() || at == own.size() - 1 || -1 - at == own.size() ? null : own.get(own.size() - 1);
    }

    private SortedRows.Entry<KeptRow> near(SortedRows.Entry<KeptRow> neighbour, byte[] id) {
        return isNear(neighbour.id(), id) ? neighbour : null;
    }

    /** Whether two rows are apart by less than the retention. */
    boolean isNear(byte[] one, byte[] other) {
        return Math.abs(RowIds.time(one) - RowIds.time(other)) < retention;
    }

    /**
     * Whether a row between two others need not be remembered: it neither is given out nor ever will be, and whatever
     * comes beside it has one of those two as near.
     */
    boolean isBetween(SortedRows.Entry<KeptRow> before, SortedRows.Entry<KeptRow> after) {
        return changes == InputChanges.APPEND_ONLY && before != null && after != null
                && isNear(before.id(), after.id());
    }

    Element.Row row(SortedRows.Entry<KeptRow> entry) {
        return KeptRow.readOnce(entry, ids);
    }

    /** Forgets what nothing that still counts can be near to. */
    void forgetBefore(long horizon) {
        if (horizon > Long.MIN_VALUE + retention + MARGIN + width) {
            rows.removeUpTo(Math.floorDiv(horizon - retention - MARGIN, width) - 1, entry -> true);
        }
    }
}
