package millrace.schemas.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimeEntryTest {
    @Test
    void whatIsWrittenIsRead() {
        for (TimeEntry entry : List.of(new TimeEntry.Floor("AAA", 3, 118_204, -5),
                new TimeEntry.Checkpoint("AAA", 0, 0, Long.MAX_VALUE), new TimeEntry.Revision("AAA", 1, 7, "9f3c"),
                new TimeEntry.Widening("AAA", 9, 0, 12), new TimeEntry.Admission("AAA", 1, 99, -7, 12))) {
            assertThat(TimeEntry.of(entry.key(), entry.value())).contains(entry);
        }
    }

    @Test
    void whatIsNotUnderstoodIsPassedOver() {
        assertThat(TimeEntry.of(bytes("floor/AAA/1"), bytes("v1 watermark=1"))).isEmpty();
        assertThat(TimeEntry.of(bytes("floor/AAA/1/2/3"), bytes("v1 watermark=1"))).isEmpty();
        assertThat(TimeEntry.of(bytes("admission/AAA/1/2"), bytes("v1 from=1 to=2"))).isEmpty();
        assertThat(TimeEntry.of(bytes("admission/AAA/1/2/3"), bytes("v1 from=1"))).isEmpty();
        assertThat(TimeEntry.of(bytes("floor/AAA/1/2"), bytes("v2 watermark=1"))).isEmpty();
        assertThat(TimeEntry.of(bytes("floor/AAA/1/2"), bytes("v1 clock=1"))).isEmpty();
        assertThat(TimeEntry.of(bytes("ceiling/AAA/1/2"), bytes("v1 watermark=1"))).isEmpty();
        assertThat(TimeEntry.of(bytes("floor/AAA/1/2"), null)).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
