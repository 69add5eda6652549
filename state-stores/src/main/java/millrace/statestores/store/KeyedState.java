package millrace.statestores.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import millrace.statestores.commit.PreCommitHook;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * A small keyed state: every value lives on the heap, and what changed is written to a logged store before each commit,
 * so a change per row costs no more than a flag. After a restart it holds exactly what the last commit held.
 *
 * <p>
 * Opened anew in each {@code init} of its processor: Kafka Streams revives a failed task by calling {@code init} again on
 * the same object, and anything kept over it would count aborted work twice.
 */
public final class KeyedState<K, V> {
    private final StateDeclaration<K, V> declaration;
    private final KeyValueStore<Bytes, byte[]> store;
    private final Map<K, Cell<V>> cells = new HashMap<>();
    private final List<Change<K, V>> changes = new ArrayList<>();

    private KeyedState(StateDeclaration<K, V> declaration, KeyValueStore<Bytes, byte[]> store) {
        this.declaration = declaration;
        this.store = store;
    }

    public static <K, V> KeyedState<K, V> open(ProcessorContext<?, ?> context, StateDeclaration<K, V> declaration) {
        KeyedState<K, V> state = new KeyedState<>(declaration, context.getStateStore(declaration.name()));
        try (var all = state.store.all()) {
            while (all.hasNext()) {
                var entry = all.next();
                K key = declaration.keys().decode(entry.key.get());
                state.cell(key).value = declaration.values().decode(entry.value);
            }
        }
        PreCommitHook.register(context, declaration.hook(), state::writeBack);
        return state;
    }

    /** The place of a key's value; the same object for the life of this state. */
    public Cell<V> cell(K key) {
        return cells.computeIfAbsent(key, k -> new Cell<>(cell -> changes.add(new Change<>(k, cell))));
    }

    public void forEach(BiConsumer<K, V> action) {
        cells.forEach((key, cell) -> {
            if (cell.value != null) {
                action.accept(key, cell.value);
            }
        });
    }

    private void writeBack() {
        // Only after rows were processed is there a record context, without which a logged put fails; no changes, no put.
        for (Change<K, V> change : changes) {
            V value = change.cell().value;
            store.put(Bytes.wrap(declaration.keys().encode(change.key())),
                    value == null ? null : declaration.values().encode(value));
            change.cell().changed = false;
        }
        changes.clear();
    }

    private record Change<K, V>(K key, Cell<V> cell) {}

    /** One value, or null. */
    public static final class Cell<V> {
        private final Consumer<Cell<V>> onChange;
        private V value;
        private boolean changed;

        private Cell(Consumer<Cell<V>> onChange) {
            this.onChange = onChange;
        }

        public V get() {
            return value;
        }

        /** Null removes the value. */
        public void set(V newValue) {
            value = newValue;
            touch();
        }

        /** Says that a value which can change in place has changed. */
        public void touch() {
            if (!changed) {
                changed = true;
                onChange.accept(this);
            }
        }
    }
}
