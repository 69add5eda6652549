package millrace.topology.chain;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Operators that are one node to Kafka Streams. A forward from node to node costs it a record, a context and several
 * lookups, for every row; a call costs nothing. What leaves the chain is forwarded as ever.
 *
 * <p>
 * Kafka Streams calls a task with many records at once, or because it is time. After each such call every operator that it
 * may have reached is told so, in the chains behind too, by {@link Operator#delivered}.
 */
public final class OperatorChain {
    private final ProcessorSupplier<?, ?, ?, ?> head;
    private final Map<String, ProcessorSupplier<?, ?, ?, ?>> others = new LinkedHashMap<>();

    /**
     * @param head gets what comes to the chain: the records of a topic, or as an {@link Operator} what other chains give
     */
    public OperatorChain(ProcessorSupplier<?, ?, ?, ?> head) {
        this.head = head;
    }

    /** Adds an operator behind those that it gets something from; what its supplier gives is an {@link Operator}. */
    public void add(String name, ProcessorSupplier<?, ?, ?, ?> supplier) {
        others.put(name, supplier);
    }

    public ProcessorSupplier<Object, Object, Object, Object> supplier() {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<Object, Object, Object, Object> get() {
                Map<String, Operator> operators = new LinkedHashMap<>();
                others.forEach((name, supplier) -> operators.put(name, (Operator) supplier.get()));
                return new Chained(head.get(), operators);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                Set<StoreBuilder<?>> stores = new HashSet<>(storesOf(head));
                others.values().forEach(supplier -> stores.addAll(storesOf(supplier)));
                return stores;
            }
        };
    }

    private static Set<StoreBuilder<?>> storesOf(ProcessorSupplier<?, ?, ?, ?> supplier) {
        return supplier.stores() == null ? Set.of() : supplier.stores();
    }

    /** What a chain says to those behind it, between elements. */
    private enum Signal {
        DELIVERED
    }

    private static final class Chained implements Processor<Object, Object, Object, Object> {
        private final Processor<Object, Object, Object, Object> head;
        private final Map<String, Operator> operators;
        private ChainContext context;

        /** A node gets what its parents give: to the head this is what its types say. */
        @SuppressWarnings("unchecked")
        Chained(Processor<?, ?, ?, ?> head, Map<String, Operator> operators) {
            this.head = (Processor<Object, Object, Object, Object>) head;
            this.operators = operators;
        }

        @Override
        public void init(ProcessorContext<Object, Object> task) {
            context = new ChainContext(task, new HashMap<>(operators), this::delivered);
            head.init(context);
            operators.values().forEach(operator -> operator.init(context));
        }

        @Override
        public void process(Record<Object, Object> record) {
            if (record.value() == Signal.DELIVERED) {
                delivered();
            } else if (head instanceof Operator operator) {
                // Of another chain, which says when it has given everything.
                operator.take(record.value(), record.timestamp());
            } else {
                head.process(record);
                delivered();
            }
        }

        private void delivered() {
            if (head instanceof Operator operator) {
                operator.delivered();
            }
            operators.values().forEach(Operator::delivered);
            for (String chain : context.chainsBehind()) {
                context.forward(new Record<>(null, Signal.DELIVERED, 0), chain);
            }
        }

        @Override
        public void close() {
            head.close();
            operators.values().forEach(Processor::close);
        }
    }
}
