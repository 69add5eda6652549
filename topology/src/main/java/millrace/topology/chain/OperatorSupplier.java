package millrace.topology.chain;

import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** Makes an operator for each task, and says which stores it has. */
public final class OperatorSupplier implements ProcessorSupplier<Object, Object, Object, Object> {
    private final Supplier<Operator> operators;
    private final Supplier<Set<StoreBuilder<?>>> stores;

    private OperatorSupplier(Supplier<Operator> operators, Supplier<Set<StoreBuilder<?>>> stores) {
        this.operators = operators;
        this.stores = stores;
    }

    /** @param stores asked for each time, as builders serve one topology */
    public static OperatorSupplier of(Supplier<Operator> operators, Supplier<Set<StoreBuilder<?>>> stores) {
        return new OperatorSupplier(operators, stores);
    }

    @Override
    public Processor<Object, Object, Object, Object> get() {
        return operators.get();
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
        return stores.get();
    }
}
