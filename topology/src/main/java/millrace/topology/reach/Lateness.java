package millrace.topology.reach;

import java.util.Collection;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

/**
 * Which records count however late they come. What is given out for a stretch of time is settled once the clocks have
 * passed it by the allowed lateness, but only if every record meets a step on its way that sets late rows aside.
 */
public final class Lateness {
    private final Map<String, Plan> models;
    private final SortedSet<String> found = new TreeSet<>();

    private Lateness(Collection<Plan> all) {
        models = all.stream().collect(Collectors.toMap(Plan::model, Function.identity()));
    }

    /** Whether a step sets rows aside that come too late for it. */
    public static boolean isMindedBy(PlanNode node) {
        return switch (node) {
            case PlanNode.PartialSession sessions -> true;
            case PlanNode.OnTime onTime -> true;
            case PlanNode.Deduplicate deduplicate -> true;
            case PlanNode.Versions versions -> true;
            case PlanNode.OverAggregate over -> over.giving() == PlanNode.OverAggregate.Giving.WHEN_PASSED;
            case PlanNode.Windows windows -> windows.late() == PlanNode.Windows.Late.SET_ASIDE;
            default -> false;
        };
    }

    /**
     * The contracts of whose records some reach a model without a step on their way that would set late ones aside.
     *
     * @param all models that there are, the model among them
     */
    public static SortedSet<String> takesAllOf(Plan plan, Collection<Plan> all) {
        Lateness lateness = new Lateness(all);
        lateness.visit(plan.root());
        return lateness.found;
    }

    private void visit(PlanNode node) {
        if (isMindedBy(node)) {
            return;
        }
        if (node instanceof PlanNode.Scan scan) {
            Plan model = models.get(scan.source());
            if (model == null) {
                found.add(scan.source());
            } else {
                visit(model.root());
            }
        }
        node.inputs().forEach(this::visit);
    }
}
