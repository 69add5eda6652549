package millrace.ops.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import millrace.schemas.time.TaskWatermark;

import org.junit.jupiter.api.Test;

/** Each reason for a table to stand still. Commit interval 10 s, idle timeout 15 min, disorder 30 s; it is 10:28. */
class HoldupTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:28:00Z");
    private static final String WATERMARK = "10:12:30";

    @Test
    void aSilentPartitionIsNamedWithTheTimeLeft() {
        Why why = why(computed(WATERMARK, WATERMARK, silent(7, WATERMARK, 14), busy(1, "10:27:10"),
                busy(2, "10:27:42")));
        assertThat(why.cause()).isEqualTo("SILENT");
        assertThat(why.sentence()).isEqualTo("clicks-7 holds it back: no record for 14m, 15m behind the furthest, and "
                + "all of it is read. In 1m at the latest it is idle and passed over (idleTimeout 15m).");
        assertThat(why.remedy()).contains("idleTimeout");
        assertThat(why.sources()).extracting(Why.Source::partition).containsExactly(7, 1, 2);
        assertThat(why.sources().get(0).idleAt()).contains(NOW.plusSeconds(60));
    }

    @Test
    void aPartitionThatNeverHadARecordHoldsAllOthersBackUntilItIsIdle() {
        InputPartition never = new InputPartition("clicks", 3, true, 0, 0, OptionalLong.empty(),
                Duration.ofSeconds(30), Optional.empty(), Optional.empty(), NOW.minusSeconds(120),
                Duration.ofMinutes(15), false);
        Why why = why(computed(null, null, busy(1, "10:27:10"), never));
        assertThat(why.cause()).isEqualTo("NEVER_HAD_A_RECORD");
        assertThat(why.sentence()).startsWith("clicks-3 holds it back: it never had a record")
                .contains("In 13m at the latest it is idle and passed over");
    }

    @Test
    void aPartitionWhoseRecordsWereAllRefusedHasNoTime() {
        InputPartition refused = new InputPartition("clicks", 3, true, 40, 0, OptionalLong.empty(),
                Duration.ofSeconds(30), Optional.of(NOW), Optional.empty(), NOW, Duration.ofMinutes(15), false);
        Why why = why(computed(null, null, busy(1, "10:27:10"), refused));
        assertThat(why.cause()).isEqualTo("ALL_REFUSED");
        assertThat(why.remedy()).contains("millrace quarantine list");
    }

    @Test
    void whereNothingEverCameThatIsSaidAndNotWhichPartition() {
        Why why = why(computed(null, null, never(0), never(1)));
        assertThat(why.cause()).isEqualTo("NOTHING_CAME");
        assertThat(why.sentence()).isEqualTo("No record has ever come in any of the 2 partitions of clicks.");
    }

    @Test
    void aSlowPartitionSaysHowMuchIsUnread() {
        InputPartition behind = new InputPartition("clicks", 7, true, 5_000, 1_204, micros(WATERMARK),
                Duration.ofSeconds(30), Optional.of(NOW), Optional.empty(), NOW, Duration.ofMinutes(15), false);
        Why why = why(computed(WATERMARK, WATERMARK, behind, busy(1, "10:27:10")));
        assertThat(why.cause()).isEqualTo("UNREAD");
        assertThat(why.sentence()).contains("1,204 offsets of it wait to be processed, 14m behind the furthest");
    }

    @Test
    void whereAllInputsAreIdleOnlyAnEndMarkerHelps() {
        Why why = why(computed(WATERMARK, WATERMARK, silent(7, WATERMARK, 40), silent(1, "10:14:00", 30)));
        assertThat(why.cause()).isEqualTo("ALL_QUIET");
        assertThat(why.sentence()).contains("any of the 2 partitions of clicks").contains("stays open");
        assertThat(why.remedy()).isEqualTo("If nothing more is to come: millrace topic end clicks --yes");
    }

    @Test
    void whereNothingComesAnywhereNoPartitionIsToBlameThoughNoneIsIdleYet() {
        Why why = why(computed(WATERMARK, WATERMARK, silent(7, WATERMARK, 3), silent(1, "10:14:00", 2)));
        assertThat(why.cause()).isEqualTo("ALL_QUIET");
        assertThat(why.sentence()).startsWith("Nothing has come in any of the 2 partitions of clicks for 2m,");
    }

    @Test
    void aRecordWithAnOldTimeThatHasJustComeIsNoSilence() {
        InputPartition p = silent(7, WATERMARK, 40);
        InputPartition loaded = new InputPartition(p.topic(), 7, true, p.end(), 0, p.watermark(), p.disorder(),
                p.lastRecord(), Optional.of(NOW), NOW, p.idleTimeout(), false);
        assertThat(Holdup.decide(computed(WATERMARK, WATERMARK, loaded))).isInstanceOf(Holdup.Moving.class);
    }

    @Test
    void endedPartitionsDoNotMoveTheIdleOnes() {
        assertThat(why(computed(WATERMARK, WATERMARK, silent(7, WATERMARK, 40), ended(1))).cause())
                .isEqualTo("ALL_QUIET");
    }

    @Test
    void anIdlePartitionIsPassedOverAndTheNextSlowestHoldsBack() {
        assertThat(Holdup.decide(computed(WATERMARK, WATERMARK, silent(7, WATERMARK, 40), busy(1, "10:27:10"))))
                .isEqualTo(new Holdup.PassedOver(silent(7, WATERMARK, 40), busy(1, "10:27:10")));
        assertThat(Holdup.decide(computed("10:27:10", "10:27:10", silent(7, "10:27:10", 40), busy(1, "10:27:10"))))
                .isEqualTo(new Holdup.Moving(busy(1, "10:27:10"), Duration.ZERO));
    }

    @Test
    void aPartitionThatTheJournalCallsIdleIsIdleWhateverIsKnownOfItsSilence() {
        InputPartition p = silent(7, WATERMARK, 1);
        InputPartition declared = new InputPartition(p.topic(), 7, true, p.end(), 0, p.watermark(), p.disorder(),
                p.lastRecord(), p.seenMoving(), p.quietSince(), p.idleTimeout(), true);
        assertThat(Holdup.decide(computed(WATERMARK, WATERMARK, declared, ended(1))))
                .isInstanceOf(Holdup.AllQuiet.class);
    }

    @Test
    void anIdlePartitionMayWaitForASourceThatAnotherModelPutsTogetherWithIt() {
        InputPartition other = new InputPartition("orders", 0, false, 9, 0, micros("10:02:00"), Duration.ZERO,
                Optional.of(NOW), Optional.empty(), NOW, Duration.ofMinutes(15), false);
        Why why = why(computed(WATERMARK, WATERMARK, silent(7, WATERMARK, 40), other));
        assertThat(why.cause()).isEqualTo("IDLE_BEHIND");
        assertThat(why.sentence()).contains("clicks-7 is idle").contains("orders-0").contains("at 10:02:00");
    }

    @Test
    void whatTheStreamHasGivenWaitsForTheCommit() {
        Why why = why(new Holdup.Facts(NOW, Holdup.Rows.COMPUTED, Optional.empty(), true, true, Duration.ofSeconds(10),
                12, micros("10:10:00"), micros(WATERMARK), List.of(busy(1, WATERMARK)), Optional.empty(),
                Duration.ZERO));
        assertThat(why.cause()).isEqualTo("COMMITTING");
        assertThat(why.sentence()).isEqualTo(
                "12 offsets of its topic wait and will be in the table with the next commit, due each 10s.");
    }

    @Test
    void whatNobodyDoesIsSaidWithTheCommandThatDoesIt() {
        Why notFilled = why(new Holdup.Facts(NOW, Holdup.Rows.COMPUTED, Optional.empty(), true, false,
                Duration.ofSeconds(10), 12, micros("10:10:00"), micros(WATERMARK), List.of(busy(1, WATERMARK)),
                Optional.empty(), Duration.ZERO));
        assertThat(notFilled.cause()).isEqualTo("NOT_FILLED");
        assertThat(notFilled.remedy()).contains("stage,commit");
        Why notComputed = why(new Holdup.Facts(NOW, Holdup.Rows.COMPUTED, Optional.empty(), false, true,
                Duration.ofSeconds(10), 0, micros(WATERMARK), micros(WATERMARK), List.of(unread(1, 1)),
                Optional.empty(), Duration.ZERO));
        assertThat(notComputed.cause()).isEqualTo("NOT_COMPUTED");
        assertThat(notComputed.sentence()).contains("1 record of its sources waits");
    }

    @Test
    void aBlockGoesBeforeEverythingElse() {
        Blocked blocked = StatusFixture.RECREATED;
        Why why = why(new Holdup.Facts(NOW, Holdup.Rows.COMPUTED, Optional.of(blocked), false, false,
                Duration.ofSeconds(10), 5, OptionalLong.empty(), OptionalLong.empty(), List.of(), Optional.empty(),
                Duration.ZERO));
        assertThat(why.cause()).isEqualTo("BLOCKED");
        assertThat(why.sentence()).contains(blocked.reason());
        assertThat(why.remedy()).isEqualTo(blocked.remedy());
    }

    @Test
    void whereAllMovesTheOpenWindowIsWhatIsWaitedFor() {
        Why why = why(new Holdup.Facts(NOW, Holdup.Rows.COMPUTED, Optional.empty(), true, true, Duration.ofSeconds(10),
                0, micros("10:27:10"), micros("10:27:10"), List.of(busy(1, "10:27:10")),
                Optional.of(Instant.parse("2026-11-20T11:00:00Z")), Duration.ZERO));
        assertThat(why.cause()).isEqualTo("OPEN_WINDOW");
        assertThat(why.sentence()).contains("open until 11:00:00");
    }

    @Test
    void aJoinIsBehindItsSourcesAsFarAsItReaches() {
        Why why = why(new Holdup.Facts(NOW, Holdup.Rows.COMPUTED, Optional.empty(), true, true, Duration.ofSeconds(10),
                0, micros("09:27:10"), micros("09:27:10"), List.of(busy(1, "10:27:10")), Optional.empty(),
                Duration.ofHours(1)));
        assertThat(why.cause()).isEqualTo("MOVING");
        assertThat(why.sentence()).endsWith(
                "whose newest record less a disorder of 30s less a join's reach of 1h says how far it is.");
    }

    @Test
    void everythingHasComeOnceAllHaveEndedAndTheTableSaysSo() {
        OptionalLong end = OptionalLong.of(TaskWatermark.END);
        assertThat(Holdup.decide(new Holdup.Facts(NOW, Holdup.Rows.COMPUTED, Optional.empty(), true, true,
                Duration.ofSeconds(10), 0, end, end, List.of(ended(0), ended(1)), Optional.empty(), Duration.ZERO)))
                .isInstanceOf(Holdup.Ended.class);
        assertThat(Holdup.decide(new Holdup.Facts(NOW, Holdup.Rows.COMPUTED, Optional.empty(), true, true,
                Duration.ofSeconds(10), 0, micros(WATERMARK), micros(WATERMARK), List.of(ended(0), ended(1)),
                Optional.empty(), Duration.ZERO))).as("the rows of the last windows are on their way")
                .isInstanceOf(Holdup.Underway.class);
    }

    @Test
    void aTableOfRecordsAsTheyCameGoesWithItsSlowestPartitionAndIsNeverPassedOver() {
        Holdup.Facts facts = new Holdup.Facts(NOW, Holdup.Rows.AS_THEY_CAME, Optional.empty(), true, true,
                Duration.ofSeconds(10), 0, micros(WATERMARK), OptionalLong.empty(),
                List.of(silent(7, WATERMARK, 40), busy(1, "10:27:10"), never(2)), Optional.empty(), Duration.ZERO);
        assertThat(Holdup.decide(facts)).isEqualTo(
                new Holdup.Silent(silent(7, WATERMARK, 40), Optional.of(Duration.ofSeconds(880))));
    }

    @Test
    void atTheSameFactsTheSameIsSaid() {
        Holdup.Facts facts = computed(WATERMARK, WATERMARK, silent(7, WATERMARK, 14), busy(1, "10:27:10"));
        assertThat(why(facts)).isEqualTo(why(facts));
    }

    private static Why why(Holdup.Facts facts) {
        return Why.of(facts);
    }

    /** A table that is as far as its topic. */
    private static Holdup.Facts computed(String table, String stream, InputPartition... inputs) {
        return new Holdup.Facts(NOW, Holdup.Rows.COMPUTED, Optional.empty(), true, true, Duration.ofSeconds(10), 0,
                micros(table), micros(stream), Arrays.asList(inputs), Optional.empty(), Duration.ZERO);
    }

    private static InputPartition silent(int partition, String watermark, int minutes) {
        Instant last = NOW.minus(Duration.ofMinutes(minutes));
        return new InputPartition("clicks", partition, true, 100, 0, micros(watermark), Duration.ofSeconds(30),
                Optional.of(last), Optional.empty(), last, Duration.ofMinutes(15), false);
    }

    private static InputPartition busy(int partition, String watermark) {
        return silent(partition, watermark, 0);
    }

    private static InputPartition unread(int partition, long unread) {
        return new InputPartition("clicks", partition, true, 100, unread, micros(WATERMARK), Duration.ofSeconds(30),
                Optional.of(NOW), Optional.empty(), NOW, Duration.ofMinutes(15), false);
    }

    private static InputPartition never(int partition) {
        return new InputPartition("clicks", partition, true, 0, 0, OptionalLong.empty(), Duration.ofSeconds(30),
                Optional.empty(), Optional.empty(), NOW, Duration.ofMinutes(15), false);
    }

    private static InputPartition ended(int partition) {
        return new InputPartition("clicks", partition, true, 100, 0, OptionalLong.of(TaskWatermark.END),
                Duration.ofSeconds(30), Optional.of(NOW), Optional.empty(), NOW, Duration.ofMinutes(15), false);
    }

    private static OptionalLong micros(String time) {
        return time == null
                ? OptionalLong.empty()
                : OptionalLong.of(Instant.parse("2026-11-20T" + time + "Z").toEpochMilli() * 1000);
    }
}
