package millrace.topology.chain;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Where an operator's rows and watermarks go. Serves one task, since the last time the operator was initialised. */
public final class Outlet {
    private interface Target {
        void take(Object element, long timestamp);
    }

    private final Target[] targets;

    private Outlet(Target[] targets) {
        this.targets = targets;
    }

    /** @param nodes that get them; an operator's other children are sinks of their own kind */
    public static Outlet of(ProcessorContext<Object, Object> context, List<String> nodes) {
        return new Outlet(nodes.stream().map(node -> target(context, node)).toArray(Target[]::new));
    }

    private static Target target(ProcessorContext<Object, Object> context, String node) {
        if (context instanceof ChainContext chain) {
            Optional<Operator> chained = chain.operator(node);
            if (chained.isPresent()) {
                return chained.get()::take;
            }
            chain.leadsTo(node);
        }
        return (element, timestamp) -> context.forward(new Record<>(null, element, timestamp), node);
    }

    public void give(Object element, long timestamp) {
        for (Target target : targets) {
            target.take(element, timestamp);
        }
    }
}
