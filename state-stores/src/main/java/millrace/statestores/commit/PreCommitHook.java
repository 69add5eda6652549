package millrace.statestores.commit;

import java.util.Map;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * A store without data that exists to be called: Kafka Streams flushes the caches of a task's stores just before it
 * flushes the producer and commits the transaction, also when the task is revoked or closed cleanly. Whatever the
 * action writes to stores belongs to that commit. It may write to stores only; forwarding rows is refused there.
 *
 * <p>
 * A task that is closed after a failure may call the action as well, but what it writes is aborted with the
 * transaction. There is no public hook of this kind, so this one class leans on an internal interface
 * ({@link CachedStateStore}); {@code PreCommitHookTest} holds what it relies on against the Kafka version in use.
 */
public final class PreCommitHook implements StateStore, CachedStateStore<Object, Object> {
    private static final Runnable NOTHING = () -> {
    };

    private final String name;
    private boolean open;
    private Runnable action = NOTHING;

    private PreCommitHook(String name) {
        this.name = name;
    }

    /** Sets what is done before each commit; called from a processor's {@code init}. */
    public static void register(ProcessorContext<?, ?> context, String name, Runnable action) {
        PreCommitHook hook = context.getStateStore(name);
        hook.action = action;
    }

    public static StoreBuilder<PreCommitHook> builder(String name) {
        return new Builder(name);
    }

    @Override
    public void flushCache() {
        action.run();
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        // Streams wants every store registered; an unlogged one is never restored.
        context.register(root, (key, value) -> {
        });
        open = true;
    }

    @Override
    public void close() {
        open = false;
        action = NOTHING;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean setFlushListener(CacheFlushListener<Object, Object> listener, boolean sendOldValues) {
        return false;
    }

    /** Called when the task becomes a standby or ceases to be one: what its operators had on the heap is let go. */
    @Override
    public void clearCache() {
        action = NOTHING;
    }

    private record Builder(String name) implements StoreBuilder<PreCommitHook> {
        @Override
        public PreCommitHook build() {
            return new PreCommitHook(name);
        }

        @Override
        public StoreBuilder<PreCommitHook> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<PreCommitHook> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<PreCommitHook> withLoggingEnabled(Map<String, String> config) {
            return this;
        }

        @Override
        public StoreBuilder<PreCommitHook> withLoggingDisabled() {
            return this;
        }

        @Override
        public Map<String, String> logConfig() {
            return Map.of();
        }

        @Override
        public boolean loggingEnabled() {
            return false;
        }
    }
}
