package millrace.replay.range;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ClockRangeTest {
    private final TreeMap<Long, Long> checkpoints = new TreeMap<>();

    @Test
    void itBeginsAtTheLastCheckpointBeforeWhichNothingCounts() {
        checkpoints.put(100L, 10L);
        checkpoints.put(200L, 19L);
        checkpoints.put(300L, 20L);
        assertThat(ClockRange.of(checkpoints, 7, 20, 30, OptionalLong.of(5)))
                .isEqualTo(new ClockRange(200, OptionalLong.of(19), OptionalLong.empty()));
        assertThat(ClockRange.of(checkpoints, 7, 10, 30, OptionalLong.of(5)).start()).isEqualTo(7);
        assertThat(ClockRange.of(checkpoints, 7, 10, 30, OptionalLong.of(5)).clock()).isEmpty();
    }

    @Test
    void itEndsWhereTheRestWouldBeLate() {
        checkpoints.put(100L, 34L);
        checkpoints.put(200L, 35L);
        checkpoints.put(300L, 80L);
        assertThat(ClockRange.of(checkpoints, 0, 20, 30, OptionalLong.of(5)).end()).hasValue(200);
        assertThat(ClockRange.of(checkpoints, 0, 20, 30, OptionalLong.empty()).end()).isEmpty();
    }

    @Test
    void noRecordThatCountsIsOutside() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            checkpoints.clear();
            List<Long> times = new ArrayList<>();
            long clock = Long.MIN_VALUE;
            List<Long> clocks = new ArrayList<>();
            for (int offset = 0; offset < 200; offset++) {
                if (offset > 0 && random.nextInt(10) == 0) {
                    checkpoints.put((long) offset, clock);
                }
                long time = offset * 10L + random.nextInt(400) - 300;
                clock = Math.max(clock, time);
                times.add(time);
                clocks.add(clock);
            }
            long from = random.nextInt(2_000);
            long to = from + random.nextInt(300);
            long lateness = random.nextInt(200);
            ClockRange range = ClockRange.of(checkpoints, 0, from, to, OptionalLong.of(lateness));
            for (int offset = 0; offset < times.size(); offset++) {
                boolean counts = times.get(offset) >= from && times.get(offset) < to
                        && times.get(offset) >= clocks.get(offset) - lateness;
                if (counts) {
                    assertThat((long) offset).as("seed %d", seed).isGreaterThanOrEqualTo(range.start());
                    assertThat((long) offset).as("seed %d", seed).isLessThan(range.end().orElse(Long.MAX_VALUE));
                }
            }
        }
    }
}
