package millrace.ops.observe;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

import millrace.ops.deploy.Deployment;
import millrace.topology.plan.JoinBounds;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.plan.WindowSpec;

/** What the models of a deployment come from. Pure. */
final class Upstream {
    private final Deployment deployment;
    private final Map<String, Plan> plans = new HashMap<>();
    private final Map<String, Integer> groups;

    Upstream(Deployment deployment) {
        groups = deployment.pipeline().groups();
        deployment.pipeline().models().forEach(m -> plans.put(m.name(), m.plan()));
        this.deployment = deployment;
    }

    /** The contracts whose records a model, or a contract's own table, is made of. */
    Set<String> contractsOf(String source) {
        return plans.containsKey(source) ? deployment.contractsOf(source) : Set.of(source);
    }

    /** Whether the times of two contracts wait for each other somewhere. */
    boolean areRelated(String contract, String other) {
        return groups.get(contract).equals(groups.get(other));
    }

    /**
     * How far a model is behind its sources at most even when all is computed, in microseconds: a pair of a join is of
     * the time of either of its rows.
     */
    long delay(String model) {
        Plan plan = plans.get(model);
        return plan == null ? 0 : delay(plan.root());
    }

    private long delay(PlanNode node) {
        long own = node instanceof PlanNode.Join join ? join.bounds().map(JoinBounds::span).orElse(0L) : 0;
        return own + (node instanceof PlanNode.Scan scan
                ? delay(scan.source())
                : node.inputs().stream().mapToLong(this::delay).max().orElse(0));
    }

    /** When the first window of a model ends after a moment; empty if it has none, or its windows are sessions. */
    Optional<Instant> windowAfter(String model, OptionalLong micros) {
        Plan plan = plans.get(model);
        return plan == null || micros.isEmpty() || micros.getAsLong() == Long.MAX_VALUE
                || micros.getAsLong() == Long.MIN_VALUE
                        ? Optional.empty()
                        : windowAfter(plan.root(), micros.getAsLong());
    }

    private static Optional<Instant> windowAfter(PlanNode node, long micros) {
        if (node instanceof PlanNode.Windows windows && windows.late() == PlanNode.Windows.Late.SET_ASIDE
                && windows.spec() instanceof WindowSpec.Aligned aligned) {
            long[] first = {Long.MAX_VALUE};
            aligned.forEach(micros, (start, end) -> first[0] = Math.min(first[0], end));
            return first[0] == Long.MAX_VALUE ? Optional.empty() : Optional.of(Why.instant(first[0]));
        }
        return node.inputs().stream().flatMap(i -> windowAfter(i, micros).stream()).min(Instant::compareTo);
    }
}
