package millrace.topology.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class StartOffsetsTest {
    private static final TopicPartition A = new TopicPartition("clicks", 0);
    private static final TopicPartition B = new TopicPartition("clicks", 1);

    @Test
    void whatWasNeverReadBeginsAtTheStart() {
        assertThat(StartOffsets.decide(Map.of(A, 5L, B, 0L), Map.of(A, 9L, B, 0L), Map.of()))
                .isEqualTo(new StartOffsets.Begin(Map.of(A, 5L, B, 0L)));
        assertThat(StartOffsets.decide(Map.of(A, 5L, B, 0L), Map.of(A, 9L, B, 0L), Map.of(A, 7L)))
                .isEqualTo(new StartOffsets.Begin(Map.of(B, 0L)));
    }

    @Test
    void whatTheTopicStillHoldsGoesOn() {
        assertThat(StartOffsets.decide(Map.of(A, 5L), Map.of(A, 9L), Map.of(A, 5L)))
                .isEqualTo(new StartOffsets.Ready());
        assertThat(StartOffsets.decide(Map.of(A, 5L), Map.of(A, 9L), Map.of(A, 9L)))
                .isEqualTo(new StartOffsets.Ready());
    }

    @Test
    void aGapIsSaidAndNotPassedOver() {
        assertThat(StartOffsets.decide(Map.of(A, 5L, B, 3L), Map.of(A, 9L, B, 4L), Map.of(B, 2L)))
                .isInstanceOfSatisfying(StartOffsets.Expired.class, e -> {
                    assertThat(e.problem().code()).isEqualTo(RunProblem.STREAM_RECORDS_EXPIRED);
                    assertThat(e.problem().message())
                            .isEqualTo(
                                    "Partition 1 of clicks goes on at offset 2, but the topic holds offsets 3 to 4.");
                });
        assertThat(StartOffsets.decide(Map.of(A, 5L), Map.of(A, 9L), Map.of(A, 10L)))
                .isInstanceOf(StartOffsets.Expired.class);
    }
}
