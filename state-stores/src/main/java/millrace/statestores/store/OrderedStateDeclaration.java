package millrace.statestores.store;

import java.util.Set;
import millrace.statestores.codec.StateCodec;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * An {@link OrderedState} that an operator keeps.
 *
 * @param name of the store; part of the name of its changelog topic, so it must never change for the same state
 * @param mostOnHeap entries of one task beyond which the heap forgets what the store holds
 */
public record OrderedStateDeclaration<V>(String name, StateCodec<V> values, int mostOnHeap) {
    /** A hundred thousand small values are some ten megabytes. */
    public static final int USUAL = 100_000;

    public OrderedStateDeclaration(String name, StateCodec<V> values) {
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
