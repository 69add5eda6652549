package millrace.topology.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class StartOffsetsTest {
    private static final TopicPartition A = new TopicPartition("clicks", 0);
    private static final TopicPartition B = new TopicPartition("clicks", 1);

    @Test
    void whatWasNeverReadBeginsAtTheStart() {
        assertThat(decide(Map.of(A, 5L, B, 0L), Map.of(A, 9L, B, 0L), Map.of()))
                .isEqualTo(new StartOffsets.Begin(Map.of(A, 5L, B, 0L)));
        assertThat(decide(Map.of(A, 5L, B, 0L), Map.of(A, 9L, B, 0L), Map.of(A, 7L)))
                .isEqualTo(new StartOffsets.Begin(Map.of(B, 0L)));
    }

    @Test
    void whatTheTopicStillHoldsGoesOn() {
        assertThat(decide(Map.of(A, 5L), Map.of(A, 9L), Map.of(A, 5L)))
                .isEqualTo(new StartOffsets.Ready());
        assertThat(decide(Map.of(A, 5L), Map.of(A, 9L), Map.of(A, 9L)))
                .isEqualTo(new StartOffsets.Ready());
    }

    @Test
    void aPartitionThatWasAddedBeginsWhereTheSlowestOfItsTopicIs() {
        TopicPartition c = new TopicPartition("clicks", 2);
        TopicPartition other = new TopicPartition("views", 1);
        assertThat(StartOffsets.starts(Map.of(c, 3L, other, 0L), Set.of(A, B), Map.of(A, 70L, B, 60L)))
                .isEqualTo(Map.of(c, new Topics.Start(3, OptionalLong.of(60)), other,
                        new Topics.Start(0, OptionalLong.empty())));
        assertThat(StartOffsets.starts(Map.of(c, 0L), Set.of(B), Map.of(A, 60L)))
                .as("those that were read had no time yet")
                .isEqualTo(Map.of(c, new Topics.Start(0, OptionalLong.empty())));
    }

    @Test
    void aGapIsSaidAndNotPassedOver() {
        assertThat(decide(Map.of(A, 5L, B, 3L), Map.of(A, 9L, B, 4L), Map.of(B, 2L)))
                .isInstanceOfSatisfying(StartOffsets.Expired.class, e -> {
                    assertThat(e.problem().code()).isEqualTo(RunProblem.STREAM_RECORDS_EXPIRED);
                    assertThat(e.problem().message())
                            .isEqualTo(
                                    "Partition 1 of clicks goes on at offset 2, but the topic holds offsets 3 to 4.");
                });
        assertThat(decide(Map.of(A, 5L), Map.of(A, 9L), Map.of(A, 10L)))
                .isInstanceOf(StartOffsets.Expired.class);
    }

    @Test
    void aPartitionThatIsReadInPartBeginsWhereItIsSaid() {
        assertThat(StartOffsets.decide(Map.of(A, 5L, B, 0L), Map.of(A, 9L, B, 9L), Map.of(), Map.of(A, 7L)))
                .isEqualTo(new StartOffsets.Begin(Map.of(A, 7L, B, 0L)));
        assertThat(StartOffsets.decide(Map.of(A, 5L), Map.of(A, 9L), Map.of(A, 8L), Map.of(A, 7L)))
                .isEqualTo(new StartOffsets.Ready());
        assertThat(StartOffsets.decide(Map.of(A, 5L), Map.of(A, 9L), Map.of(), Map.of(A, 4L)))
                .isInstanceOf(StartOffsets.Expired.class);
    }

    private static StartOffsets decide(Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends,
            Map<TopicPartition, Long> committed) {
        return StartOffsets.decide(begins, ends, committed, Map.of());
    }
}
