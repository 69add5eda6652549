package millrace.sinks.iceberg.expire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import millrace.sinks.iceberg.expire.SnapshotRetention.Version;
import org.junit.jupiter.api.Test;

class SnapshotRetentionTest {
    private static final Instant NOW = Instant.parse("2026-11-19T12:30:00Z");
    private static final SnapshotRules RULES = new SnapshotRules(Duration.ofHours(2), Duration.ofHours(1));

    @Test
    void keepsAllOfTheLastHoursAndTheLastOfEachHourBefore() {
        // 10:30 and younger stay; before that 10:20 is the last that is old enough, yet not the last of its hour.
        List<Version> ancestry = every(Duration.ofMinutes(10), 30);
        assertThat(kept(ancestry, Set.of(), 1)).containsExactly("12:30", "12:20", "12:10", "12:00", "11:50", "11:40",
                "11:30", "11:20", "11:10", "11:00", "10:50", "10:40", "10:30", "09:50", "08:50", "07:50");
    }

    @Test
    void doesNotTakeOutWhatIsNeededOrAmongTheNewest() {
        List<Version> ancestry = every(Duration.ofMinutes(10), 30);
        assertThat(kept(ancestry, Set.of(ancestry.get(17).id()), 1)).contains("09:40");
        assertThat(kept(ancestry, Set.of(), 15)).contains("10:20", "10:10").doesNotContain("10:00");
        assertThat(kept(every(Duration.ofMinutes(10), 1), Set.of(), 0)).hasSize(1);
    }

    @Test
    void keepsTheLineFromTheHeadToTheNewestThatSaysHowFarTheTableIs() {
        List<Version> ancestry = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ancestry.add(new Version(i + 1, NOW.minus(Duration.ofHours(3)).minusSeconds(i), i >= 12));
        }
        assertThat(SnapshotRetention.superfluous(ancestry, Set.of(), 1, RULES, NOW))
                .containsExactlyElementsOf(LongStream.rangeClosed(14, 20).boxed().toList());
        assertThat(SnapshotRetention.superfluous(ancestry.subList(0, 12), Set.of(), 1, RULES, NOW))
                .as("none of it says so").isEmpty();
    }

    @Test
    void takesOutNothingMoreUntilTimePasses() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Version> ancestry = new ArrayList<>();
            Instant at = NOW;
            for (int i = 0; i < 100; i++) {
                ancestry.add(new Version(i + 1, at, true));
                at = at.minusSeconds(random.nextInt(1200));
            }
            Set<Long> gone = new HashSet<>(SnapshotRetention.superfluous(ancestry, Set.of(), 1, RULES, NOW));
            List<Version> left = ancestry.stream().filter(v -> !gone.contains(v.id())).toList();
            assertThat(SnapshotRetention.superfluous(left, Set.of(), 1, RULES, NOW)).as("seed %d", seed).isEmpty();
            assertThat(left).as("seed %d: hours with a snapshot", seed)
                    .extracting(v -> v.at().getEpochSecond() / 3600).containsAll(
                            ancestry.stream().map(v -> v.at().getEpochSecond() / 3600).toList());
        }
    }

    /** The newest first. */
    private static List<Version> every(Duration step, int count) {
        return LongStream.range(0, count)
                .mapToObj(i -> new Version(i + 1, NOW.minus(step.multipliedBy(i)), true)).toList();
    }

    private static List<String> kept(List<Version> ancestry, Set<Long> needed, int atLeast) {
        List<Long> gone = SnapshotRetention.superfluous(ancestry, needed, atLeast, RULES, NOW);
        return ancestry.stream().filter(v -> !gone.contains(v.id())).map(v -> v.at().toString().substring(11, 16))
                .toList();
    }
}
