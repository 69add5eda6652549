package millrace.ops.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.project.Cron;
import millrace.ops.project.Schedule;
import millrace.ops.project.Schedule.Action;
import millrace.ops.schedule.Agenda.Item;
import millrace.ops.schedule.ScheduledRun.Status;
import org.junit.jupiter.api.Test;

/** A clock that is set, schedules, and what is to be done about them. */
class AgendaTest {
    private static final Schedule CUT = schedule("cut", new Action.Cut(List.of("gold.daily")), "0 0 * * *");
    private static final Schedule AMEND = schedule("amend", new Action.Amend(Duration.ofDays(7)), "30 2 * * *");

    private final List<Schedule> schedules = new ArrayList<>();
    private final Map<String, Instant> since = new HashMap<>();
    private final Map<String, ScheduledRun> runs = new HashMap<>();
    private Instant complete = Instant.MIN;

    @Test
    void aScheduleCountsFromWhenItIsFirstSeen() {
        schedules.add(AMEND);
        assertThat(at("2026-11-19T02:31:00Z")).containsExactly("seen amend");
        assertThat(at("2026-11-20T02:29:59Z")).isEmpty();
        assertThat(at("2026-11-20T02:30:00Z")).containsExactly("note amend@2026-11-20T02:30:00Z waiting",
                "begin amend@2026-11-20T02:30:00Z");
    }

    @Test
    void whatWasMissedIsMadeUpForOnceOrDayByDay() {
        schedules.addAll(List.of(CUT, AMEND));
        at("2026-11-15T12:00:00Z");
        complete = Instant.MAX;
        assertThat(at("2026-11-18T12:00:00Z")).containsExactly("note cut@2026-11-16T00:00:00Z waiting",
                "note cut@2026-11-17T00:00:00Z waiting", "note cut@2026-11-18T00:00:00Z waiting",
                "begin cut@2026-11-16T00:00:00Z", "note amend@2026-11-18T02:30:00Z waiting",
                "begin amend@2026-11-18T02:30:00Z");
        is("cut@2026-11-16T00:00:00Z", Status.DONE);
        assertThat(at("2026-11-18T12:00:01Z")).contains("begin cut@2026-11-17T00:00:00Z");
    }

    @Test
    void whatDiedOnItsWayGoesOnAndIsNoOtherAttempt() {
        schedules.add(AMEND);
        at("2026-11-15T12:00:00Z");
        at("2026-11-16T02:30:00Z");
        begin("amend@2026-11-16T02:30:00Z");
        assertThat(at("2026-11-16T03:00:00Z")).containsExactly("begin amend@2026-11-16T02:30:00Z");
        begin("amend@2026-11-16T02:30:00Z");
        assertThat(runs.get("amend@2026-11-16T02:30:00Z").attempt()).isOne();
    }

    @Test
    void whatHasFailedIsTriedAgainLaterAndLaterAndThenGivenUp() {
        Schedule twice = new Schedule("amend", AMEND.action(), AMEND.cron(), ZoneOffset.UTC, Optional.empty(),
                List.of(), 2, Duration.ofMinutes(5), Optional.empty());
        ScheduledRun run = ScheduledRun.scheduled("amend", "amend", time("2026-11-16T02:30:00Z"),
                time("2026-11-16T02:30:00Z"), "me").begun(time("2026-11-16T02:30:01Z"), "me");
        Instant now = time("2026-11-16T03:00:00Z");
        run = Agenda.failed(twice, run, now, "broken");
        assertThat(run.again()).contains(time("2026-11-16T03:05:00Z"));
        schedules.add(twice);
        since.put("amend", time("2026-11-15T00:00:00Z"));
        runs.put(run.id(), run);
        assertThat(at("2026-11-16T03:04:59Z")).isEmpty();
        assertThat(at("2026-11-16T03:05:00Z")).containsExactly("begin " + run.id());
        run = Agenda.failed(twice, run.begun(now, "me"), now, "broken");
        assertThat(run.again()).contains(time("2026-11-16T03:10:00Z"));
        run = Agenda.failed(twice, run.begun(now, "me"), now, "broken");
        assertThat(run.status()).isEqualTo(Status.GIVEN_UP);
        assertThat(run.attempt()).isEqualTo(3);
    }

    @Test
    void itWaitsForATableAndForOthers() {
        Schedule cut = new Schedule("cut", CUT.action(), CUT.cron(), ZoneOffset.UTC, Optional.of("gold.daily"),
                List.of(), 3, Duration.ofMinutes(1), Optional.empty());
        Schedule amend = new Schedule("amend", AMEND.action(), AMEND.cron(), ZoneOffset.UTC, Optional.empty(),
                List.of("cut"), 3, Duration.ofMinutes(1), Optional.empty());
        schedules.addAll(List.of(cut, amend));
        at("2026-11-15T12:00:00Z");
        complete = time("2026-11-15T23:59:59Z");
        at("2026-11-16T02:30:00Z");
        assertThat(runs.get("cut@2026-11-16T00:00:00Z").message())
                .contains("waits until gold.daily is complete through 2026-11-16T00:00:00Z");
        assertThat(runs.get("amend@2026-11-16T02:30:00Z").message()).contains("waits for cut");
        assertThat(at("2026-11-16T02:30:01Z")).as("said once").isEmpty();
        complete = time("2026-11-16T00:00:00Z");
        assertThat(at("2026-11-16T02:40:00Z")).containsExactly("begin cut@2026-11-16T00:00:00Z");
        is("cut@2026-11-16T00:00:00Z", Status.DONE);
        assertThat(at("2026-11-16T02:41:00Z")).containsExactly("begin amend@2026-11-16T02:30:00Z");
    }

    @Test
    void whatComesAfterSomethingThatWasGivenUpIsGivenUpToo() {
        Schedule amend = new Schedule("amend", AMEND.action(), AMEND.cron(), ZoneOffset.UTC, Optional.empty(),
                List.of("cut"), 3, Duration.ofMinutes(1), Optional.empty());
        schedules.addAll(List.of(CUT, amend));
        at("2026-11-15T12:00:00Z");
        complete = Instant.MAX;
        at("2026-11-16T00:00:00Z");
        is("cut@2026-11-16T00:00:00Z", Status.GIVEN_UP);
        assertThat(at("2026-11-16T00:00:01Z")).as("until somebody hears").containsExactly(
                "alert cut@2026-11-16T00:00:00Z was given up after 1 attempt: broken");
        runs.computeIfPresent("cut@2026-11-16T00:00:00Z", (id, run) -> run.saidToBeGivenUp());
        assertThat(at("2026-11-16T02:30:00Z")).containsExactly("note amend@2026-11-16T02:30:00Z waiting",
                "note amend@2026-11-16T02:30:00Z given up",
                "alert amend@2026-11-16T02:30:00Z was given up after 0 attempts: cut was given up, which it comes after");
        at("2026-11-17T00:00:00Z");
        is("cut@2026-11-17T00:00:00Z", Status.DONE);
        assertThat(at("2026-11-17T02:30:00Z")).as("the next day").contains("begin amend@2026-11-17T02:30:00Z");
    }

    @Test
    void whatIsNotDoneByItsDeadlineIsToldUntilSomebodyHears() {
        Schedule amend = new Schedule("amend", AMEND.action(), AMEND.cron(), ZoneId.of("Europe/Berlin"),
                Optional.empty(), List.of(), 3, Duration.ofMinutes(1), Optional.of(LocalTime.of(7, 0)));
        schedules.add(amend);
        at("2026-11-15T12:00:00Z");
        assertThat(at("2026-11-16T01:30:00Z")).as("half past two in Berlin")
                .contains("begin amend@2026-11-16T01:30:00Z");
        begin("amend@2026-11-16T01:30:00Z");
        assertThat(at("2026-11-16T05:59:59Z")).noneMatch(i -> i.startsWith("alert"));
        assertThat(at("2026-11-16T06:00:00Z"))
                .contains("alert amend@2026-11-16T01:30:00Z not done by 2026-11-16T06:00:00Z: running");
        assertThat(at("2026-11-16T06:00:01Z")).anyMatch(i -> i.startsWith("alert"));
        runs.computeIfPresent("amend@2026-11-16T01:30:00Z", (id, run) -> run.saidToBeLate());
        assertThat(at("2026-11-16T06:00:02Z")).noneMatch(i -> i.startsWith("alert"));
    }

    @Test
    void aDayIsCutWhenItIsOverInUtcWhateverClocksSay() {
        schedules.add(new Schedule("cut", CUT.action(), CUT.cron(), ZoneId.of("Europe/Berlin"), Optional.empty(),
                List.of(), 3, Duration.ofMinutes(1), Optional.empty()));
        at("2026-11-15T12:00:00Z");
        complete = time("2026-11-15T23:30:00Z");
        at("2026-11-15T23:30:00Z");
        assertThat(runs.get("cut@2026-11-15T23:00:00Z").message())
                .contains("waits until gold.daily is complete through 2026-11-16T00:00:00Z");
        complete = time("2026-11-16T00:00:00Z");
        assertThat(at("2026-11-16T00:00:01Z")).containsExactly("begin cut@2026-11-15T23:00:00Z");
    }

    @Test
    void runsDoNotPileUpWhereOneDoesForAll() {
        Schedule often = schedule("amend", AMEND.action(), "*/10 * * * *");
        schedules.add(often);
        at("2026-11-15T12:00:00Z");
        at("2026-11-15T12:10:00Z");
        begin("amend@2026-11-15T12:10:00Z");
        assertThat(at("2026-11-15T12:20:00Z")).contains("note amend@2026-11-15T12:20:00Z waiting");
        assertThat(at("2026-11-15T12:30:00Z")).containsExactly("begin amend@2026-11-15T12:10:00Z");
        is("amend@2026-11-15T12:10:00Z", Status.DONE);
        is("amend@2026-11-15T12:20:00Z", Status.DONE);
        assertThat(at("2026-11-15T12:55:00Z")).containsExactly("note amend@2026-11-15T12:50:00Z waiting",
                "begin amend@2026-11-15T12:50:00Z");
    }

    @Test
    void aScheduleThatComesBackCountsFromThen() {
        schedules.add(AMEND);
        at("2026-11-15T12:00:00Z");
        at("2026-11-16T02:30:00Z");
        schedules.clear();
        assertThat(at("2026-11-16T02:31:00Z")).containsExactly("gone amend",
                "note amend@2026-11-16T02:30:00Z given up");
        schedules.add(AMEND);
        assertThat(at("2026-12-16T02:31:00Z")).containsExactly("seen amend");
        assertThat(at("2026-12-16T02:32:00Z")).isEmpty();
    }

    @Test
    void whatSomebodyAsksForWaitsForNothingAndMovesNoSchedule() {
        Schedule amend = new Schedule("amend", AMEND.action(), AMEND.cron(), ZoneOffset.UTC,
                Optional.of("gold.daily"), List.of("cut"), 3, Duration.ofMinutes(1), Optional.empty());
        schedules.addAll(List.of(CUT, amend));
        at("2026-11-15T12:00:00Z");
        ScheduledRun asked = ScheduledRun.asked("amend", "amend", "airflow-1", time("2026-11-15T13:00:00Z"), "me");
        runs.put(asked.id(), asked);
        assertThat(at("2026-11-15T13:00:01Z")).containsExactly("begin amend#airflow-1");
        is("amend#airflow-1", Status.DONE);
        complete = Instant.MAX;
        at("2026-11-16T00:00:00Z");
        is("cut@2026-11-16T00:00:00Z", Status.DONE);
        assertThat(at("2026-11-16T02:30:00Z")).contains("begin amend@2026-11-16T02:30:00Z");
    }

    private void is(String run, Status status) {
        runs.computeIfPresent(run, (id, r) -> status == Status.DONE
                ? r.begun(r.due(), "me").done(r.due(), "done")
                : r.begun(r.due(), "me").failed(r.due(), "broken", Optional.empty()));
    }

    private void begin(String run) {
        runs.computeIfPresent(run, (id, r) -> r.begun(r.due(), "me"));
    }

    /** Decides, and writes down what is to be written down. */
    private List<String> at(String now) {
        List<String> words = new ArrayList<>();
        for (Item item : Agenda.of(schedules, Map.copyOf(since), List.copyOf(runs.values()), time(now),
                table -> complete.equals(Instant.MIN) ? Optional.empty() : Optional.of(complete), "me")) {
            words.add(switch (item) {
                case Item.Seen seen -> {
                    since.put(seen.schedule(), time(now));
                    yield "seen " + seen.schedule();
                }
                case Item.Gone gone -> {
                    since.remove(gone.schedule());
                    yield "gone " + gone.schedule();
                }
                case Item.Note note -> {
                    runs.put(note.run().id(), note.run());
                    yield "note " + note.run().id() + " " + note.run().words();
                }
                case Item.Begin begin -> "begin " + begin.run().id();
                case Item.Alert alert -> "alert " + alert.run().id() + " " + alert.why();
            });
        }
        return words;
    }

    private static Schedule schedule(String name, Action action, String cron) {
        return new Schedule(name, action, Cron.parse(cron).orElseThrow(), ZoneOffset.UTC, Optional.empty(), List.of(),
                3, Duration.ofMinutes(1), Optional.empty());
    }

    private static Instant time(String text) {
        return Instant.parse(text);
    }
}
