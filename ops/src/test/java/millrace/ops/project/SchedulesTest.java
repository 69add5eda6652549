package millrace.ops.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.project.Schedule.Action;
import millrace.schemas.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchedulesTest {
    @TempDir
    Path folder;

    @Test
    void oneLineIsASchedule() throws IOException {
        assertThat(read("""
            - {action: amend, cron: "30 2 * * *", last: 7d, deadline: "07:00"}
            """)).containsExactly(new Schedule("amend", new Action.Amend(Duration.ofDays(7)), new Cron("30 2 * * *"),
                ZoneOffset.UTC, Optional.empty(), List.of(), 3, Duration.ofMinutes(1),
                Optional.of(LocalTime.of(7, 0))));
    }

    @Test
    void allThatCanBeSaid() throws IOException {
        List<Schedule> schedules = read("""
            - {action: cut, tables: [gold.daily, gold.hourly], complete: gold.daily, zone: Europe/Berlin}
            - {action: replay, name: again, select: gold.daily+, cron: "0 5 * * 1", after: cut, retries: 0, backoff: 5m}
            - {action: compact, tables: gold.daily, cron: "0 4 * * 0", after: [cut, again]}
            """);
        assertThat(schedules.get(0)).isEqualTo(new Schedule("cut",
                new Action.Cut(List.of("gold.daily", "gold.hourly")), new Cron("0 0 * * *"), ZoneId.of("Europe/Berlin"),
                Optional.of("gold.daily"), List.of(), 3, Duration.ofMinutes(1), Optional.empty()));
        assertThat(schedules.get(1)).isEqualTo(new Schedule("again", new Action.Replay(List.of("gold.daily+")),
                new Cron("0 5 * * 1"), ZoneOffset.UTC, Optional.empty(), List.of("cut"), 0, Duration.ofMinutes(5),
                Optional.empty()));
        assertThat(schedules.get(2).after()).containsExactly("cut", "again");
    }

    @Test
    void mistakesAreNamedWhereTheyStand() throws IOException {
        assertThat(problems("- {action: ammend, cron: \"30 2 * * *\"}")).contains("millrace.yaml:3", "amend");
        assertThat(problems("- {action: amend, last: 7d}")).contains("cron");
        assertThat(problems("- {action: amend, cron: \"30 2 * *\", last: 7d}")).contains("\"30 2 * *\"",
                "minute, hour");
        assertThat(problems("- {action: amend, cron: \"61 2 * * *\", last: 7d}")).contains("minute, hour");
        assertThat(problems("- {action: cut, cron: \"30 2 * * *\", tables: []}")).contains("Expected a name");
        assertThat(problems("- {action: cut, cron: \"30 2 * * *\", last: 7d}")).contains(
                "The action cut has no last; it is told tables.");
        assertThat(problems("- {action: amend, cron: \"30 2 * * *\", last: 7d, retry: 3}")).contains("\"retry\"",
                "retries");
        assertThat(problems("- {action: amend, cron: \"30 2 * * *\", last: 7d, after: cut}")).contains(
                "comes after \"cut\", which is not there");
        assertThat(problems("""
            - {action: amend, cron: "30 2 * * *", last: 7d, after: cut}
              - {action: cut, cron: "30 2 * * *", tables: a.b}
            """)).contains("expected that to stand before it");
        assertThat(problems("""
            - {action: cut, cron: "30 2 * * *", tables: a.b}
              - {action: cut, cron: "30 3 * * *", tables: a.c}
            """)).contains("Two schedules are called \"cut\"");
        assertThat(problems("- {action: amend, cron: \"30 2 * * *\", last: 7d, zone: Berlin}")).contains(
                "\"Berlin\"", "Europe/Berlin");
        assertThat(problems("- {action: amend, cron: \"30 2 * * *\", last: 7d, deadline: noon}")).contains(
                "\"noon\"", "07:00");
    }

    @Test
    void cronIsReadByTheClocksOfItsZone() {
        Cron cron = Cron.parse("30 2 * * *").orElseThrow();
        Instant noon = Instant.parse("2026-11-19T12:00:00Z");
        assertThat(cron.next(noon, ZoneOffset.UTC)).isEqualTo(Instant.parse("2026-11-20T02:30:00Z"));
        assertThat(cron.next(noon, ZoneId.of("Europe/Berlin"))).isEqualTo(Instant.parse("2026-11-20T01:30:00Z"));
        // Clocks go forward on 28 March and back on 31 October 2027.
        assertThat(cron.next(Instant.parse("2027-03-27T12:00:00Z"), ZoneId.of("Europe/Berlin"))).as("not shown")
                .isEqualTo(Instant.parse("2027-03-28T01:30:00Z"));
        assertThat(cron.next(Instant.parse("2027-10-30T12:00:00Z"), ZoneId.of("Europe/Berlin"))).as("shown twice")
                .isEqualTo(Instant.parse("2027-10-31T00:30:00Z"));
        assertThat(cron.next(Instant.parse("2027-10-31T00:30:00Z"), ZoneId.of("Europe/Berlin")))
                .isEqualTo(Instant.parse("2027-11-01T01:30:00Z"));
        assertThat(Cron.parse("0 0 30 2 *")).as("a day that never comes").isEmpty();
        assertThat(Cron.parse("0 30 2 * * *")).as("seconds").isEmpty();
    }

    private List<Schedule> read(String schedules) throws IOException {
        Files.writeString(folder.resolve("millrace.yaml"), "name: shop\nschedules:\n"
                + schedules.lines().map(l -> "  " + l.stripLeading()).reduce("", (a, b) -> a + b + "\n"));
        return Project.read(folder, "dev", Map.of()).schedules();
    }

    private String problems(String schedules) {
        return catchThrowableOfType(ProblemException.class, () -> read(schedules)).problems().toString();
    }
}
