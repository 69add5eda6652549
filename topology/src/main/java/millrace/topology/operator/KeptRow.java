package millrace.topology.operator;

import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.statestores.codec.UnknownLayoutException;
import millrace.statestores.store.SortedRows;
import millrace.topology.flow.Element;

/**
 * What is remembered of a row beside its id: the clock that it had met. The row itself is read from the id when needed:
 * one that has come is let go of when it is written to the store, since most are never looked at again.
 */
final class KeptRow {
    private final long watermark;
    private final long horizon;
    private Element.Row row;

    private KeptRow(long watermark, long horizon) {
        this.watermark = watermark;
        this.horizon = horizon;
    }

    static KeptRow of(Element.Row row) {
        KeptRow kept = new KeptRow(row.watermark(), row.horizon());
        kept.row = row;
        return kept;
    }

    /** The row, for whoever looks at it again and again. */
    static Element.Row row(SortedRows.Entry<KeptRow> entry, RowIds ids) {
        KeptRow kept = entry.value();
        if (kept.row == null) {
            kept.row = ids.row(entry.id(), kept.watermark, kept.horizon);
        }
        return kept.row;
    }

    /** The row, for whoever looks at it once. */
    static Element.Row readOnce(SortedRows.Entry<KeptRow> entry, RowIds ids) {
        return readOnce(entry.id(), entry.value(), ids);
    }

    /** The same of a row that lies somewhere else. */
    static Element.Row readOnce(byte[] id, KeptRow kept, RowIds ids) {
        return kept.row == null ? ids.row(id, kept.watermark, kept.horizon) : kept.row;
    }

    /** Lets go of the row. Version 1: watermark, and how far the horizon is behind it. */
    static final StateCodec<KeptRow> CODEC = new StateCodec<>() {
        @Override
        public byte[] encode(KeptRow kept) {
            kept.row = null;
            return new StateOutput(20).writeByte(1).writeSortable(kept.watermark)
                    .writeLong(kept.watermark - kept.horizon).toBytes();
        }

        @Override
        public KeptRow decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("a kept row", bytes, 1);
            StateInput in = new StateInput(bytes, 1, bytes.length - 1);
            long watermark = in.readSortable();
            return new KeptRow(watermark, watermark - in.readLong());
        }
    };
}
