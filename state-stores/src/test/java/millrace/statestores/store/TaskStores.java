package millrace.statestores.store;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.UnaryOperator;
import millrace.statestores.commit.PreCommitHook;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;

/** The stores of a task, which outlive the states that are opened over them. */
final class TaskStores implements AutoCloseable {
    private final MockProcessorContext<Object, Object> context;
    private final List<StateStore> stores = new ArrayList<>();

    TaskStores(File folder) {
        context = new MockProcessorContext<>(new Properties(), new TaskId(0, 0), folder);
    }

    MockProcessorContext<Object, Object> context() {
        return context;
    }

    void add(Set<StoreBuilder<?>> builders) {
        add(builders, store -> store);
    }

    /** @param seen what states are to see in the place of a store */
    void add(Set<StoreBuilder<?>> builders, UnaryOperator<StateStore> seen) {
        for (StoreBuilder<?> builder : builders) {
            StateStore store = builder.withLoggingDisabled().build();
            store.init(context.getStateStoreContext(), store);
            context.addStateStore(seen.apply(store));
            stores.add(store);
        }
    }

    /** Writes a state back, as before a commit. */
    void writeBack(String name) {
        PreCommitHook hook = context.getStateStore(LoggedStore.hookOf(name));
        hook.flushCache();
    }

    List<Bytes> keys(String name) {
        KeyValueStore<Bytes, byte[]> store = context.getStateStore(name);
        List<Bytes> keys = new ArrayList<>();
        try (var all = store.all()) {
            all.forEachRemaining(e -> keys.add(e.key));
        }
        return keys;
    }

    @Override
    public void close() {
        stores.forEach(StateStore::close);
    }
}
