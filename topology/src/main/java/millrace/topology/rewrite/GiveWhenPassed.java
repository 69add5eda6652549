package millrace.topology.rewrite;

import millrace.topology.plan.EventTimeColumns;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.SortColumn;

/**
 * Where OVER is ordered by the event time, a row's result is final once time has passed it.
 *
 * <pre>
 * over ordered by ts, changes as rows come  ->  over ordered by ts, given out when time has passed it
 * </pre>
 */
public final class GiveWhenPassed {
    private GiveWhenPassed() {}

    /** @param times of what is read; a contract says which of its columns is the event time */
    public static PlanNode apply(PlanNode root, EventTimeColumns times) {
        return Rewrites.bottomUp(root,
                node -> node instanceof PlanNode.OverAggregate o && isByEventTime(o, times)
                        ? new PlanNode.OverAggregate(o.input(), o.keys(), o.order(), o.calls(),
                                PlanNode.OverAggregate.Giving.WHEN_PASSED, o.rowType())
                        : node);
    }

    private static boolean isByEventTime(PlanNode.OverAggregate o, EventTimeColumns times) {
        return o.order().size() == 1 && o.order().get(0).direction() == SortColumn.Direction.ASCENDING
                && times.of(o.input()).contains(o.order().get(0).column());
    }
}
