package millrace.topology.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.time.TimeEntry;
import org.junit.jupiter.api.Test;

class AdmissionsTest {
    private static final Admissions TWO = Admissions.of(List.of(new TimeEntry.Admission("t", 0, 20, 100, 200),
            new TimeEntry.Admission("t", 0, 10, 300, 400), new TimeEntry.Admission("t", 1, 99, 0, 999),
            new TimeEntry.Admission("other", 0, 99, 0, 999)), "t", 0);

    @Test
    void aRowCountsBeforeTheOffsetIfItIsOfTheStretch() {
        assertThat(TWO.admit(9, 300)).isTrue();
        assertThat(TWO.admit(10, 300)).as("behind its stretch").isFalse();
        assertThat(TWO.admit(9, 400)).as("the end is not meant").isFalse();
        assertThat(TWO.admit(19, 100)).isTrue();
        assertThat(TWO.admit(0, 99)).isFalse();
        assertThat(Admissions.NONE.admit(0, 100)).isFalse();
    }

    @Test
    void timeWaitsForTheLastRecordOfAStretch() {
        assertThat(TWO.latest(0)).isEqualTo(100);
        assertThat(TWO.latest(19)).isEqualTo(100);
        assertThat(TWO.latest(20)).isEqualTo(TaskWatermark.END);
        assertThat(Admissions.NONE.latest(0)).isEqualTo(TaskWatermark.END);
    }

    @Test
    void whatMayBeToldNeverGoesBackAndNeverPassesARowThatCounts() {
        long seed = Long.getLong("millrace.seed", 20261201);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<TimeEntry.Admission> all = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                long from = random.nextInt(50);
                all.add(new TimeEntry.Admission("t", 0, 1 + random.nextInt(30), from, from + 1 + random.nextInt(20)));
            }
            Admissions admissions = Admissions.of(all, "t", 0);
            long told = Long.MIN_VALUE;
            for (long offset = 0; offset < 32; offset++) {
                long time = random.nextInt(80);
                long at = offset;
                assertThat(admissions.admit(offset, time)).as("seed %d", seed).isEqualTo(all.stream()
                        .anyMatch(a -> at < a.offset() && time >= a.from() && time < a.to()));
                assertThat(admissions.latest(offset)).as("seed %d", seed).isGreaterThanOrEqualTo(told);
                told = admissions.latest(offset);
                if (admissions.admit(offset, time)) {
                    assertThat(told).as("seed %d", seed).isLessThanOrEqualTo(time);
                }
            }
        }
    }
}
