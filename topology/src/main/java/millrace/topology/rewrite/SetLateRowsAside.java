package millrace.topology.rewrite;

import millrace.topology.plan.PlanNode;
import millrace.topology.plan.PlanNode.Windows.Late;

/**
 * Below something that closes windows, a row that comes too late for its window is set aside; where nothing does, it
 * is as good as any other.
 *
 * <pre>
 * aggregate by page, window_end         aggregate by page, window_end
 *   windows tumble, late rows kept  ->    windows tumble, late rows set aside
 * </pre>
 */
final class SetLateRowsAside {
    private SetLateRowsAside() {}

    static PlanNode apply(PlanNode root) {
        return Rewrites.bottomUp(root, node -> node instanceof PlanNode.Aggregate a && a.windowEnd().isPresent()
                ? a.withInputs(a.inputs().stream().map(SetLateRowsAside::below).toList())
                : node);
    }

    private static PlanNode below(PlanNode node) {
        return switch (node) {
            case PlanNode.Windows w -> new PlanNode.Windows(w.input(), w.spec(), w.timeColumn(), Late.SET_ASIDE,
                    w.rowType());
            // Windows below are closed by this one.
            case PlanNode.Aggregate a -> a;
            default -> node.withInputs(node.inputs().stream().map(SetLateRowsAside::below).toList());
        };
    }
}
