package millrace.ops.cli;

import java.util.Optional;
import millrace.ops.observe.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import millrace.ops.http.Answers;
import millrace.ops.http.Shown;
import millrace.ops.observe.Ages;
import millrace.ops.observe.Blocked;
import millrace.ops.observe.Condition;
import millrace.ops.observe.PipelineStatus;
import millrace.ops.observe.QuarantineStatus;
import millrace.ops.observe.Status;
import millrace.ops.observe.TableStatus;
import millrace.sinks.iceberg.health.Upkeep;

/** A status as lines of text. Pure: the same status gives the same lines. */
final class StatusView {
    /** Those that hold back stand first; the others differ little. */
    private static final int MOST_PARTITIONS = 12;

    private StatusView() {}

    /** One line per table, those for late rows only where some have come; and what is blocked below. */
    static List<String> live(Status status) {
        Map<String, Long> refused = new HashMap<>();
        for (QuarantineStatus q : status.quarantine()) {
            refused.put(q.beside(), q.records() + q.waiting());
        }
        TextTable table = new TextTable("table", "rows>", "rate/s>", "fresh>", "complete through", "quarantined>");
        for (TableStatus t : status.tables()) {
            if (!t.layer().equals("quarantine") && !(Answers.isBeside(t) && t.rows() == 0)) {
                table.row(t.name(), Shown.count(t.rows()), Shown.rate(t.rowsPerSecond()), Shown.age(t.freshness()),
                        completeThrough(t, status.at()),
                        refused.containsKey(t.name()) ? Shown.count(refused.get(t.name())) : "\u2013");
            }
        }
        List<String> lines = new ArrayList<>(table.lines());
        status.blocked().forEach(b -> lines.addAll(blocked(b, status.at())));
        return lines;
    }

    /** What {@code millrace status} shows: conditions and reasons too. */
    static List<String> full(Status status) {
        List<String> lines = new ArrayList<>();
        for (PipelineStatus p : status.pipelines()) {
            lines.add("pipeline " + p.name() + ": " + p.state() + (p.detail().isEmpty() ? "" : ". " + p.detail())
                    + (p.keeps().stores().isEmpty() ? "" : "   keeps here " + Shown.kept(p.keeps())));
        }
        Answers answers = Answers.of(status);
        lines.add("");
        lines.add("Is it fresh?                  " + answer(answers.fresh()));
        lines.add("Is it right?                  " + answer(answers.right()));
        lines.add("Why is nothing coming out?    " + answer(answers.stuck()));
        lines.add("");
        TextTable table = new TextTable("table", "state", "rows>", "rate/s>", "fresh>", "waiting>", "lag>",
                "complete through", "files>", "last commit>");
        for (TableStatus t : status.tables()) {
            table.row(t.name(), Answers.word(t), Shown.count(t.rows()), Shown.rate(t.rowsPerSecond()),
                    Shown.age(t.freshness()), Shown.age(t.waiting()), Shown.count(t.lag()),
                    completeThrough(t, status.at()), Shown.count(t.files()), Shown.ago(t.lastCommit(), status.at()));
        }
        lines.addAll(table.lines());
        status.blocked().forEach(b -> lines.addAll(blocked(b, status.at())));
        return lines;
    }

    /** One table in full: why it is as it is, and its position in every partition. */
    static List<String> table(TableStatus t, Instant now) {
        List<String> lines = new ArrayList<>();
        lines.add(t.name() + "   " + Answers.word(t) + "   " + Shown.count(t.rows()) + " rows");
        if (!t.explanation().isEmpty()) {
            lines.add("  " + t.explanation());
        }
        lines.add("  complete through " + completeThrough(t, now) + "   last commit " + Shown.ago(t.lastCommit(), now)
                + "   newest record " + Shown.age(t.freshness())
                + t.objective().map(o -> " (promised " + Ages.words(o) + ")").orElse(""));
        lines.add("  " + Shown.count(t.files()) + " files, " + Shown.count(t.smallFiles()) + " of them small, "
                + Shown.bytes(t.bytes()) + t.snapshot().map(s -> "   snapshot " + s).orElse(""));
        if (t.upkeep().rewrites() > 0) {
            lines.add("  " + upkeep(t.upkeep(), now));
        }
        lines.add("");
        TextTable partitions = new TextTable("partition>", "position>", "end>", "lag>");
        t.partitions().forEach(p -> partitions.row(p.partition(), Shown.count(p.position()), Shown.count(p.end()),
                Shown.count(p.lag())));
        lines.add("  from " + t.topic());
        partitions.lines().forEach(l -> lines.add("  " + l));
        t.blocked().ifPresent(b -> lines.addAll(blocked(b, now)));
        return lines;
    }

    private static String upkeep(Upkeep upkeep, Instant now) {
        return "in the last hour " + Shown.count(upkeep.filesBefore()) + " files of "
                + Shown.bytes(upkeep.bytesBefore()) + " became " + Shown.count(upkeep.filesAfter()) + " of "
                + Shown.bytes(upkeep.bytesAfter()) + ", last " + Shown.ago(upkeep.last(), now);
    }

    /** Every table with the reason why nothing more is in it. */
    static List<String> whys(Status status) {
        TextTable table = new TextTable("table", "state", "complete through", "why");
        for (TableStatus t : status.tables()) {
            table.row(t.name(), Answers.word(t), completeThrough(t, status.at()),
                    t.why().map(Why::sentence).orElse(t.explanation()));
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("");
        lines.add("millrace status <table> --why shows its source partitions");
        return lines;
    }

    /** Why one table is complete through its time and no further, with the source partitions, the slowest first. */
    static List<String> why(TableStatus t, Instant now) {
        List<String> lines = new ArrayList<>();
        lines.add(t.name() + "   " + Answers.word(t) + "   complete through " + completeThrough(t, now)
                + "   last rows " + Shown.ago(t.lastCommit(), now));
        if (t.why().isEmpty()) {
            lines.add("  " + t.explanation());
            return lines;
        }
        Why why = t.why().get();
        lines.add("  " + why.sentence());
        if (!why.remedy().isEmpty()) {
            lines.add("  " + why.remedy());
        }
        if (!why.sources().isEmpty()) {
            lines.add("");
            lines.addAll(sources(why.sources(), now));
        }
        return lines;
    }

    private static List<String> sources(List<Why.Source> sources, Instant now) {
        TextTable table = new TextTable("source partition", "watermark", "unread>", "last record>", "");
        sources.stream().limit(MOST_PARTITIONS).forEach(s -> table.row(s.topic() + "-" + s.partition(),
                s.ended() ? "the end" : Shown.time(s.watermark(), now), Shown.count(s.unread()),
                Shown.ago(s.lastRecord(), now), remark(s, now)));
        List<String> lines = new ArrayList<>();
        table.lines().forEach(l -> lines.add("  " + l));
        if (sources.size() > MOST_PARTITIONS) {
            lines.add("  and " + (sources.size() - MOST_PARTITIONS) + " others that are further, up to "
                    + sources.stream().flatMap(s -> s.watermark().stream()).max(Instant::compareTo)
                            .map(w -> Shown.time(Optional.of(w), now)).orElse("the end"));
        }
        return lines;
    }

    private static String remark(Why.Source source, Instant now) {
        String idle = source.idleAt().map(at -> at.isAfter(now)
                ? "idle in " + Ages.words(Duration.between(now, at))
                : "idle").orElse("");
        return source.feeds() ? idle : idle + (idle.isEmpty() ? "" : ", ") + "of a related source";
    }

    private static String completeThrough(TableStatus t, Instant now) {
        // An end marker says that nothing is to come: event time has no bound then.
        return t.completeThrough().filter(c -> c.isAfter(now.plusSeconds(100L * 365 * 86_400))).map(c -> "the end")
                .orElseGet(() -> Shown.time(t.completeThrough(), now));
    }

    private static String answer(Answers.Answer a) {
        return a.answer() + (a.detail().isEmpty() ? "" : (a.answer().endsWith(".") ? " " : ". ") + a.detail());
    }

    private static List<String> blocked(Blocked b, Instant now) {
        return List.of("", "blocked " + b.code() + "   " + b.subject() + "   since " + Shown.since(b.since(), now),
                "  " + b.reason(), "  " + b.remedy());
    }

    static ExitCode exitCode(Status status) {
        return status.condition() == Condition.BLOCKED || status.condition() == Condition.STOPPED
                ? ExitCode.UNAVAILABLE
                : ExitCode.OK;
    }
}
