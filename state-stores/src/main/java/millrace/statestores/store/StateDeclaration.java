package millrace.statestores.store;

import java.util.Set;
import millrace.statestores.codec.StateCodec;
import millrace.statestores.commit.PreCommitHook;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * A keyed state that an operator keeps.
 *
 * @param name of the store; part of the name of its changelog topic, so it must never change for the same state
 */
public record StateDeclaration<K, V>(String name, StateCodec<K> keys, StateCodec<V> values) {

    /** What the processor's supplier must list: the logged store, and the hook that fills it. */
    public Set<StoreBuilder<?>> stores() {
        return Set.of(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.Bytes(),
                Serdes.ByteArray()), PreCommitHook.builder(hook()));
    }

    String hook() {
        return name + "-hook";
    }
}
