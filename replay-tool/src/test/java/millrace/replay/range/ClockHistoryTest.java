package millrace.replay.range;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import org.junit.jupiter.api.Test;

class ClockHistoryTest {
    private static final long DISORDER = 10;

    @Test
    void itHasWhatTheJournalAndTheWatermarksSayOfTheTopic() {
        ClockHistory history = ClockHistory.of("web.clicks", "id", DISORDER,
                List.of(new TimeEntry.Checkpoint("id", 0, 100, 1_000), new TimeEntry.Checkpoint("other", 0, 50, 5_000),
                        new TimeEntry.Floor("id", 0, 200, 1_990), new TimeEntry.Widening("id", 1, 0, 490),
                        new TimeEntry.Revision("id", 0, 7, "text")),
                List.of(new TaskWatermark("web.clicks", 0, 2, 2_990, 0, 300),
                        new TaskWatermark("gold.hourly", 0, 2, 9_000, 0, -1)));
        assertThat(history.of(0)).isEqualTo(Map.of(100L, 1_000L, 200L, 2_000L, 300L, 3_000L));
        assertThat(history.of(1)).isEqualTo(Map.of(0L, 500L));
        assertThat(history.of(2)).isEmpty();
    }

    @Test
    void behindAnEndMarkerItIsTheEndOfTime() {
        assertThat(ClockHistory.of("t", "id", DISORDER, List.of(),
                List.of(new TaskWatermark("t", 0, 1, TaskWatermark.END, TaskWatermark.END, 42))).of(0))
                .isEqualTo(Map.of(42L, TaskWatermark.END));
    }

    @Test
    void aClockDoesNotGoBack() {
        assertThat(ClockHistory.of("t", "id", DISORDER,
                List.of(new TimeEntry.Floor("id", 0, 100, 1_990), new TimeEntry.Checkpoint("id", 0, 200, 1_500)),
                List.of()).of(0)).isEqualTo(Map.of(100L, 2_000L, 200L, 2_000L));
    }
}
