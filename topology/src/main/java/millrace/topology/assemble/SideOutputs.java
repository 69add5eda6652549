package millrace.topology.assemble;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import millrace.topology.operator.QuarantineRoutes;
import millrace.topology.origin.SourceTopic;
import millrace.topology.quarantine.QuarantineTarget;
import millrace.topology.route.RoutedKey;
import millrace.topology.route.RoutedPartitioner;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;

/**
 * The topics that steps write beside their rows: quarantines and late rows. Every region has sink nodes of its own for
 * them, since a node that two regions share would make them one.
 */
final class SideOutputs {
    private record Sink(String topic, List<String> writers) {}

    private final Map<Integer, SourceTopic> sources = new HashMap<>();
    private final Map<Integer, QuarantineTarget> bySource = new HashMap<>();
    private final Map<String, QuarantineTarget> byModel = new HashMap<>();
    private final Map<String, Sink> sinks = new TreeMap<>();

    /** @param target whose node is the name in every region's own form */
    void addSource(SourceTopic source, QuarantineTarget target) {
        sources.put(source.ordinal(), source);
        bySource.put(source.ordinal(), target);
    }

    void addModel(String model, QuarantineTarget target) {
        byModel.put(model, target);
    }

    /** The quarantine of one source, for the step that reads it. */
    QuarantineTarget ofSource(int ordinal, Step step) {
        return in(step, bySource.get(ordinal));
    }

    /** Where a step of a model sends what it refuses. */
    QuarantineRoutes routes(String model, Step step) {
        Map<Integer, QuarantineRoutes.Source> routes = new HashMap<>();
        for (int ordinal : step.origins) {
            routes.put(ordinal, new QuarantineRoutes.Source(sources.get(ordinal), in(step, bySource.get(ordinal))));
        }
        Optional<QuarantineTarget> own = Optional.ofNullable(byModel.get(model)).filter(t -> step.computed)
                .map(t -> in(step, t));
        return new QuarantineRoutes(routes, own);
    }

    Map<Integer, SourceTopic> sources(Step step) {
        Map<Integer, SourceTopic> found = new HashMap<>();
        step.origins.forEach(o -> found.put(o, sources.get(o)));
        return found;
    }

    /** The region's node that writes a topic, of which the step is a writer now. */
    String node(Step step, String name, String topic) {
        String node = step.region.node(name);
        List<String> writers = sinks.computeIfAbsent(node, n -> new Sink(topic, new ArrayList<>())).writers();
        if (!writers.contains(step.name)) {
            writers.add(step.name);
        }
        return node;
    }

    private QuarantineTarget in(Step step, QuarantineTarget target) {
        return new QuarantineTarget(target.sourceTopic(), target.topic(), node(step, target.node(), target.topic()),
                target.schemaId(), target.largestRecord());
    }

    /** @param nodeOf gives the node that a step is in */
    void addTo(Topology topology, UnaryOperator<String> nodeOf) {
        sinks.forEach((node, sink) -> topology.addSink(node, sink.topic(), RoutedKey.serializer(),
                new ByteArraySerializer(), new RoutedPartitioner(),
                sink.writers().stream().map(nodeOf).distinct().toArray(String[]::new)));
    }
}
