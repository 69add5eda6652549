package millrace.ops.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import millrace.ops.project.Schedule;
import millrace.ops.schedule.ScheduledRun.Status;

/**
 * Decides what is to be done now. Pure: from the schedules, what has become of their runs, and the time.
 *
 * <p>
 * Of one schedule one run is under way at a time, the oldest first. What was missed while nothing ran is made up for: each
 * time of an action that is about a day, the last one of an action that does for all. A schedule begins to count when it is
 * first seen.
 */
final class Agenda {
    /** So many missed times are made up for. */
    private static final int MOST_MISSED = 31;
    private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);

    /** Something to be done. */
    sealed interface Item {
        /** A schedule is seen for the first time. */
        record Seen(String schedule) implements Item {}

        /** A schedule is no longer there; should it come back, it counts from then. */
        record Gone(String schedule) implements Item {}

        /** What has become of a run is to be written down. */
        record Note(ScheduledRun run) implements Item {}

        /** A run is to begin, or to go on. */
        record Begin(Schedule schedule, ScheduledRun run) implements Item {}

        /** Somebody is to be told, and that then written down. */
        record Alert(ScheduledRun run, About about, String why) implements Item {}
    }

    /** What is told. */
    enum About {
        /** A deadline has passed. */
        LATE,
        /** It is not tried again. */
        GIVEN_UP
    }

    private final Map<String, Instant> since;
    private final Map<String, List<ScheduledRun>> runs = new HashMap<>();
    private final Instant now;
    private final Function<String, Optional<Instant>> completeThrough;
    private final String who;
    private final List<Item> items = new ArrayList<>();

    private Agenda(Map<String, Instant> since, Collection<ScheduledRun> all, Instant now,
            Function<String, Optional<Instant>> completeThrough, String who) {
        this.since = since;
        this.now = now;
        this.completeThrough = completeThrough;
        this.who = who;
        all.stream().sorted(Comparator.comparing(ScheduledRun::due))
                .forEach(r -> runs.computeIfAbsent(r.schedule(), s -> new ArrayList<>()).add(r));
    }

    /**
     * @param since when each schedule was first seen
     * @param runs of all schedules
     * @param completeThrough gives the event time through which a table is complete, if it is known
     * @param who decides
     */
    static List<Item> of(List<Schedule> schedules, Map<String, Instant> since, Collection<ScheduledRun> runs,
            Instant now, Function<String, Optional<Instant>> completeThrough, String who) {
        Agenda agenda = new Agenda(since, runs, now, completeThrough, who);
        schedules.forEach(agenda::look);
        Set<String> names = schedules.stream().map(Schedule::name).collect(Collectors.toSet());
        since.keySet().stream().filter(s -> !names.contains(s)).forEach(s -> agenda.items.add(new Item.Gone(s)));
        runs.stream().filter(r -> !names.contains(r.schedule()) && !r.status().isOver()).forEach(
                r -> agenda.items.add(new Item.Note(r.failed(now, "its schedule is gone", Optional.empty())
                        .saidToBeGivenUp())));
        return agenda.items;
    }

    /** Those that are first seen are due from now on. */
    private void look(Schedule schedule) {
        if (!since.containsKey(schedule.name())) {
            items.add(new Item.Seen(schedule.name()));
        } else {
            dues(schedule).forEach(due -> {
                ScheduledRun run = ScheduledRun.scheduled(schedule.name(), schedule.action().word(), due, now, who);
                runs.computeIfAbsent(schedule.name(), s -> new ArrayList<>()).add(run);
                items.add(new Item.Note(run));
            });
        }
        List<ScheduledRun> own = List.copyOf(runs.getOrDefault(schedule.name(), List.of()));
        // What is under way first, then what somebody has asked for, who is not to wait for what waits.
        own.stream().filter(r -> !r.status().isOver()).min(Comparator
                .comparing((ScheduledRun r) -> r.status() == Status.RUNNING ? 0 : r.isAsked() ? 1 : 2)
                .thenComparing(ScheduledRun::due)).ifPresent(run -> next(schedule, run));
        own.forEach(run -> tell(schedule, run));
    }

    /** The times that have come since the last one that is written down. */
    private List<Instant> dues(Schedule schedule) {
        if (schedule.action().doesForAll() && runs.getOrDefault(schedule.name(), List.of()).stream()
                .anyMatch(r -> !r.isAsked() && r.status() == Status.WAITING)) {
            return List.of(); // That does for these too.
        }
        Instant last = runs.getOrDefault(schedule.name(), List.of()).stream().filter(r -> !r.isAsked())
                .map(ScheduledRun::due).filter(since.get(schedule.name())::isBefore).max(Comparator.naturalOrder())
                .orElse(since.get(schedule.name()));
        List<Instant> dues = new ArrayList<>();
        for (Instant due = schedule.cron().next(last, schedule.zone()); !due.isAfter(now); due = schedule.cron()
                .next(due, schedule.zone())) {
            dues.add(due);
            if (dues.size() > MOST_MISSED) {
                dues.remove(0);
            }
        }
        return schedule.action().doesForAll() && !dues.isEmpty() ? List.of(dues.get(dues.size() - 1)) : dues;
    }

    private void next(Schedule schedule, ScheduledRun run) {
        switch (run.status()) {
            case WAITING -> {
                Optional<String> given = schedule.after().stream().filter(s -> isGivenUp(s, run)).findFirst();
                if (given.isPresent()) {
                    ScheduledRun over = run.failed(now, given.get() + " was given up, which it comes after",
                            Optional.empty());
                    items.add(new Item.Note(over));
                    items.add(givenUp(over));
                    return;
                }
                Optional<String> waits = waits(schedule, run);
                if (waits.isEmpty()) {
                    items.add(new Item.Begin(schedule, run));
                } else if (!waits.equals(run.message())) {
                    items.add(new Item.Note(run.waits(waits.get())));
                }
            }
            case RUNNING -> items.add(new Item.Begin(schedule, run));
            case FAILED -> {
                if (run.again().filter(now::isBefore).isEmpty()) {
                    items.add(new Item.Begin(schedule, run));
                }
            }
            case GIVEN_UP, DONE -> throw new IllegalStateException(run.id() + " is over");
        }
    }

    /** What a run still waits for. */
    private Optional<String> waits(Schedule schedule, ScheduledRun run) {
        if (run.isAsked()) {
            return Optional.empty(); // Who asks for it knows what they do.
        }
        for (String other : schedule.after()) {
            if (runs.getOrDefault(other, List.of()).stream()
                    .anyMatch(r -> !r.due().isAfter(run.due()) && !r.status().isOver())) {
                return Optional.of("waits for " + other);
            }
        }
        return schedule.complete().flatMap(table -> incomplete(table, run.due()))
                .or(() -> schedule.action() instanceof Schedule.Action.Cut cut
                        ? cut.tables().stream().flatMap(t -> incomplete(t, endOfDay(schedule, run)).stream())
                                .findFirst()
                        : Optional.empty());
    }

    private Optional<String> incomplete(String table, Instant through) {
        return completeThrough.apply(table).filter(t -> !t.isBefore(through)).isPresent()
                ? Optional.empty()
                : Optional.of("waits until " + table + " is complete through " + through);
    }

    /** Days of reports are those of UTC, whatever clocks say when they are due. */
    private static Instant endOfDay(Schedule schedule, ScheduledRun run) {
        return LocalDate.ofInstant(run.due(), schedule.zone()).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** Whether the last run of a schedule that was due by then has come to nothing. */
    private boolean isGivenUp(String schedule, ScheduledRun run) {
        return !run.isAsked() && runs.getOrDefault(schedule, List.of()).stream()
                .filter(r -> !r.due().isAfter(run.due())).reduce((a, b) -> b)
                .filter(r -> r.status() == Status.GIVEN_UP).isPresent();
    }

    private void tell(Schedule schedule, ScheduledRun run) {
        if (run.status() == Status.GIVEN_UP && !run.mourned()) {
            items.add(givenUp(run));
        } else if (!run.status().isOver() && !run.alerted()
                && schedule.deadline().filter(d -> !now.isBefore(deadline(schedule, run))).isPresent()) {
            items.add(new Item.Alert(run, About.LATE, "not done by " + deadline(schedule, run) + ": " + run.words()
                    + run.message().map(m -> ", " + m).orElse("")));
        }
    }

    private static Item givenUp(ScheduledRun run) {
        return new Item.Alert(run, About.GIVEN_UP, "was given up after " + run.attempt()
                + (run.attempt() == 1 ? " attempt" : " attempts") + run.message().map(m -> ": " + m).orElse(""));
    }

    /** The first time of the day that it names behind the time that it was due. */
    private static Instant deadline(Schedule schedule, ScheduledRun run) {
        ZonedDateTime due = run.due().atZone(schedule.zone());
        LocalDate day = due.toLocalTime().isBefore(schedule.deadline().orElseThrow())
                ? due.toLocalDate()
                : due.toLocalDate().plusDays(1);
        return day.atTime(schedule.deadline().get()).atZone(schedule.zone()).toInstant();
    }

    /**
     * What a run comes to that has failed.
     *
     * @param run as it was begun
     */
    static ScheduledRun failed(Schedule schedule, ScheduledRun run, Instant now, String why) {
        if (run.attempt() > schedule.retries()) {
            return run.failed(now, why, Optional.empty());
        }
        Duration backoff = schedule.backoff();
        for (int i = 1; i < run.attempt() && backoff.compareTo(LONGEST_BACKOFF) < 0; i++) {
            backoff = backoff.multipliedBy(2);
        }
        return run.failed(now, why, Optional.of(now.plus(backoff)));
    }
}
