package millrace.statestores.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import millrace.statestores.codec.Codecs;
import millrace.statestores.codec.UnknownLayoutException;
import millrace.statestores.commit.PreCommitHook;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyedStateTest {
    private static final StateDeclaration<String, Long> COUNTS = new StateDeclaration<>("counts", Codecs.TEXT,
            Codecs.LONG);

    private final MockProcessorContext<Object, Object> context = new MockProcessorContext<>();
    private KeyValueStore<Bytes, byte[]> store;
    private PreCommitHook hook;

    @BeforeEach
    void declare() {
        for (StoreBuilder<?> builder : COUNTS.stores()) {
            StateStore built = builder.withLoggingDisabled().build();
            built.init(context.getStateStoreContext(), built);
            context.addStateStore(built);
        }
        store = context.getStateStore("counts");
        hook = context.getStateStore("counts-hook");
    }

    @Test
    void holdsAfterARestartWhatTheLastCommitHeld() {
        KeyedState<String, Long> state = open();
        state.cell("a").set(1L);
        state.cell("b").set(2L);
        hook.flushCache();
        state.cell("a").set(7L);
        state.cell("b").set(null);
        assertThat(contents(open())).as("uncommitted changes are gone").isEqualTo(Map.of("a", 1L, "b", 2L));
        state = open();
        state.cell("b").set(null);
        hook.flushCache();
        assertThat(contents(open())).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void writesWhatChangedOncePerCommit() {
        KeyedState<String, Long> state = open();
        for (long n = 0; n < 1000; n++) {
            state.cell("a").set(n);
        }
        assertThat(store.approximateNumEntries()).isZero();
        hook.flushCache();
        assertThat(Codecs.LONG.decode(store.get(Bytes.wrap(Codecs.TEXT.encode("a"))))).isEqualTo(999);
        store.delete(Bytes.wrap(Codecs.TEXT.encode("a")));
        hook.flushCache();
        assertThat(store.approximateNumEntries()).as("nothing changed, nothing is written").isZero();
    }

    @Test
    void refusesALayoutOfANewerRelease() {
        byte[] bytes = Codecs.LONG.encode(4L);
        bytes[0] = 9;
        store.put(Bytes.wrap(Codecs.TEXT.encode("a")), bytes);
        assertThatThrownBy(this::open).isInstanceOf(UnknownLayoutException.class)
                .hasMessageContaining("layout 9, this release reads up to 1");
    }

    private KeyedState<String, Long> open() {
        return KeyedState.open(context, COUNTS);
    }

    private static Map<String, Long> contents(KeyedState<String, Long> state) {
        Map<String, Long> contents = new HashMap<>();
        state.forEach(contents::put);
        return contents;
    }
}
