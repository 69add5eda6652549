package millrace.topology.operator;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import millrace.topology.chain.Outlet;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.origin.Origin;
import millrace.topology.time.PartitionClock;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Rows of groups whose window is still open, given out now and then on a way of their own. The wall clock decides when, so
 * nobody may build on them but the model's topic, where the final row takes the place of the last early one: each group
 * remembers that, and it is taken back before the final row is given. Serves one task.
 *
 * @param <P> where a group is found again
 */
final class EarlyResults<P> {
    /** Beyond so many changed groups all that are open are looked at. */
    private static final int MOST_REMEMBERED = 100_000;

    /** What an operator knows of its groups. */
    interface Groups<P> {
        /** Looks at one group, if it is still there. */
        void at(P place, long timestamp);

        /** Looks at every group whose window is open. */
        void all(long timestamp);
    }

    private final Optional<EarlyPlan> plan;
    private final Outlet outlet;
    private final RowBytes bytes;
    private final Set<P> changed = new LinkedHashSet<>();
    /** After a restart nobody knows which groups have changed since they were given last. */
    private boolean anyMayHaveChanged = true;

    EarlyResults(Optional<EarlyPlan> plan, ProcessorContext<Object, Object> context, Groups<P> groups) {
        this.plan = plan;
        outlet = Outlet.of(context, plan.map(EarlyPlan::nodes).orElse(List.of()));
        bytes = plan.map(p -> new RowBytes(p.rowType())).orElse(null);
        plan.ifPresent(p -> context.schedule(p.every(), PunctuationType.WALL_CLOCK_TIME,
                timestamp -> giveOut(groups, timestamp)));
    }

    boolean wanted() {
        return plan.isPresent();
    }

    /** Says that a group has changed since it was given last. */
    void changed(P place) {
        if (!anyMayHaveChanged) {
            changed.add(place);
            anyMayHaveChanged = changed.size() > MOST_REMEMBERED;
        }
    }

    private void giveOut(Groups<P> groups, long timestamp) {
        if (anyMayHaveChanged) {
            groups.all(timestamp);
        } else {
            changed.forEach(place -> groups.at(place, timestamp));
        }
        changed.clear();
        anyMayHaveChanged = false;
    }

    /**
     * Lets a row take the place of what was given early of a group.
     *
     * @param row null if the group has none
     * @return whether the group has changed by that
     */
    boolean give(Group group, Object[] row, long timestamp) {
        byte[] before = group.early();
        byte[] now = row == null ? null : bytesOf(row);
        if (Arrays.equals(before, now)) {
            return false;
        }
        if (before != null) {
            give(bytes.read(before), now == null ? Change.DELETE : Change.UPDATE_BEFORE, timestamp);
        }
        if (now != null) {
            give(row, before == null ? Change.INSERT : Change.UPDATE_AFTER, timestamp);
        }
        group.giveEarly(now);
        return true;
    }

    /** Takes back what was given early of a group, before its final row is given; null if it has none. */
    void settle(Group group, Object[] row, long timestamp) {
        byte[] before = group.early();
        if (before == null) {
            return;
        }
        if (row == null || !Arrays.equals(before, bytesOf(row))) {
            give(bytes.read(before), Change.DELETE, timestamp);
        }
        group.giveEarly(null);
    }

    /** Null for a row that cannot be written: the final one will be refused for it. */
    private byte[] bytesOf(Object[] row) {
        try {
            int length = bytes.write(row);
            return Arrays.copyOf(bytes.buffer(), length);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void give(Object[] row, Change change, long timestamp) {
        outlet.give(new Element.Row(row, change, plan.orElseThrow().time().of(row), PartitionClock.UNSET,
                PartitionClock.UNSET, Origin.COMPUTED), timestamp);
    }
}
