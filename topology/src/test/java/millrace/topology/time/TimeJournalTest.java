package millrace.topology.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import millrace.schemas.time.TimeEntry;
import org.junit.jupiter.api.Test;

class TimeJournalTest {
    @Test
    void floorsAreThoseOfAPartitionInTheOrderOfOffsets() {
        TimeJournal journal = new TimeJournal(List.of(new TimeEntry.Floor("t", 0, 20, 7),
                new TimeEntry.Floor("t", 0, 10, 5), new TimeEntry.Floor("t", 1, 3, 99),
                new TimeEntry.Floor("other", 0, 3, 99), new TimeEntry.Checkpoint("t", 0, 15, 6)));
        assertThat(journal.floors("t", 0)).containsExactly(Map.entry(10L, 5L), Map.entry(20L, 7L));
        assertThat(journal.floors("t", 2)).isEmpty();
    }

    @Test
    void ofTwoFloorsAtOneOffsetTheHigherHolds() {
        TimeEntry low = new TimeEntry.Floor("t", 0, 10, 5);
        TimeEntry high = new TimeEntry.Floor("t", 0, 10, 8);
        assertThat(new TimeJournal(List.of(high, low)).floors("t", 0)).containsExactly(Map.entry(10L, 8L));
    }

    @Test
    void whoTakesFloorsAwayTakesThemOfACopy() {
        TimeJournal journal = new TimeJournal(List.of(new TimeEntry.Floor("t", 0, 10, 5)));
        journal.floors("t", 0).pollFirstEntry();
        assertThat(journal.floors("t", 0)).hasSize(1);
    }

    @Test
    void theLastRevisionIsThatOfTheLargestOffset() {
        TimeJournal journal = new TimeJournal(List.of(new TimeEntry.Revision("t", 0, 20, "b"),
                new TimeEntry.Revision("t", 0, 10, "a"), new TimeEntry.Revision("t", 1, 30, "c")));
        assertThat(journal.lastRevision("t", 0)).contains("b");
        assertThat(journal.lastRevision("t", 2)).isEmpty();
    }
}
