package millrace.replay.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlan.Read;
import millrace.replay.plan.ReplayPlan.Times;
import millrace.replay.plan.ReplayPlan.Written;
import millrace.schemas.time.TimeEntry;
import org.junit.jupiter.api.Test;

/** Replays of stretches of one model, of which some take late records in. */
class RivalsTest {
    private static final Instant MIDNIGHT = Instant.parse("2026-11-01T00:00:00Z");
    private static final TimeEntry.Admission LATE = new TimeEntry.Admission("id", 0, 100, micros(2), micros(3));

    @Test
    void aReplayIsPublishedWithTheLateRecordsThatCount() {
        assertThat(Rivals.ofPublication(plan("a", 0, 5, List.of(), List.of()), List.of(), List.of())).isEmpty();
        assertThat(problem(plan("a", 0, 5, List.of(), List.of()), List.of(LATE))).contains("1 stretch");
        assertThat(Rivals.ofPublication(plan("a", 5, 9, List.of(), List.of()), List.of(LATE), List.of())).isEmpty();
        assertThat(Rivals.ofPublication(plan("a", 0, 5, List.of(LATE), List.of()), List.of(LATE), List.of())).isEmpty();
        assertThat(problem(plan("a", 0, 5, List.of(LATE), List.of()), List.of())).contains("1 stretch");
        assertThat(Rivals.ofPublication(plan("a", 0, 5, List.of(LATE), List.of(LATE)), List.of(), List.of())).isEmpty();
    }

    @Test
    void ofTwoThatPublishAtOnceEachSeesTheOther() {
        ReplayPlan amend = plan("amend", 0, 5, List.of(LATE), List.of(LATE));
        ReplayPlan other = plan("other", 1, 6, List.of(), List.of());
        assertThat(problem(other, List.of(), entry(amend, Status.PUBLISHING, 1))).contains("1 stretch");
        assertThat(problem(amend, List.of(), entry(other, Status.PUBLISHING, 1))).contains("Replay other of");
        assertThat(Rivals.ofPublication(amend, List.of(), List.of(entry(other, Status.FINISHED, 1)))).isEmpty();
        assertThat(Rivals.ofPublication(amend, List.of(), List.of(entry(amend, Status.PUBLISHING, 1)))).isEmpty();
        ReplayPlan whole = new ReplayPlan("whole", "web", "text", new Kind.Whole(List.of()), amend.models(), List.of(),
                List.of(read(Optional.empty(), List.of())), OptionalLong.empty(), List.of(), List.of());
        assertThat(problem(amend, List.of(), entry(whole, Status.PUBLISHING, 1))).contains("Replay whole of");
    }

    @Test
    void whatIsBeingLeftOutAgainIsNotTakenForGranted() {
        ReplayPlan amend = plan("amend", 0, 5, List.of(LATE), List.of(LATE));
        assertThat(problem(plan("a", 0, 5, List.of(LATE), List.of()), List.of(LATE),
                entry(amend, Status.ROLLING_BACK, 1))).contains("left out again");
    }

    @Test
    void theLaterOneIsTakenBackFirst() {
        ReplayEntry first = entry(plan("first", 0, 5, List.of(), List.of()), Status.PUBLISHED, 1);
        ReplayEntry later = entry(plan("later", 4, 9, List.of(), List.of()), Status.PUBLISHED, 2);
        ReplayEntry beside = entry(plan("beside", 5, 9, List.of(), List.of()), Status.PUBLISHED, 2);
        assertThat(Rivals.ofRollback(first, List.of(first, later))).hasValueSatisfying(p -> assertThat(p.toText())
                .contains("REPLAY_LATER_ONE", "millrace replay rollback later --execute"));
        assertThat(Rivals.ofRollback(later, List.of(first, later))).isEmpty();
        assertThat(Rivals.ofRollback(first, List.of(first, beside))).isEmpty();
        assertThat(Rivals.ofRollback(first, List.of(first, later.as(Status.ROLLED_BACK, later.at(), "b")))).isEmpty();
    }

    private static String problem(ReplayPlan plan, List<TimeEntry.Admission> admitted, ReplayEntry... all) {
        return Rivals.ofPublication(plan, admitted, List.of(all)).orElseThrow().toText();
    }

    private static ReplayEntry entry(ReplayPlan plan, Status status, int hour) {
        return new ReplayEntry(plan, status, Optional.empty(), OptionalLong.empty(), 0, Optional.empty(),
                MIDNIGHT.plus(Duration.ofHours(hour)), "somebody");
    }

    private static ReplayPlan plan(String id, int from, int to, List<TimeEntry.Admission> admissions,
            List<TimeEntry.Admission> amends) {
        return new ReplayPlan(id, "web", "text", new Kind.Bounded(Optional.of(hour(from)), Optional.of(hour(to))),
                List.of(new Written("gold.hourly", Optional.of("window_start"))), List.of(),
                List.of(read(Optional.of(new Times(micros(from), micros(to))), admissions)), OptionalLong.of(0),
                List.of(), amends);
    }

    private static Read read(Optional<Times> looked, List<TimeEntry.Admission> admissions) {
        return new Read("clicks", "web.clicks", "id", List.of(), Optional.empty(), looked, admissions);
    }

    private static Instant hour(int hours) {
        return MIDNIGHT.plus(Duration.ofHours(hours));
    }

    private static long micros(int hours) {
        return hour(hours).getEpochSecond() * 1_000_000L;
    }
}
