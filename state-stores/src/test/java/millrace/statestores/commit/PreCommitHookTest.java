package millrace.statestores.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

/**
 * What the hook relies on in Kafka Streams, whose public interface does not promise it. Run on every new version. What
 * only a real cluster shows is not asked here.
 */
class PreCommitHookTest {
    private final List<String> events = new ArrayList<>();

    @Test
    void runsAfterTheRecordsAndItsWritesReachTheChangelogOfTheSameCommit() {
        try (TopologyTestDriver driver = driver(false)) {
            var in = driver.createInputTopic("in", new StringSerializer(), new StringSerializer());
            in.pipeInput("a", "1");
            assertThat(events).containsExactly("process a", "hook");
            in.pipeInput("b", "2");
            assertThat(events).containsExactly("process a", "hook", "process b", "hook");
            var log = driver.createOutputTopic("app-counts-changelog", new StringDeserializer(),
                    new LongDeserializer());
            assertThat(log.readValuesToList()).containsExactly(1L, 2L);
        }
    }

    @Test
    void isQuietAfterTheTaskIsClosed() {
        TopologyTestDriver driver = driver(false);
        driver.createInputTopic("in", new StringSerializer(), new StringSerializer()).pipeInput("a", "1");
        driver.close();
        assertThat(events.subList(2, events.size())).isSubsetOf("hook");
    }

    @Test
    void aTaskThatProcessedNothingIsNotAsked() {
        driver(false).close();
        assertThat(events).isEmpty();
    }

    @Test
    void refusesToForward() {
        try (TopologyTestDriver driver = driver(true)) {
            var in = driver.createInputTopic("in", new StringSerializer(), new StringSerializer());
            assertThatThrownBy(() -> in.pipeInput("a", "1")).isInstanceOf(StreamsException.class)
                    .hasStackTraceContaining("Current node is unknown");
        }
    }

    @Test
    void isNothingOnceItsTaskIsAStandby() {
        PreCommitHook hook = PreCommitHook.builder("hook").build();
        var context = new MockProcessorContext<>();
        context.addStateStore(hook);
        PreCommitHook.register(context, "hook", () -> events.add("hook"));
        hook.flushCache();
        hook.clearCache();
        hook.flushCache();
        assertThat(events).containsExactly("hook");
    }

    private TopologyTestDriver driver(boolean forwards) {
        Topology topology = new Topology();
        topology.addSource("in", new StringDeserializer(), new StringDeserializer(), "in");
        topology.addProcessor("count", new ProcessorSupplier<String, String, String, String>() {
            @Override
            public Processor<String, String, String, String> get() {
                return new Counting(forwards);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("counts"), Serdes.String(),
                        Serdes.Long()), PreCommitHook.builder("counts-hook"));
            }
        }, "in");
        topology.addSink("out", "out", new StringSerializer(), new StringSerializer(), "count");
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        return new TopologyTestDriver(topology, config);
    }

    private final class Counting implements Processor<String, String, String, String> {
        private boolean forwards;
        private long count;

        Counting(boolean forwards) {
            this.forwards = forwards;
        }

        @Override
        public void init(ProcessorContext<String, String> context) {
            KeyValueStore<String, Long> counts = context.getStateStore("counts");
            PreCommitHook.register(context, "counts-hook", () -> {
                events.add("hook");
                counts.put("all", count);
                if (forwards) {
                    forwards = false;
                    context.forward(new Record<>("k", "v", 0));
                }
            });
        }

        @Override
        public void process(Record<String, String> record) {
            events.add("process " + record.key());
            count++;
        }
    }
}
