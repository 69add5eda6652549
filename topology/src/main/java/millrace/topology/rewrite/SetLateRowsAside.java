package millrace.topology.rewrite;

import java.util.List;
import millrace.topology.plan.JoinBounds;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.PlanNode.Windows.Late;

/**
 * Below something that closes windows, a row that comes too late for its window is set aside; where nothing does, it
 * is as good as any other. So is a row that comes to a join too late for what the join remembers.
 *
 * <pre>
 * aggregate by page, window_end         aggregate by page, window_end
 *   windows tumble, late rows kept  ->    windows tumble, late rows set aside
 * </pre>
 */
final class SetLateRowsAside {
    private SetLateRowsAside() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root, node -> switch (node) {
            case PlanNode.Join j when j.bounds().isPresent() -> j
                    .withInputs(List.of(new PlanNode.OnTime(j.left(), j.bounds().get().left()),
                            new PlanNode.OnTime(j.right(), j.bounds().get().right())));
            case PlanNode.AsOfJoin j -> j.withInputs(List
                    .of(new PlanNode.OnTime(j.left(), new JoinBounds.Moment(j.leftTime(), 0)), j.right()));
            default -> closesWindows(node)
                    ? node.withInputs(node.inputs().stream().map(SetLateRowsAside::below).toList())
                    : node;
        });
    }

    private static boolean closesWindows(PlanNode node) {
        return switch (node) {
            case PlanNode.Aggregate a -> a.windowEnd().isPresent();
            case PlanNode.TopN t -> t.windowEnd().isPresent();
            default -> false;
        };
    }

    private static PlanNode below(PlanNode node) {
        return switch (node) {
            case PlanNode.Windows w -> new PlanNode.Windows(w.input(), w.spec(), w.timeColumn(), Late.SET_ASIDE,
                    w.rowType());
            // Windows below are closed by this one.
            case PlanNode.Aggregate a -> a;
            case PlanNode.AsOfJoin j -> j.withInputs(List.of(below(j.left()), j.right()));
            case PlanNode.TopN t when t.windowEnd().isPresent() -> t;
            default -> node.withInputs(node.inputs().stream().map(SetLateRowsAside::below).toList());
        };
    }
}
