package millrace.topology.operator;

import java.util.List;
import millrace.statestores.store.SortedRows;

/** The rows of a key out of several slices, sorted. Good until the next change. */
final class RowList {
    private static final int NONE = Integer.MAX_VALUE;

    private final List<List<SortedRows.Entry<KeptRow>>> parts;
    /** An index that is passed over. */
    private final int without;
    private final int size;

    /** @param parts each sorted, and the last row of one before the first of the next */
    RowList(List<List<SortedRows.Entry<KeptRow>>> parts) {
        this(parts, NONE);
    }

    private RowList(List<List<SortedRows.Entry<KeptRow>>> parts, int without) {
        this.parts = parts;
        this.without = without;
        int all = without == NONE ? 0 : -1;
        for (List<SortedRows.Entry<KeptRow>> part : parts) {
            all += part.size();
        }
        size = all;
    }

    /** The same rows but one. */
    RowList without(int index) {
        return new RowList(parts, index);
    }

    int size() {
        return size;
    }

    SortedRows.Entry<KeptRow> get(int index) {
        int at = index < without ? index : index + 1;
        for (List<SortedRows.Entry<KeptRow>> part : parts) {
            if (at < part.size()) {
                return part.get(at);
            }
            at -= part.size();
        }
        throw new IndexOutOfBoundsException(index + " of " + size);
    }

    /** Where an id stands, or -1 less where it would be. */
    int indexOf(byte[] id) {
        int at = inParts(id);
        if (at == without) {
            return -1 - at;
        }
        int place = at >= 0 ? at : -1 - at;
        int moved = place > without ? place - 1 : place;
        return at >= 0 ? moved : -1 - moved;
    }

    private int inParts(byte[] id) {
        int before = 0;
        for (List<SortedRows.Entry<KeptRow>> part : parts) {
            int at = part.isEmpty() ? -1 : SortedRows.indexOf(part, id);
            if (at >= 0) {
                return before + at;
            }
            if (-1 - at < part.size()) {
                return at - before;
            }
            before += part.size();
        }
        return -1 - before;
    }
}
