package millrace.topology.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadingPaceTest {
    private final AtomicLong nanos = new AtomicLong();
    private final ReadingPace pace = new ReadingPace(1_000, nanos::get, pause -> nanos.addAndGet(pause.toNanos()));

    @Test
    void whatIsTakenIsWaitedFor() {
        pace.taken(500);
        pace.taken(1_500);
        assertThat(nanos.get()).isEqualTo(Duration.ofSeconds(2).toNanos());
    }

    @Test
    void timeInWhichNothingWasTakenIsNotSaved() {
        nanos.set(Duration.ofMinutes(1).toNanos());
        pace.taken(1_000);
        assertThat(nanos.get()).isEqualTo(Duration.ofSeconds(61).toNanos());
    }

    @Test
    void withoutALimitNobodyWaits() {
        ReadingPace.FREE.taken(Integer.MAX_VALUE);
    }
}
