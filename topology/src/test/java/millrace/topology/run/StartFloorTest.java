package millrace.topology.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.apache.kafka.streams.processor.internals.ProcessorMetadata;
import org.apache.kafka.streams.processor.internals.TopicPartitionMetadata;
import org.junit.jupiter.api.Test;

class StartFloorTest {
    @Test
    void aFloorIsReadBack() {
        for (long floor : new long[] {0, -5, 1_793_000_000_000_000L}) {
            assertThat(StartFloor.read(StartFloor.write(OptionalLong.of(floor)))).contains(floor);
        }
        assertThat(StartFloor.read(StartFloor.write(OptionalLong.empty()))).isEmpty();
    }

    @Test
    void kafkaStreamsReadsItAsATimeThatIsNotKnown() {
        var read = TopicPartitionMetadata.decode(StartFloor.write(OptionalLong.of(7)));
        assertThat(read).isEqualTo(TopicPartitionMetadata.decode(""));
        assertThat(read.partitionTime()).isEqualTo(-1);
    }

    @Test
    void whatOthersHaveWrittenIsNone() {
        assertThat(StartFloor.read(null)).isEmpty();
        assertThat(StartFloor.read("moved by hand")).isEmpty();
        assertThat(StartFloor.read("AQ==")).isEmpty();
        for (long time : new long[] {-1, 7}) {
            assertThat(StartFloor.read(new TopicPartitionMetadata(time, new ProcessorMetadata()).encode())).isEmpty();
        }
    }
}
