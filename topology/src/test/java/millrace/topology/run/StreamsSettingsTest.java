package millrace.topology.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import millrace.statestores.rocksdb.StateMemory;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class StreamsSettingsTest {
    private static final RunSettings PLAIN = RunSettings.of("localhost:9092", Path.of("state"));

    @Test
    void changelogsAndProducersTakeTheLargestState() {
        StreamsConfig config = new StreamsConfig(StreamsSettings.of("web", PLAIN));
        assertThat(config.originalsWithPrefix("topic.")).containsEntry("max.message.bytes", "33554432");
        Map<String, Object> producer = config.getProducerConfigs("client");
        assertThat(producer).containsEntry("max.request.size", "33554432");
        assertThat(Integer.parseInt(producer.get("buffer.memory").toString()))
                .as("room for it behind others").isGreaterThan(33554432);
    }

    @Test
    void storesShareTheMemoryOfTheProcess() {
        assertThat(StreamsSettings.of("web", PLAIN)).containsEntry("rocksdb.config.setter",
                StateMemory.class.getName()).containsEntry(StateMemory.BUDGET, Long.toString(256L << 20));
    }

    @Test
    void whatAUserGivesGoesOverOursButNotOverCorrectness() {
        Properties settings = StreamsSettings.of("web", PLAIN.withStreams(Map.of("topic.max.message.bytes", "1000",
                "num.standby.replicas", "1", "processing.guarantee", "at_least_once")));
        assertThat(settings).containsEntry("topic.max.message.bytes", "1000")
                .containsEntry("num.standby.replicas", "1").containsEntry("processing.guarantee", "exactly_once_v2");
    }
}
