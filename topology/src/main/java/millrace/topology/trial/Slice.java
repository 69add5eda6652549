package millrace.topology.trial;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import millrace.topology.assemble.Pipeline;
import millrace.topology.plan.PlanNode;

/** The part of a pipeline that one model is computed by: itself, the models it reads, and their contracts. */
final class Slice {
    private Slice() {}

    static Pipeline of(Pipeline whole, String model) {
        Map<String, Pipeline.PlannedModel> byName = new HashMap<>();
        whole.models().forEach(m -> byName.put(m.name(), m));
        Set<String> models = new HashSet<>();
        Set<String> contracts = new HashSet<>();
        collect(byName, model, models, contracts);
        return new Pipeline(whole.name(),
                whole.contracts().stream().filter(c -> contracts.contains(c.name())).toList(),
                whole.models().stream().filter(m -> models.contains(m.name())).toList(), whole.aggregates());
    }

    private static void collect(Map<String, Pipeline.PlannedModel> byName, String model, Set<String> models,
            Set<String> contracts) {
        if (models.add(model)) {
            scans(byName, byName.get(model).plan().root(), models, contracts);
        }
    }

    private static void scans(Map<String, Pipeline.PlannedModel> byName, PlanNode node, Set<String> models,
            Set<String> contracts) {
        if (node instanceof PlanNode.Scan scan) {
            switch (scan.kind()) {
                case CONTRACT -> contracts.add(scan.source());
                case MODEL -> collect(byName, scan.source(), models, contracts);
            }
        }
        for (PlanNode input : List.copyOf(node.inputs())) {
            scans(byName, input, models, contracts);
        }
    }
}
