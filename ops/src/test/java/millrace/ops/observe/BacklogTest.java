package millrace.ops.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;

import millrace.ops.observe.TableStatus.PartitionStatus;

import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final Instant START = Instant.parse("2026-11-19T10:00:00Z");

    private final Backlog backlog = new Backlog();

    @Test
    void whatIsInTheTableDoesNotWait() {
        assertThat(backlog.since(at(7, 7), START)).isEmpty();
    }

    @Test
    void recordsWaitFromWhenTheyWereFirstSeen() {
        assertThat(backlog.since(at(7, 9), START)).contains(START);
        assertThat(backlog.since(at(7, 12), START.plusSeconds(60))).contains(START);
        assertThat(backlog.since(at(12, 12), START.plusSeconds(61))).isEmpty();
        assertThat(backlog.since(at(12, 13), START.plusSeconds(90))).contains(START.plusSeconds(90));
    }

    @Test
    void whoMovesOnWaitsForTheRestOnly() {
        assertThat(backlog.since(at(0, 5), START)).contains(START);
        assertThat(backlog.since(at(3, 9), START.plusSeconds(10))).contains(START);
        assertThat(backlog.since(at(5, 9), START.plusSeconds(20))).contains(START.plusSeconds(20));
    }

    private static List<PartitionStatus> at(long position, long end) {
        return List.of(new PartitionStatus(0, 4, 0, 4), new PartitionStatus(1, position, 0, end));
    }
}
