package millrace.ops.http;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import millrace.ops.observe.Ages;
import millrace.ops.observe.Condition;
import millrace.ops.observe.PipelineStatus;
import millrace.ops.observe.QuarantineStatus;
import millrace.ops.observe.Status;
import millrace.ops.observe.TableStatus;
import millrace.ops.observe.TableStatus.PartitionStatus;
import millrace.topology.late.LateRow;

/**
 * The three questions of the status page, answered in words.
 *
 * @param fresh is it fresh?
 * @param right is it right?
 * @param stuck why is nothing coming out?
 */
public record Answers(String headline, Answer fresh, Answer right, Answer stuck) {
    /** A short answer and the sentence behind it. */
    public record Answer(String answer, String detail) {}

    public static Answers of(Status status) {
        return new Answers(headline(status), fresh(status.tables()), right(status), stuck(status));
    }

    /** The pipelines' names. */
    public static String title(Status status) {
        return status.pipelines().stream().map(PipelineStatus::name).collect(Collectors.joining(", "));
    }

    public static String word(TableStatus table) {
        if (isFilling(table)) {
            return "first rows due";
        }
        return switch (table.condition()) {
            case EMPTY -> "no rows yet";
            case CURRENT -> "up to date";
            case BEHIND -> "catching up";
            case STALE -> "no new data";
            case STOPPED -> "not running";
            case BLOCKED -> "blocked";
        };
    }

    /** Whether it holds refused or late rows, whose freshness is that of their table and not of the data. */
    public static boolean isBeside(TableStatus table) {
        return table.layer().equals("quarantine") || table.name().endsWith(LateRow.tableOf(""));
    }

    /** Whether what has come is on its way into a table that has no row yet. */
    private static boolean isFilling(TableStatus table) {
        return table.rows() == 0 && table.waiting().isPresent() && table.condition() == Condition.CURRENT;
    }

    /** How much of what Kafka still has of a partition is in the table. */
    public static long percent(PartitionStatus p) {
        long there = p.end() - p.start();
        return there == 0 ? 100 : 100 - share(p.lag(), there);
    }

    /** Percent, rounded up, so that something never looks like nothing. */
    public static long share(long part, long whole) {
        return whole == 0 ? 0 : Math.min(100, (100 * part + whole - 1) / whole);
    }

    private static String headline(Status status) {
        return switch (status.condition()) {
            case EMPTY -> "waiting for the first records";
            case CURRENT -> status.tables().stream().allMatch(t -> t.rows() == 0)
                    ? "the first records have come"
                    : "all tables are up to date";
            case BEHIND -> "catching up";
            case STALE -> "a source has gone quiet";
            case STOPPED -> "records wait and nothing runs";
            case BLOCKED -> "blocked";
        };
    }

    private static Answer fresh(List<TableStatus> tables) {
        List<TableStatus> late = tables.stream().filter(t -> t.waiting().isPresent()
                && t.condition() != Condition.CURRENT).toList();
        if (!late.isEmpty()) {
            TableStatus worst = late.stream().max(Comparator.comparing(t -> t.waiting().get())).get();
            return new Answer(late.size() + " of " + tables.size() + " tables are behind", worst.name()
                    + " is furthest: " + Ages.words(worst.waiting().get()) + ", " + Shown.count(worst.lag())
                    + " records.");
        }
        List<TableStatus> quiet = tables.stream().filter(t -> t.condition() == Condition.STALE).toList();
        if (!quiet.isEmpty()) {
            return new Answer("No new data for " + names(quiet), quiet.getFirst().explanation());
        }
        return tables.stream().filter(t -> t.freshness().isPresent() && !isBeside(t))
                .min(Comparator.comparing(t -> t.freshness().get()))
                .map(t -> new Answer("Yes", "All that has come is in the tables. The newest record is "
                        + Ages.words(t.freshness().orElse(Duration.ZERO)) + " old (" + t.name() + ")."))
                .orElseGet(() -> tables.stream().filter(Answers::isFilling).findFirst()
                        .map(t -> new Answer("Not yet", "The first records have come; the next commit takes them into "
                                + t.name() + "."))
                        .orElse(new Answer("Nothing has come yet", "No table has a row.")));
    }

    private static Answer right(Status status) {
        long refused = status.quarantine().stream().mapToLong(QuarantineStatus::records).sum();
        if (refused == 0) {
            return new Answer("Nothing was refused", "Every record kept its contract.");
        }
        Map<String, Long> byReason = new TreeMap<>();
        status.quarantine().forEach(q -> q.byReason().forEach((reason, n) -> byReason.merge(reason, n, Long::sum)));
        long landed = status.tables().stream().filter(t -> t.layer().equals("bronze")).mapToLong(TableStatus::rows)
                .sum();
        String share = landed == 0 ? "" : String.format(java.util.Locale.ROOT, " (%.2f %%)", 100.0 * refused / landed);
        return new Answer(Shown.count(refused) + " records in quarantine" + share, byReason.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed()).limit(4)
                .map(e -> e.getKey() + " " + Shown.count(e.getValue())).collect(Collectors.joining(", ")));
    }

    private static Answer stuck(Status status) {
        if (!status.blocked().isEmpty()) {
            return new Answer(names(status.blocked().stream().map(b -> b.subject()).distinct().toList(), "is blocked",
                    "are blocked"), "The reason and what to do stand below. Nothing is lost meanwhile.");
        }
        List<String> down = status.pipelines().stream().filter(p -> p.condition().compareTo(Condition.STOPPED) >= 0)
                .map(PipelineStatus::name).toList();
        if (!down.isEmpty()) {
            return new Answer(names(down, "does not run", "do not run"), status.pipelines().stream()
                    .filter(p -> p.name().equals(down.getFirst())).findFirst().map(PipelineStatus::detail).orElse(""));
        }
        List<TableStatus> idle = status.tables().stream().filter(t -> t.condition() == Condition.STOPPED).toList();
        if (!idle.isEmpty()) {
            return new Answer("Nobody fills " + names(idle), idle.getFirst().explanation());
        }
        return new Answer("Nothing is blocked", status.condition() == Condition.EMPTY
                ? "The topics are empty: nothing has been produced yet."
                : "All pipelines run, and no table waits for a cure.");
    }

    private static String names(List<TableStatus> tables) {
        return names(tables.stream().map(TableStatus::name).toList(), "", "").strip();
    }

    private static String names(List<String> names, String one, String many) {
        String verb = names.size() == 1 ? one : many;
        return (names.size() <= 2
                ? String.join(" and ", names)
                : names.getFirst() + " and " + (names.size() - 1) + " others") + " " + verb;
    }
}
