package millrace.topology.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.time.Idleness.Offer;
import millrace.topology.time.Idleness.Partition;
import millrace.topology.time.Idleness.Seen;
import org.junit.jupiter.api.Test;

class IdlenessTest {
    private static final Partition A = new Partition(0, 0);
    private static final Partition B = new Partition(0, 1);
    private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");
    private final Idleness idleness = new Idleness();

    @Test
    void aSilentPartitionIsAdvancedToTheSlowestOfTheOthers() {
        assertThat(idleness.look(Map.of(A, seen(10, 10, 100), B, seen(7, 7, 50)), START)).isEmpty();
        assertThat(idleness.look(Map.of(A, seen(20, 18, 200), B, seen(7, 7, 50)), START.plusSeconds(60)))
                .isEqualTo(Map.of(B, new Offer(7, 200)));
    }

    @Test
    void notBeforeItsTimeoutNorWhileARecordIsOnItsWay() {
        idleness.look(Map.of(A, seen(10, 10, 100), B, seen(7, 6, 50)), START);
        assertThat(idleness.look(Map.of(A, seen(20, 18, 200), B, seen(7, 7, 50)), START.plusSeconds(59))).isEmpty();
        assertThat(idleness.look(Map.of(A, seen(21, 18, 200), B, seen(7, 6, 50)), START.plusSeconds(60))).isEmpty();
        assertThat(idleness.look(Map.of(A, seen(22, 18, 200), B, seen(8, 8, 50)), START.plusSeconds(61))).isEmpty();
    }

    @Test
    void whenAllAreSilentNobodyIsAdvanced() {
        idleness.look(Map.of(A, seen(10, 10, 100), B, seen(7, 7, 50)), START);
        assertThat(idleness.look(Map.of(A, seen(10, 10, 100), B, seen(7, 7, 50)), START.plusSeconds(600))).isEmpty();
    }

    @Test
    void aPartitionThatHasEndedSaysNothingOfTheOthers() {
        idleness.look(Map.of(A, seen(10, 10, 100), B, seen(7, 7, 50)), START);
        assertThat(idleness.look(Map.of(A, seen(11, 11, TaskWatermark.END), B, seen(7, 7, 50)),
                START.plusSeconds(60))).isEmpty();
    }

    @Test
    void onePartitionWithoutAWatermarkKeepsTheOthersWaiting() {
        Partition c = new Partition(0, 2);
        Seen none = new Seen(3, OptionalLong.of(0), OptionalLong.empty(), Duration.ofSeconds(60), 0);
        idleness.look(Map.of(A, seen(10, 10, 100), B, seen(7, 7, 50), c, none), START);
        assertThat(idleness.look(Map.of(A, seen(11, 10, 100), B, seen(7, 7, 50), c, none), START.plusSeconds(60)))
                .isEmpty();
    }

    @Test
    void strangersDoNotCount() {
        Seen stranger = new Seen(9, OptionalLong.of(9), OptionalLong.of(900), Duration.ofSeconds(60), 1);
        idleness.look(Map.of(B, seen(7, 7, 50), A, stranger), START);
        Seen moved = new Seen(10, OptionalLong.of(10), OptionalLong.of(950), Duration.ofSeconds(60), 1);
        assertThat(idleness.look(Map.of(B, seen(7, 7, 50), A, moved), START.plusSeconds(60))).isEmpty();
    }

    private static Seen seen(long end, long committed, long watermark) {
        return new Seen(end, OptionalLong.of(committed), OptionalLong.of(watermark), Duration.ofSeconds(60), 0);
    }
}
