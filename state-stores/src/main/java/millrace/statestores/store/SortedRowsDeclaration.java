package millrace.statestores.store;

import java.util.Set;
import millrace.statestores.codec.StateCodec;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * {@link SortedRows} that an operator keeps.
 *
 * @param name of the store; part of the name of its changelog topic, so it must never change for the same state
 * @param mostOnHeap rows and keys of one task, counted together, beyond which the heap forgets what the store holds
 */
public record SortedRowsDeclaration<V>(String name, StateCodec<V> values, int mostOnHeap) {
    /** Two hundred thousand rows and keys of usual size are some fifty megabytes. */
    public static final int USUAL = 200_000;

    public SortedRowsDeclaration(String name, StateCodec<V> values) {
        this(name, values, USUAL);
    }

    /** What the processor's supplier must list: the logged store, and the hook that fills it. */
    public Set<StoreBuilder<?>> stores() {
        return LoggedStore.onDisk(name);
    }

    String hook() {
        return LoggedStore.hookOf(name);
    }
}
