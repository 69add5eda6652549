package millrace.topology.reach;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

/** How many topics of the engine's own a row goes through on its way from a contract's record to a model's row. */
public final class Exchanges {
    private final Map<String, Plan> models;

    private Exchanges(Collection<Plan> all) {
        models = all.stream().collect(Collectors.toMap(Plan::model, Function.identity()));
    }

    /**
     * At most, on the longest way to any of some models.
     *
     * @param all models that there are
     */
    public static int before(Collection<String> wanted, Collection<Plan> all) {
        Exchanges exchanges = new Exchanges(all);
        return wanted.stream().mapToInt(m -> exchanges.before(exchanges.models.get(m).root())).max().orElse(0);
    }

    private int before(PlanNode node) {
        int here = node instanceof PlanNode.Exchange ? 1 : 0;
        int read = node instanceof PlanNode.Scan scan && models.containsKey(scan.source())
                ? before(models.get(scan.source()).root())
                : 0;
        return here + Math.max(read, node.inputs().stream().mapToInt(this::before).max().orElse(0));
    }
}
