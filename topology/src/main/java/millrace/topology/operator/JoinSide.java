package millrace.topology.operator;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.statestores.codec.UnknownLayoutException;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.SortedRows;
import millrace.statestores.store.SortedRowsDeclaration;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.plan.JoinBounds.Moment;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * What a join remembers of one of its inputs: the rows, by key and, if the join has bounds, by slices of time. Equal rows
 * are one entry. Serves one task.
 */
final class JoinSide {
    private static final int TIME = Long.BYTES;

    private final SortedRows<Kept> rows;
    private final JoinKey key;
    private final RowBytes bytes;
    private final StateOutput out = new StateOutput();
    private final Optional<Moment> moment;
    private final long slice;

    /** How often a row is there, and what was made of it. */
    static final class Kept {
        /** How many equal rows there are. */
        private long count;
        /** How many rows of the other side are partners of each. */
        private long partners;
        /** Whether it has been given out for having none, or, of a semi-join, for having some. */
        private boolean given;
        /** The values, once somebody has asked for them. */
        private Object[] values;

        long count() {
            return count;
        }

        long partners() {
            return partners;
        }

        boolean given() {
            return given;
        }

        void add(long more) {
            count += more;
        }

        void meet(long more) {
            partners += more;
        }

        void give(boolean isOut) {
            given = isOut;
        }

        /** Version 1: count, partners, whether it is given. The row itself is the id. */
        private static final StateCodec<Kept> CODEC = new StateCodec<>() {
            @Override
            public byte[] encode(Kept k) {
                return new StateOutput(32).writeByte(1).writeLong(k.count).writeLong(k.partners).writeBoolean(k.given)
                        .toBytes();
            }

            @Override
            public Kept decode(byte[] bytes) {
                UnknownLayoutException.requireVersion("a row of a join", bytes, 1);
                StateInput in = new StateInput(bytes, 1, bytes.length - 1);
                Kept k = new Kept();
                k.count = in.readLong();
                k.partners = in.readLong();
                k.given = in.readBoolean();
                return k;
            }
        };
    }

    /**
     * @param name of the store
     * @param moment the time of a row, if there are bounds
     * @param slice microseconds of a slice
     */
    JoinSide(ProcessorContext<?, ?> context, String name, JoinPlan.Side side, Optional<Moment> moment, long slice) {
        rows = SortedRows.open(context, declaration(name));
        key = new JoinKey(side);
        bytes = new RowBytes(side.row());
        this.moment = moment;
        this.slice = slice;
    }

    private static SortedRowsDeclaration<Kept> declaration(String name) {
        return new SortedRowsDeclaration<>(name, Kept.CODEC, SortedRowsDeclaration.USUAL);
    }

    static Set<StoreBuilder<?>> stores(String name) {
        return declaration(name).stores();
    }

    /** The key of a row, or null if it can have no partner. */
    KeyBytes key(Object[] row) {
        return key.of(row);
    }

    /** The time of a row; 0 without bounds. */
    long time(Object[] row) {
        return moment.isPresent() ? moment.get().of(row) : 0;
    }

    /** The entry of a row, made if there is none. */
    SortedRows.Entry<Kept> entry(Element.Row row, KeyBytes of) {
        long at = sliceOf(time(row.values()));
        int length = bytes.write(row.values());
        byte[] id = out.reset().writeSortable(row.eventTime()).writeRaw(bytes.buffer(), 0, length).toBytes();
        SortedRows.Entry<Kept> entry = rows.find(at, of, id);
        if (entry == null) {
            Kept kept = new Kept();
            kept.values = row.values();
            entry = rows.create(at, of, id, kept);
        }
        return entry;
    }

    /** The entry that another one's place names, if it is still there. */
    SortedRows.Entry<Kept> find(long time, KeyBytes of, byte[] id) {
        return rows.find(sliceOf(time), of, id);
    }

    Object[] values(SortedRows.Entry<Kept> entry) {
        Kept kept = entry.value();
        if (kept.values == null) {
            kept.values = bytes.read(entry.id(), TIME, entry.id().length - TIME);
        }
        return kept.values;
    }

    /** The event time of an entry's row. */
    static long eventTime(SortedRows.Entry<Kept> entry) {
        return new StateInput(entry.id(), 0, TIME).readSortable();
    }

    /** The number of the slice that a time lies in. */
    long sliceOf(long time) {
        return moment.isPresent() ? Math.floorDiv(time, slice) : 0;
    }

    List<SortedRows.Entry<Kept>> rows(long ofSlice, KeyBytes of) {
        return rows.rows(ofSlice, of);
    }

    void changed(SortedRows.Entry<Kept> entry) {
        rows.changed(entry);
    }

    void remove(SortedRows.Entry<Kept> entry) {
        rows.remove(entry);
    }

    /** Forgets rows whose time is at most this, a slice later. */
    void forget(long upTo) {
        rows.removeUpTo(sliceOf(upTo) - 1, entry -> true);
    }
}
