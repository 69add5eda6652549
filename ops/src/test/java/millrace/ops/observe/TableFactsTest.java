package millrace.ops.observe;

import static millrace.ops.observe.StatusFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

class TableFactsTest {
    @Test
    void aTableThatHoldsEverythingIsCurrent() {
        TableStatus table = StatusFixture.current("silver.clicks").assess(NOW);
        assertThat(table.condition()).isEqualTo(Condition.CURRENT);
        assertThat(table.lag()).isZero();
        assertThat(table.freshness()).contains(Duration.ofSeconds(6));
        assertThat(table.waiting()).isEmpty();
    }

    @Test
    void recordsThatWaitForTheNextCommitAreNotLate() {
        assertThat(StatusFixture.waiting("silver.clicks", Duration.ofSeconds(24)).assess(NOW).condition())
                .isEqualTo(Condition.CURRENT);
    }

    @Test
    void recordsThatWaitLongerThanACommitTakesAreBehind() {
        TableStatus table = StatusFixture.waiting("silver.clicks", Duration.ofSeconds(75)).assess(NOW);
        assertThat(table.condition()).isEqualTo(Condition.BEHIND);
        assertThat(table.lag()).isEqualTo(900);
        assertThat(table.explanation()).contains("900 offsets").contains("1m 15s");
    }

    @Test
    void recordsThatNobodyWorksOnAreStopped() {
        assertThat(StatusFixture.stopped(StatusFixture.waiting("silver.clicks", Duration.ofSeconds(1))).assess(NOW)
                .condition()).isEqualTo(Condition.STOPPED);
    }

    @Test
    void aQuietSourceIsStaleAgainstItsContract() {
        TableStatus table = StatusFixture.quietSince("bronze.prices", Duration.ofMinutes(12)).assess(NOW);
        assertThat(table.condition()).isEqualTo(Condition.STALE);
        assertThat(table.explanation()).contains("12m old").contains("promises 1m");
        assertThat(StatusFixture.quietSince("bronze.prices", Duration.ofSeconds(60)).assess(NOW).condition())
                .isEqualTo(Condition.CURRENT);
    }

    @Test
    void aBlockedTableSaysWhyWhateverElseIsTrue() {
        TableStatus table = StatusFixture.blocked("bronze.orders", StatusFixture.RECREATED).assess(NOW);
        assertThat(table.condition()).isEqualTo(Condition.BLOCKED);
        assertThat(table.explanation()).isEqualTo(StatusFixture.RECREATED.reason());
    }

    @Test
    void aTableWithoutATopicIsEmpty() {
        TableStatus table = StatusFixture.empty("quarantine.clicks").assess(NOW);
        assertThat(table.condition()).isEqualTo(Condition.EMPTY);
        assertThat(table.explanation()).contains("does not exist yet");
    }

    @Test
    void whatKafkaNoLongerHasIsNotLag() {
        assertThat(new TableStatus.PartitionStatus(0, 10, 500, 700).lag()).isEqualTo(200);
    }

    @Test
    void theWholeIsAsBadAsItsWorstPart() {
        assertThat(StatusFixture.mixed().condition()).isEqualTo(Condition.BLOCKED);
        assertThat(StatusFixture.calm().condition()).isEqualTo(Condition.CURRENT);
    }
}
