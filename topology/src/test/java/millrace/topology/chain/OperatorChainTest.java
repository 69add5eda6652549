package millrace.topology.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
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

    /** What gets the records of a topic: gives each word of a value, and the value again when time has passed. */
    private static ProcessorSupplier<Object, Object, Object, Object> reader(List<String> nodes) {
        return () -> new Processor<>() {
            private Outlet outlet;
            private Object value;

            @Override
            public void init(ProcessorContext<Object, Object> context) {
                outlet = Outlet.of(context, nodes);
                context.schedule(Duration.ofMillis(1), PunctuationType.WALL_CLOCK_TIME, now -> {
                    if (value != null) {
                        outlet.give(value, now);
                    }
                });
            }

            @Override
            public void process(Record<Object, Object> record) {
                value = record.value();
                for (String word : record.value().toString().split(" ")) {
                    outlet.give(word, record.timestamp());
                }
            }
        };
    }

    /** Gives all that came together as one. */
    private static ProcessorSupplier<Object, Object, Object, Object> gatherer(String sink) {
        return () -> new Operator() {
            private final List<Object> held = new ArrayList<>();
            private ProcessorContext<Object, Object> context;

            @Override
            public void init(ProcessorContext<Object, Object> taskContext) {
                context = taskContext;
            }

            @Override
            public void take(Object element, long timestamp) {
                held.add(element);
            }

            @Override
            public void delivered() {
                if (!held.isEmpty()) {
                    context.forward(new Record<>(null, held.toString(), 0), sink);
                    held.clear();
                }
            }
        };
    }

    @Test
    void whatIsInAChainIsCalledAndWhatIsNotIsForwardedTo() {
        OperatorChain first = new OperatorChain(reader(List.of("a")));
        first.add("a", operator(">a", List.of("b", "c"), null));
        first.add("b", operator(">b", List.of("d"), "sink"));
        first.add("c", operator(">c", List.of("d"), null));
        OperatorChain second = new OperatorChain(operator(">d", List.of("e"), null));
        second.add("e", operator(">e", List.of(), "sink"));
        Topology topology = new Topology();
        topology.addSource("in", new StringDeserializer(), new StringDeserializer(), "in");
        topology.addProcessor("reader", first.supplier(), "in");
        topology.addProcessor("d", second.supplier(), "reader");
        topology.addSink("sink", "out", new StringSerializer(), new StringSerializer(), "reader", "d");
        try (TopologyTestDriver driver = driver(topology)) {
            driver.createInputTopic("in", new StringSerializer(), new StringSerializer()).pipeInput("k", "x", 7);
            assertThat(out(driver).readRecordsToList()).allMatch(r -> r.timestamp() == 7).extracting(r -> r.value())
                    .containsExactly("x>a>b>d>e", "x>a>b", "x>a>c>d>e");
        }
    }

    @Test
    void whatCameTogetherIsKnownToHaveComeInEveryChainBehind() {
        OperatorChain first = new OperatorChain(reader(List.of("a", "near")));
        first.add("a", operator("", List.of("b"), null));
        first.add("near", gatherer("sink"));
        OperatorChain second = new OperatorChain(operator("", List.of("c"), null));
        OperatorChain third = new OperatorChain(operator("", List.of("far"), null));
        third.add("far", gatherer("sink"));
        Topology topology = new Topology();
        topology.addSource("in", new StringDeserializer(), new StringDeserializer(), "in");
        topology.addProcessor("reader", first.supplier(), "in");
        topology.addProcessor("b", second.supplier(), "reader");
        topology.addProcessor("c", third.supplier(), "b");
        topology.addSink("sink", "out", new StringSerializer(), new StringSerializer(), "reader", "c");
        try (TopologyTestDriver driver = driver(topology)) {
            driver.createInputTopic("in", new StringSerializer(), new StringSerializer()).pipeInput("k", "x y", 7);
            assertThat(out(driver).readValuesToList()).containsExactly("[x, y]", "[x, y]");
            driver.advanceWallClockTime(Duration.ofMillis(1));
            assertThat(out(driver).readValuesToList()).containsExactly("[x y]", "[x y]");
        }
    }

    private static TopologyTestDriver driver(Topology topology) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "chain");
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        return new TopologyTestDriver(topology, settings);
    }

    private static TestOutputTopic<String, String> out(TopologyTestDriver driver) {
        return driver.createOutputTopic("out", new StringDeserializer(), new StringDeserializer());
    }
}
