package millrace.statestores.store;

import java.util.Set;
import millrace.statestores.codec.StateCodec;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * A keyed state that an operator keeps.
 *
 * @param name of the store; part of the name of its changelog topic, so it must never change for the same state
 */
public record StateDeclaration<K, V>(String name, StateCodec<K> keys, StateCodec<V> values) {

    /** What the processor's supplier must list: the logged store, and the hook that fills it. */
    public Set<StoreBuilder<?>> stores() {
        return LoggedStore.onHeap(name);
    }

    String hook() {
        return LoggedStore.hookOf(name);
    }
}
