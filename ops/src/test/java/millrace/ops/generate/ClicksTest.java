package millrace.ops.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import millrace.ops.generate.Clicks.Click;
import millrace.ops.generate.Clicks.Fault;
import org.junit.jupiter.api.Test;

class ClicksTest {
    private static final Clicks CLICKS = new Clicks(42, Duration.ofSeconds(5), 0.05, 0.02, 0.01, 0.8);

    @Test
    void aRecordIsAFunctionOfSeedAndNumberWhateverWasAskedBefore() {
        Click late = new Clicks(42, Duration.ofSeconds(5), 0.05, 0.02, 0.01, 0.8).record(99_999);
        LongStream.range(0, 1_000).forEach(CLICKS::record);
        assertThat(CLICKS.record(99_999)).isEqualTo(late);
        assertThat(new Clicks(43, Duration.ofSeconds(5), 0.05, 0.02, 0.01, 0.8).record(99_999)).isNotEqualTo(late);
    }

    @Test
    void theSharesAskedForAreThere() {
        List<Click> clicks = LongStream.range(0, 100_000).mapToObj(CLICKS::record).toList();
        assertThat(clicks.stream().filter(c -> c.original() != c.number()).count()).isBetween(4_000L, 5_500L);
        assertThat(clicks.stream().filter(c -> c.fault() != Fault.NONE).count()).isBetween(800L, 1_200L);
        assertThat(clicks.stream().filter(c -> c.behind().toMinutes() >= 10).count()).isBetween(1_700L, 2_300L);
        assertThat(clicks.stream().map(Click::fault).distinct()).containsExactlyInAnyOrder(Fault.values());
    }

    @Test
    void aRepeatIsTheSameEventAndEveryOtherEventIsItsOwn() {
        List<Click> clicks = LongStream.range(0, 20_000).mapToObj(CLICKS::record).toList();
        for (Click c : clicks) {
            Click original = CLICKS.record(c.original());
            assertThat(original.original()).as("a repeat of a repeat at %s", c.number()).isEqualTo(c.original());
            assertThat(c.eventId()).isEqualTo(original.eventId());
        }
        List<UUID> ids = clicks.stream().filter(c -> c.original() == c.number()).map(Click::eventId).toList();
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void everySessionIsAnnouncedBeforeItsFirstClickAndOneAfterTheOther() {
        long announced = -1;
        for (long n = 0; n < 200_000; n += 7) {
            long now = Clicks.sessionsBy(n);
            assertThat(now).isGreaterThanOrEqualTo(announced).isLessThanOrEqualTo(n == 0 ? 1_000 : announced + 1);
            announced = now;
            assertThat(Long.parseLong(CLICKS.record(n).session().substring(2))).isLessThanOrEqualTo(announced);
        }
        assertThat(LongStream.range(0, 1_000).filter(s -> Assignments.arm(42, s).equals("control")).count())
                .isBetween(400L, 600L);
    }
}
