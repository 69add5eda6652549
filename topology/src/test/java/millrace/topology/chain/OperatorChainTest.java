package millrace.topology.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

class OperatorChainTest {
    /** Gives what it takes with its name behind, to others by call and to a sink as a record. */
    private static ProcessorSupplier<Object, Object, Object, Object> operator(String name, List<String> nodes,
            String sink) {
        return () -> new Operator() {
            private ProcessorContext<Object, Object> context;
            private Outlet outlet;

            @Override
            public void init(ProcessorContext<Object, Object> taskContext) {
                context = taskContext;
                outlet = Outlet.of(context, nodes);
            }

            @Override
            public void take(Object element, long timestamp) {
                outlet.give(element + name, timestamp);
                if (sink != null) {
                    context.forward(new Record<>(null, element + name, timestamp), sink);
                }
            }
        };
    }

    @Test
    void whatIsInAChainIsCalledAndWhatIsNotIsForwardedTo() {
        OperatorChain first = new OperatorChain(operator(">a", List.of("b", "c"), null));
        first.add("b", operator(">b", List.of("d"), "sink"));
        first.add("c", operator(">c", List.of("d"), null));
        OperatorChain second = new OperatorChain(operator(">d", List.of("e"), null));
        second.add("e", operator(">e", List.of(), "sink"));
        Topology topology = new Topology();
        topology.addSource("in", new StringDeserializer(), new StringDeserializer(), "in");
        topology.addProcessor("a", first.supplier(), "in");
        topology.addProcessor("d", second.supplier(), "a");
        topology.addSink("sink", "out", new StringSerializer(), new StringSerializer(), "a", "d");
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "chain");
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, settings)) {
            driver.createInputTopic("in", new StringSerializer(), new StringSerializer()).pipeInput("k", "x", 7);
            var out = driver.createOutputTopic("out", new StringDeserializer(), new StringDeserializer());
            assertThat(out.readRecordsToList()).allMatch(r -> r.timestamp() == 7).extracting(r -> r.value())
                    .containsExactly("x>a>b>d>e", "x>a>b", "x>a>c>d>e");
        }
    }
}
