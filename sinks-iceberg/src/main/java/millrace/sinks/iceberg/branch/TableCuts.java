package millrace.sinks.iceberg.branch;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.branch.TableBranches.Ref;
import millrace.sinks.iceberg.table.SinkProblem;

/**
 * The states of a table that reports about a day are made from: tags {@code cut-<date>-T0}, {@code -T1} and so on. The
 * first is made when the day is complete, another whenever rows of it have become others since, so that a report can be
 * made again from the very rows that it was made from, and beside it from those that are known today.
 */
public final class TableCuts {
    private static final Pattern NAME = Pattern.compile("cut-(\\d{4}-\\d{2}-\\d{2})-T(\\d{1,9})");
    private static final int MOST_ATTEMPTS = 20;

    private TableCuts() {}

    /** One of them. */
    public record Cut(LocalDate date, int number, Ref ref) {
        /** Of the tag. */
        public String name() {
            return TableCuts.name(date, number);
        }
    }

    /** Those of a table, by date and number; nothing if there is no such table. */
    public static Optional<List<Cut>> of(Map<String, String> catalogProperties, String table) {
        return TableBranches.of(catalogProperties, table).map(refs -> {
            List<Cut> cuts = new ArrayList<>();
            refs.forEach(r -> cut(r).ifPresent(cuts::add));
            cuts.sort(Comparator.comparing(Cut::date).thenComparing(Cut::number));
            return cuts;
        });
    }

    private static Optional<Cut> cut(Ref ref) {
        Matcher name = NAME.matcher(ref.name());
        if (ref.kind() != TableBranches.Kind.TAG || !name.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Cut(LocalDate.parse(name.group(1)), Integer.parseInt(name.group(2)), ref));
        } catch (DateTimeParseException e) {
            return Optional.empty(); // The tag of somebody who counts days otherwise.
        }
    }

    private static String name(LocalDate date, int number) {
        return "cut-" + date + "-T" + number;
    }

    /**
     * Makes the first cut of a day, or finds it: making it again changes nothing.
     *
     * @param table {@code namespace.name}
     * @throws ProblemException if there is no such table, or it does not have the whole day yet
     */
    public static Cut first(Map<String, String> catalogProperties, String table, LocalDate date) {
        Ref main = TableBranches.find(catalogProperties, table, "main").orElseThrow(() -> problem(table,
                "There is no table " + table + ", or it has no rows yet."));
        Optional<Cut> first = firstOf(catalogProperties, table, date);
        if (first.isPresent()) {
            return first.get();
        }
        Instant end = date.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        if (main.completeThrough().filter(t -> !t.isBefore(end)).isEmpty()) {
            throw new ProblemException(Problem.of(SinkProblem.CUT_TOO_EARLY, table + " " + date, table
                    + main.completeThrough().map(t -> " is complete through " + t)
                            .orElse(" does not say how complete it is")
                    + ", and " + date + " ends at " + end + ".").withRemedy(SinkProblem.CUT_TOO_EARLY.remedy()));
        }
        try {
            TableBranches.tag(catalogProperties, table, name(date, 0), Long.toString(main.snapshot()));
        } catch (ProblemException e) {
            // Somebody else may have been quicker.
            return firstOf(catalogProperties, table, date).orElseThrow(() -> e);
        }
        return firstOf(catalogProperties, table, date).orElseThrow();
    }

    /**
     * Makes the next cut of each day of a stretch that has been cut before, unless there is one of the same snapshot.
     *
     * @param from the first day
     * @param to the last day
     * @param snapshot that has the rows of the days as they are known now
     * @return those that were made, or were made before of this snapshot
     */
    public static List<Cut> next(Map<String, String> catalogProperties, String table, LocalDate from, LocalDate to,
            long snapshot) {
        List<Cut> made = new ArrayList<>();
        of(catalogProperties, table).orElse(List.of()).stream().map(Cut::date)
                .filter(d -> !d.isBefore(from) && !d.isAfter(to)).distinct()
                .forEach(date -> made.add(nextOf(catalogProperties, table, date, snapshot)));
        return made;
    }

    /** The first that is there: one that was dropped is not made again of what the table has now. */
    private static Optional<Cut> firstOf(Map<String, String> catalogProperties, String table, LocalDate date) {
        return of(catalogProperties, table).orElse(List.of()).stream().filter(c -> c.date().equals(date)).findFirst();
    }

    /** The last one of a date that passes. */
    private static Optional<Cut> cutOf(Map<String, String> catalogProperties, String table, LocalDate date,
            Predicate<Cut> which) {
        return of(catalogProperties, table).orElse(List.of()).stream().filter(c -> c.date().equals(date))
                .filter(which).reduce((a, b) -> b);
    }

    private static Cut nextOf(Map<String, String> catalogProperties, String table, LocalDate date, long snapshot) {
        for (int attempt = 1;; attempt++) {
            Optional<Cut> same = cutOf(catalogProperties, table, date, c -> c.ref().snapshot() == snapshot);
            if (same.isPresent()) {
                return same.get();
            }
            int number = cutOf(catalogProperties, table, date, c -> true).map(c -> c.number() + 1).orElse(0);
            try {
                TableBranches.tag(catalogProperties, table, name(date, number), Long.toString(snapshot));
            } catch (ProblemException e) {
                // Somebody else may have made one of this number.
                if (attempt == MOST_ATTEMPTS || cutOf(catalogProperties, table, date, c -> c.number() >= number)
                        .isEmpty()) {
                    throw e;
                }
            }
        }
    }

    private static ProblemException problem(String table, String message) {
        return new ProblemException(Problem.of(SinkProblem.BRANCH_UNUSABLE, table, message)
                .withRemedy(SinkProblem.BRANCH_UNUSABLE.remedy()));
    }
}
