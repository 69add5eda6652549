package millrace.statestores.store;

import java.util.Set;
import millrace.statestores.commit.PreCommitHook;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** What stands behind a state: a store with a changelog topic, and the hook by which it is filled before each commit. */
final class LoggedStore {
    private LoggedStore() {}

    /** In RocksDB. */
    static Set<StoreBuilder<?>> onDisk(String name) {
        return builders(Stores.persistentKeyValueStore(name), name);
    }

    static Set<StoreBuilder<?>> onHeap(String name) {
        return builders(Stores.inMemoryKeyValueStore(name), name);
    }

    private static Set<StoreBuilder<?>> builders(KeyValueBytesStoreSupplier store, String name) {
        return Set.of(Stores.keyValueStoreBuilder(store, Serdes.Bytes(), Serdes.ByteArray()),
                PreCommitHook.builder(hookOf(name)));
    }

    /** The name of a store's hook. */
    static String hookOf(String name) {
        return name + "-hook";
    }
}
