package millrace.topology.operator;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import millrace.schemas.time.TaskWatermark;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.statestores.codec.UnknownLayoutException;
import millrace.statestores.store.KeyBytes;
import millrace.statestores.store.SortedRows;
import millrace.statestores.store.SortedRowsDeclaration;
import millrace.topology.chain.Operator;
import millrace.topology.chain.OperatorSupplier;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.flow.RowOrder;
import millrace.topology.operator.SideOperator.Sided;
import millrace.topology.origin.Origin;
import millrace.topology.plan.PlanNode.AsOfJoin.Match;
import millrace.topology.time.PartitionClock;
import millrace.topology.time.Progress;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Gives each row of the left with the newest version of the right that is not newer than it: once every version on time
 * up to its own time has come, so that which one it is does not depend on the order in which rows come. A version that
 * comes after that and still counts corrects the rows it is for.
 *
 * <p>
 * A version that comes late counts for the rows whose time its source partition had not closed yet: that follows from the
 * row and the version alone.
 */
public final class AsOfOperator implements Operator {
    private static final long LAST_MILLISECOND = 1000;
    private static final long SLICE = 1_000_000;
    /** Versions that grow too old are forgotten by slices of about this part of what they may be old. */
    private static final int SLICES = 4;
    private static final int TIME = Long.BYTES;

    private final AsOfPlan plan;
    private final List<String> rowNodes;

    private ProcessorContext<Object, Object> context;
    private Outlet outlet;
    private SortedRows<Kept> rows;
    private SortedRows<Version> versions;
    private KeptProgress progress;
    private JoinKey leftKey;
    private JoinKey rightKey;
    private RowBytes leftBytes;
    private RowBytes rightBytes;
    private StateOutput out;
    private long versionSlice;

    /** A row of the left: how often it is there, and with which version it was given. */
    private static final class Kept {
        private long count;
        private boolean given;
        /** The version's values as bytes; null if there is none. */
        private byte[] with;
    }

    /** A version: how often it is there, and how far its source partition had closed when it came. */
    private static final class Version {
        private long count;
        private long horizon;
        private byte[] values;
    }

    private AsOfOperator(AsOfPlan plan, List<String> rowNodes) {
        this.plan = plan;
        this.rowNodes = List.copyOf(rowNodes);
    }

    public static ProcessorSupplier<Object, Object, Object, Object> supplier(AsOfPlan plan, List<String> rowNodes) {
        return OperatorSupplier.of(() -> new AsOfOperator(plan, rowNodes), () -> {
            Set<StoreBuilder<?>> stores = new HashSet<>(rows(plan).stores());
            stores.addAll(versions(plan).stores());
            stores.addAll(KeptProgress.stores(plan.name()));
            return stores;
        });
    }

    private static SortedRowsDeclaration<Kept> rows(AsOfPlan plan) {
        return new SortedRowsDeclaration<>(plan.name() + ".rows", KEPT, SortedRowsDeclaration.USUAL);
    }

    private static SortedRowsDeclaration<Version> versions(AsOfPlan plan) {
        return new SortedRowsDeclaration<>(plan.name() + ".versions", VERSION, SortedRowsDeclaration.USUAL);
    }

    @Override
    public void init(ProcessorContext<Object, Object> taskContext) {
        context = taskContext;
        outlet = Outlet.of(context, rowNodes);
        rows = SortedRows.open(context, rows(plan));
        versions = SortedRows.open(context, versions(plan));
        progress = new KeptProgress(context, plan.name(), plan.inputs());
        leftKey = new JoinKey(plan.left());
        rightKey = new JoinKey(plan.right());
        leftBytes = new RowBytes(plan.left().row());
        rightBytes = new RowBytes(plan.right().row());
        out = new StateOutput();
        versionSlice = plan.oldest().isPresent() ? Math.max(SLICE, plan.oldest().getAsLong() / SLICES) : 0;
    }

    @Override
    public void take(Object element, long timestamp) {
        switch (element) {
            case Sided sided -> {
                switch (sided.side()) {
                    case LEFT -> takeRow(sided.row(), timestamp);
                    case RIGHT -> takeVersion(sided.row(), timestamp);
                }
            }
            case Element.Watermark watermark -> {
                progress.told(watermark).ifPresent(now -> advance(now, timestamp));
                outlet.give(element, timestamp);
            }
            default -> throw new IllegalArgumentException(String.valueOf(element));
        }
    }

    private void takeRow(Element.Row row, long timestamp) {
        KeyBytes key = leftKey.of(row.values());
        if (key == null) {
            if (plan.kind().keepsLeft()) {
                give(row.values(), null, row.eventTime(), row.change().retracts(), timestamp);
            }
            return;
        }
        long time = (Long) row.values()[plan.leftTime()];
        int length = leftBytes.write(row.values());
        byte[] id = out.reset().writeSortable(time).writeRaw(leftBytes.buffer(), 0, length).toBytes();
        long slice = Math.floorDiv(time, SLICE);
        SortedRows.Entry<Kept> entry = rows.find(slice, key, id);
        if (entry == null) {
            entry = rows.create(slice, key, id, new Kept());
        }
        Kept kept = entry.value();
        kept.count += row.retracts() ? -1 : 1;
        rows.changed(entry);
        if (row.retracts()) {
            if (kept.given) {
                give(row.values(), kept.with, time, true, timestamp);
            }
            if (kept.count == 0) {
                rows.remove(entry);
            }
        } else if (kept.given) {
            give(row.values(), kept.with, time, false, timestamp);
        } else if (closed(time)) {
            kept.given = true;
            kept.with = version(time, key);
            give(row.values(), kept.with, time, false, timestamp);
        }
    }

    /** Whether every version on time for rows of a time has come. */
    private boolean closed(long time) {
        return time + LAST_MILLISECOND <= progress.watermark();
    }

    /** The bytes of the version for a row, or null. */
    private byte[] version(long time, KeyBytes key) {
        long newest = plan.match() == Match.AT_OR_BEFORE ? time : time - 1;
        long oldest = plan.oldest().isPresent() ? time - plan.oldest().getAsLong() : Long.MIN_VALUE;
        for (long slice = sliceOfVersion(newest); slice >= sliceOfVersion(oldest); slice--) {
            List<SortedRows.Entry<Version>> of = versions.rows(slice, key);
            for (int i = firstAfter(of, newest) - 1; i >= 0; i--) {
                SortedRows.Entry<Version> candidate = of.get(i);
                if (timeOf(candidate.id()) < oldest) {
                    return null;
                }
                if (candidate.value().horizon <= time) {
                    return candidate.value().values;
                }
            }
        }
        return null;
    }

    private static int firstAfter(List<SortedRows.Entry<Version>> sorted, long time) {
        int from = 0;
        int to = sorted.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (timeOf(sorted.get(middle).id()) <= time) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private long sliceOfVersion(long time) {
        return versionSlice == 0 ? 0 : Math.floorDiv(time, versionSlice);
    }

    private static long timeOf(byte[] id) {
        return new StateInput(id, 0, TIME).readSortable();
    }

    private void takeVersion(Element.Row row, long timestamp) {
        KeyBytes key = rightKey.of(row.values());
        if (key == null) {
            return;
        }
        long time = (Long) row.values()[plan.rightTime()];
        int length = rightBytes.write(row.values());
        byte[] values = Arrays.copyOf(rightBytes.buffer(), length);
        // Versions of one time stand in the total order of rows.
        RowOrder order = row.origin().sourceOrdinal() < 0
                ? RowOrder.ofComputed(row.eventTime(), values)
                : RowOrder.of(row);
        order.writeSortable(out.reset().writeSortable(time));
        byte[] id = out.toBytes();
        long slice = sliceOfVersion(time);
        SortedRows.Entry<Version> entry = versions.find(slice, key, id);
        if (entry == null) {
            entry = versions.create(slice, key, id, new Version());
            entry.value().values = values;
        }
        Version version = entry.value();
        version.horizon = row.horizon();
        version.count += row.retracts() ? -1 : 1;
        versions.changed(entry);
        if (version.count == 0) {
            versions.remove(entry);
        } else {
            forgetOlder(slice, key);
        }
        correct(time, version.horizon, key, timestamp);
    }

    /** Forgets versions that no row can be given any more, since a newer one is there for all that may come. */
    private void forgetOlder(long slice, KeyBytes key) {
        List<SortedRows.Entry<Version>> of = versions.rows(slice, key);
        long until = settled();
        if (until == PartitionClock.UNSET) {
            return;
        }
        int newest = firstAfter(of, plan.match() == Match.AT_OR_BEFORE ? until : until - 1) - 1;
        while (newest >= 0 && of.get(newest).value().horizon > until) {
            newest--;
        }
        for (int i = newest - 1; i >= 0; i--) {
            versions.remove(of.get(0));
            of = versions.rows(slice, key);
        }
    }

    /** Rows that were given before this version was known. */
    private void correct(long from, long horizon, KeyBytes key, long timestamp) {
        long first = Math.max(from, Math.max(horizon, settled()));
        if (first > progress.watermark()) {
            return;
        }
        long last = plan.oldest().isPresent()
                ? Math.min(progress.watermark(), from + plan.oldest().getAsLong())
                : progress.watermark();
        for (long slice = Math.floorDiv(first, SLICE); slice <= Math.floorDiv(last, SLICE); slice++) {
            for (SortedRows.Entry<Kept> entry : rows.rows(slice, key)) {
                if (entry.value().given) {
                    correct(entry, key, timestamp);
                }
            }
        }
    }

    /** No row that counts comes at this time or before it. */
    private long settled() {
        long horizon = progress.horizon();
        return horizon == PartitionClock.UNSET || horizon == TaskWatermark.END ? horizon : horizon - LAST_MILLISECOND;
    }

    private void correct(SortedRows.Entry<Kept> entry, KeyBytes key, long timestamp) {
        Kept kept = entry.value();
        long time = timeOf(entry.id());
        byte[] now = version(time, key);
        if (Arrays.equals(now, kept.with)) {
            return;
        }
        Object[] values = leftBytes.read(entry.id(), TIME, entry.id().length - TIME);
        for (long i = 0; i < kept.count; i++) {
            give(values, kept.with, time, true, timestamp);
            give(values, now, time, false, timestamp);
        }
        kept.with = now;
        rows.changed(entry);
    }

    private void give(Object[] values, byte[] with, long time, boolean back, long timestamp) {
        if (with == null && !plan.kind().keepsLeft()) {
            return;
        }
        int width = values.length;
        Object[] row = Arrays.copyOf(values, width + plan.right().row().fields().size());
        if (with != null) {
            System.arraycopy(rightBytes.read(with), 0, row, width, row.length - width);
        }
        outlet.give(new Element.Row(row, back ? Change.DELETE : Change.INSERT, time,
                PartitionClock.UNSET, PartitionClock.UNSET, Origin.COMPUTED), timestamp);
    }

    private void advance(Progress now, long timestamp) {
        long before = progress.watermark();
        progress.reach(now);
        if (now.watermark() > before) {
            long first = before == PartitionClock.UNSET ? Long.MIN_VALUE : sliceBefore(before);
            rows.forEach(first, Math.floorDiv(now.watermark(), SLICE), entry -> {
                Kept kept = entry.value();
                long time = timeOf(entry.id());
                if (!kept.given && closed(time)) {
                    kept.given = true;
                    kept.with = version(time, new KeyBytes(entry.key()));
                    rows.changed(entry);
                    Object[] values = leftBytes.read(entry.id(), TIME, entry.id().length - TIME);
                    for (long i = 0; i < kept.count; i++) {
                        give(values, kept.with, time, false, timestamp);
                    }
                }
            });
        }
        long passed = settled();
        rows.removeUpTo(Math.floorDiv(passed, SLICE), entry -> entry.value().given && timeOf(entry.id()) <= passed);
        if (plan.oldest().isPresent() && passed != PartitionClock.UNSET) {
            versions.removeUpTo(sliceOfVersion(passed - plan.oldest().getAsLong()) - 1, entry -> true);
        }
    }

    /** So that rows that were not closed when the watermark was there last are looked at. */
    private static long sliceBefore(long watermark) {
        return Math.floorDiv(watermark - LAST_MILLISECOND, SLICE) - 1;
    }

    private static final StateCodec<Kept> KEPT = new StateCodec<>() {
        /** Version 1: count, whether it is given, whether with a version, the version's values. */
        @Override
        public byte[] encode(Kept k) {
            StateOutput bytes = new StateOutput().writeByte(1).writeLong(k.count).writeBoolean(k.given)
                    .writeBoolean(k.with != null);
            return (k.with == null ? bytes : bytes.writeBytes(k.with)).toBytes();
        }

        @Override
        public Kept decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("a row of an as-of join", bytes, 1);
            StateInput in = new StateInput(bytes, 1, bytes.length - 1);
            Kept k = new Kept();
            k.count = in.readLong();
            k.given = in.readBoolean();
            k.with = in.readBoolean() ? in.readBytes() : null;
            return k;
        }
    };

    private static final StateCodec<Version> VERSION = new StateCodec<>() {
        /** Version 1: count, horizon, values. */
        @Override
        public byte[] encode(Version v) {
            return new StateOutput().writeByte(1).writeLong(v.count).writeSortable(v.horizon).writeBytes(v.values)
                    .toBytes();
        }

        @Override
        public Version decode(byte[] bytes) {
            UnknownLayoutException.requireVersion("a version of an as-of join", bytes, 1);
            StateInput in = new StateInput(bytes, 1, bytes.length - 1);
            Version v = new Version();
            v.count = in.readLong();
            v.horizon = in.readSortable();
            v.values = in.readBytes();
            return v;
        }
    };
}
