package millrace.schemas.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class CompleteThroughTest {
    private final CompleteThrough through = new CompleteThrough("web.silver.clicks");

    @Test
    void nothingIsCompleteWhileATaskIsSilent() {
        observe(0, 2, 100);
        assertThat(through.candidate()).isEmpty();
        assertThat(through.silent()).isEqualTo(Set.of(1));
        observe(1, 2, 80);
        assertThat(through.candidate()).isEqualTo(OptionalLong.of(80));
    }

    @Test
    void completeOnlyAtOrPastTheEndsThatWereAskedForAfterTheWatermark() {
        observe(0, 1, 100);
        through.await(100, Map.of(0, 7L, 1, 3L));
        assertThat(through.at(Map.of(0, 7L, 1, 2L))).isEmpty();
        assertThat(through.at(Map.of(0, 7L))).isEmpty();
        assertThat(through.at(Map.of(0, 8L, 1, 3L))).isEqualTo(OptionalLong.of(100));
        assertThat(through.candidate()).as("the same watermark is not awaited again").isEmpty();
    }

    @Test
    void anEmptyPartitionIsReachedFromTheStart() {
        observe(0, 1, TaskWatermark.END);
        through.await(TaskWatermark.END, Map.of(0, 4L, 1, 0L));
        assertThat(through.at(Map.of(0, 4L))).isEqualTo(OptionalLong.of(TaskWatermark.END));
    }

    @Test
    void aNewTaskHoldsTheNextAnswerBackAndNeverTheLast() {
        observe(0, 1, 100);
        through.await(100, Map.of(0, 1L));
        assertThat(through.at(Map.of(0, 1L))).isEqualTo(OptionalLong.of(100));
        observe(0, 2, 200);
        assertThat(through.candidate()).isEmpty();
        assertThat(through.at(Map.of(0, 9L))).isEqualTo(OptionalLong.of(100));
        observe(1, 2, 50);
        assertThat(through.candidate()).as("not back to 50").isEmpty();
    }

    @Test
    void aReaderFarBehindKeepsWhatItReachesFirstAndTheNewest() {
        for (long w = 1; w <= 100; w++) {
            observe(0, 1, w);
            through.await(w, Map.of(0, w));
        }
        assertThat(through.at(Map.of(0, 1L))).isEqualTo(OptionalLong.of(1));
        assertThat(through.at(Map.of(0, 50L))).isEqualTo(OptionalLong.of(15));
        assertThat(through.at(Map.of(0, 100L))).isEqualTo(OptionalLong.of(100));
    }

    @Test
    void aWatermarkIsReadBackAsWritten() {
        for (TaskWatermark w : new TaskWatermark[] {new TaskWatermark("a.b/c", 3, 8, 17, -4, -1),
                new TaskWatermark("t", 0, 1, TaskWatermark.END, TaskWatermark.END, 12)}) {
            assertThat(TaskWatermark.of(w.key(), w.value())).contains(w);
        }
        assertThat(TaskWatermark.of("t/0".getBytes(StandardCharsets.UTF_8), new byte[] {1, 2})).isEmpty();
        assertThat(
                TaskWatermark.of("t/0".getBytes(StandardCharsets.UTF_8), "v1 tasks=1".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void onlyARecordWithoutValueAndWithTheHeaderIsAnEnd() {
        var marker = EndMarker.record("t", 0);
        assertThat(EndMarker.isEnd(marker.value(), marker.headers())).isTrue();
        assertThat(EndMarker.isEnd(new byte[0], marker.headers())).isFalse();
        assertThat(EndMarker.isEnd(null, new RecordHeaders())).isFalse();
    }

    private void observe(int task, int tasks, long watermark) {
        through.observe(new TaskWatermark("web.silver.clicks", task, tasks, watermark, watermark, -1));
        through.observe(new TaskWatermark("web.other", task, 9, 1, 1, -1));
    }
}
