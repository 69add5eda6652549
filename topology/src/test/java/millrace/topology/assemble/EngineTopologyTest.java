package millrace.topology.assemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.reflect.Field;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.internals.InternalTopologyBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What topics of the engine's own rely on in Kafka Streams, whose public interface does not promise it. */
class EngineTopologyTest {
    private static final String NAME = "m.at.0" + EngineTopology.SUFFIX;

    @TempDir
    File state;

    /** Says on which side of the exchange a value was. */
    private static final class Says extends ContextualProcessor<String, String, String, String> {
        private final String what;

        private Says(String what) {
            this.what = what;
        }

        @Override
        public void process(Record<String, String> record) {
            context().forward(record.withValue(record.value() + " " + what));
        }
    }

    @Test
    void rowsComeOutBehindTheExchange() {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, state.getPath());
        try (TopologyTestDriver driver = new TopologyTestDriver(topology(), config, Instant.EPOCH)) {
            driver.createInputTopic("in", new StringSerializer(), new StringSerializer()).pipeInput("k", "v");
            assertThat(driver.createOutputTopic("out", new StringDeserializer(), new StringDeserializer())
                    .readKeyValuesToList()).singleElement().satisfies(kv -> {
                        assertThat(kv.key).isEqualTo("k");
                        assertThat(kv.value).isEqualTo("v before behind");
                    });
            assertThat(driver.producedTopicNames()).as("named after the application").contains("app-" + NAME);
        }
    }

    @Test
    void itHasThePartitionsThatWereAskedForAndIsInternal() throws ReflectiveOperationException {
        Topology topology = topology();
        Field field = Topology.class.getDeclaredField("internalTopologyBuilder");
        field.setAccessible(true);
        InternalTopologyBuilder builder = (InternalTopologyBuilder) field.get(topology);
        builder.setApplicationId("app");
        builder.buildTopology();
        var infos = builder.subtopologyToTopicsInfo().values();
        assertThat(infos).hasSize(2).anySatisfy(info -> {
            assertThat(info.repartitionSourceTopics).containsOnlyKeys("app-" + NAME);
            var topic = info.repartitionSourceTopics.get("app-" + NAME);
            assertThat(topic.numberOfPartitions()).contains(7);
            assertThat(topic.hasEnforcedNumberOfPartitions()).as("Streams must not choose another").isTrue();
            assertThat(topic.properties(Map.of(), 0)).as("kept until Streams has read it")
                    .containsEntry("retention.ms", "-1").containsEntry("cleanup.policy", "delete");
        }).anySatisfy(info -> assertThat(info.sinkTopics).containsExactly("app-" + NAME));
    }

    @Test
    void itSplitsTheTopologyInTwo() {
        TopologyDescription described = topology().describe();
        assertThat(described.subtopologies()).hasSize(2);
        assertThat(described.toString()).contains("exchange-sink (topic: " + NAME + ")",
                "exchange-topic (topics: [" + NAME + "])");
    }

    private static Topology topology() {
        EngineTopology topology = new EngineTopology();
        topology.addInternalTopic(NAME, 7);
        topology.addSource("in", new StringDeserializer(), new StringDeserializer(), "in");
        topology.addProcessor("below", () -> new Says("before"), "in");
        topology.addSink("exchange-sink", NAME, new StringSerializer(), new StringSerializer(), "below");
        topology.addSource(AutoOffsetReset.earliest(), "exchange-topic", new StringDeserializer(),
                new StringDeserializer(), NAME);
        topology.addProcessor("above", () -> new Says("behind"), "exchange-topic");
        topology.addSink("out", "out", new StringSerializer(), new StringSerializer(), "above");
        return topology;
    }
}
