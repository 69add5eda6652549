package millrace.topology.kit;

import java.io.File;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import millrace.statestores.commit.PreCommitHook;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * A task whose stores outlive its operators, as in Kafka Streams: operators in a row, which can be committed, made anew
 * over what the last commit held, and thrown back to it.
 */
public final class TaskLife implements AutoCloseable {
    /** The node by which each operator of the row names the one behind it. What goes elsewhere has come out. */
    public static final String NEXT = "next";

    /** What came out of the row, and at which node. */
    public record Out(String node, Record<?, ?> record) {}

    private static final class Place {
        private final ProcessorSupplier<Object, Object, Object, Object> supplier;
        private final Map<String, StateStore> stores = new TreeMap<>();
        private Processor<Object, Object, Object, Object> operator;
        private MockProcessorContext<Object, Object> context;

        private Place(ProcessorSupplier<Object, Object, Object, Object> supplier) {
            this.supplier = supplier;
        }
    }

    private final TaskId task;
    private final File folder;
    private final List<Place> places = new ArrayList<>();
    private Map<String, Map<Bytes, byte[]>> committed = new HashMap<>();
    private long now;

    /**
     * @param task the number of the task
     * @param folder of this task alone
     */
    @SuppressWarnings("unchecked")
    public TaskLife(int task, File folder, long now, List<ProcessorSupplier<?, ?, ?, ?>> row) {
        this.task = new TaskId(0, task);
        this.folder = folder;
        this.now = now;
        row.forEach(s -> places.add(new Place((ProcessorSupplier<Object, Object, Object, Object>) s)));
        restore();
        for (Place place : places) {
            if (place.supplier.stores() == null) {
                continue;
            }
            for (StoreBuilder<?> builder : place.supplier.stores()) {
                StateStore store = builder.withLoggingDisabled().build();
                store.init(place.context.getStateStoreContext(), store);
                place.stores.put(store.name(), store);
            }
        }
        restore();
        commit();
    }

    /** Gives a record to the first operator. */
    public List<Out> process(Record<?, ?> record, int partition, long offset) {
        places.forEach(p -> p.context.setRecordMetadata("topic", partition, offset));
        List<Out> out = new ArrayList<>();
        run(0, record, out);
        return out;
    }

    /** Lets time pass, so that every punctuation is due. */
    public List<Out> passTime(long millis) {
        now += millis;
        List<Out> out = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            var context = places.get(i).context;
            context.setCurrentSystemTimeMs(now);
            for (var scheduled : List.copyOf(context.scheduledPunctuators())) {
                if (scheduled.getType() == PunctuationType.WALL_CLOCK_TIME && !scheduled.cancelled()) {
                    scheduled.getPunctuator().punctuate(now);
                    passOn(i, out);
                }
            }
        }
        return out;
    }

    private void run(int index, Record<?, ?> record, List<Out> out) {
        @SuppressWarnings("unchecked")
        Record<Object, Object> given = (Record<Object, Object>) record;
        places.get(index).operator.process(given);
        passOn(index, out);
    }

    private void passOn(int index, List<Out> out) {
        var context = places.get(index).context;
        var forwarded = List.copyOf(context.forwarded());
        context.resetForwards();
        for (var one : forwarded) {
            String node = one.childName().orElse("");
            if (node.equals(NEXT) && index + 1 < places.size()) {
                run(index + 1, one.record(), out);
            } else {
                out.add(new Out(node, one.record()));
            }
        }
    }

    /** What the operators hold goes to their stores. */
    public void commit() {
        flush();
        committed = contents();
    }

    /** The same without keeping what it held, for measurements: it cannot be thrown back to. */
    void flushOnly() {
        flush();
    }

    /** New operators over the stores, as after a restart or on another machine. */
    public void restore() {
        places.forEach(p -> p.operator = p.supplier.get());
        revive();
    }

    /** The transaction fails before anything was written: the same operators begin again from the last commit. */
    public void abort() {
        revive();
    }

    /** The transaction fails after the stores were written: they are what the last commit held, as the changelog says. */
    public void abortAfterFlush() {
        flush();
        var now = contents();
        places.forEach(p -> p.stores.forEach((name, store) -> {
            if (store instanceof KeyValueStore<?, ?>) {
                KeyValueStore<Bytes, byte[]> of = plain(store);
                now.get(name).keySet().forEach(of::delete);
                committed.getOrDefault(name, Map.of()).forEach(of::put);
            }
        }));
        revive();
    }

    /** How many entries a store has. */
    public int size(String store) {
        return contents().get(store).size();
    }

    private void flush() {
        places.forEach(p -> p.stores.values().forEach(store -> {
            if (store instanceof PreCommitHook hook) {
                hook.flushCache();
            }
        }));
    }

    private void revive() {
        for (Place place : places) {
            place.context = new MockProcessorContext<>(new Properties(), task, folder);
            place.context.setCurrentSystemTimeMs(now);
            place.stores.values().forEach(place.context::addStateStore);
            if (!place.stores.isEmpty() || place.supplier.stores() == null) {
                place.operator.init(place.context);
            }
        }
    }

    private Map<String, Map<Bytes, byte[]>> contents() {
        Map<String, Map<Bytes, byte[]>> all = new HashMap<>();
        places.forEach(p -> p.stores.forEach((name, store) -> {
            if (store instanceof KeyValueStore<?, ?>) {
                Map<Bytes, byte[]> entries = new TreeMap<>();
                try (var iterator = plain(store).all()) {
                    iterator.forEachRemaining(e -> entries.put(e.key, e.value));
                }
                all.put(name, entries);
            }
        }));
        return all;
    }

    @SuppressWarnings("unchecked")
    private static KeyValueStore<Bytes, byte[]> plain(StateStore store) {
        return (KeyValueStore<Bytes, byte[]>) store;
    }

    @Override
    public void close() {
        places.forEach(p -> p.stores.values().forEach(StateStore::close));
    }
}
