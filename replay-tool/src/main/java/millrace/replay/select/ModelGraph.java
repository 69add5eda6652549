package millrace.replay.select;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

/** What reads what: contracts and models by name, without circles. */
public final class ModelGraph {
    private final SortedMap<String, SortedSet<String>> inputs = new TreeMap<>();
    private final SortedMap<String, SortedSet<String>> readers = new TreeMap<>();
    private final SortedSet<String> models = new TreeSet<>();

    private ModelGraph() {}

    public static ModelGraph of(Collection<Plan> plans) {
        ModelGraph graph = new ModelGraph();
        for (Plan plan : plans) {
            graph.models.add(plan.model());
            graph.add(plan.model());
            graph.collect(plan.model(), plan.root());
        }
        return graph;
    }

    private void add(String name) {
        inputs.computeIfAbsent(name, n -> new TreeSet<>());
        readers.computeIfAbsent(name, n -> new TreeSet<>());
    }

    private void collect(String model, PlanNode node) {
        if (node instanceof PlanNode.Scan scan) {
            add(scan.source());
            inputs.get(model).add(scan.source());
            readers.get(scan.source()).add(model);
        }
        node.inputs().forEach(input -> collect(model, input));
    }

    /** Contracts that are read, and all models. */
    public Set<String> names() {
        return inputs.keySet();
    }

    public SortedSet<String> models() {
        return new TreeSet<>(models);
    }

    /** What a name is computed from, at most so many steps away, itself not among it. */
    public SortedSet<String> upstream(String name, int steps) {
        return reached(name, steps, inputs::get);
    }

    /** What is computed from a name, at most so many steps away, itself not among it. */
    public SortedSet<String> downstream(String name, int steps) {
        return reached(name, steps, readers::get);
    }

    private static SortedSet<String> reached(String name, int steps, Function<String, ? extends Set<String>> next) {
        Map<String, Integer> found = new TreeMap<>();
        SortedSet<String> edge = new TreeSet<>(Set.of(name));
        for (int step = 0; step < steps && !edge.isEmpty(); step++) {
            SortedSet<String> beyond = new TreeSet<>();
            edge.forEach(n -> beyond.addAll(next.apply(n)));
            beyond.removeAll(found.keySet());
            int distance = step;
            beyond.forEach(n -> found.put(n, distance));
            edge = beyond;
        }
        return new TreeSet<>(found.keySet());
    }
}
