package millrace.ops.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import millrace.ops.http.Shown;
import millrace.ops.replay.Replays;
import millrace.replay.plan.Estimate;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.plan.ReplayPlan.Kind;
import millrace.replay.plan.ReplayPlan.PartitionRead;
import millrace.replay.plan.ReplayPlan.Read;

/** A plan for people, and for programs. */
record ReplayPlanView(ReplayPlan plan, List<Estimate.Share> shares, Estimate estimate) {
    /** Of a plan that is made now. */
    static ReplayPlanView of(Replays replays, ReplaySubject.Found found, ReplayRange range, ReplayRate rate) {
        ReplayPlan plan = replays.plan(found.replayed(), found.models(), range.from(), range.to(), range.sample());
        List<Estimate.Share> shares = replays.shares(plan);
        return new ReplayPlanView(plan, shares, Estimate.of(plan, shares, rate.mostPerSecond()));
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        switch (plan.kind()) {
            case Kind.Bounded bounded ->
                lines.add("exact for a range   " + ReplayListCommand.range(plan));
            case Kind.Whole whole -> {
                lines.add(
                        "exact for everything alone   from the first record to the present, then in place of the live results");
                whole.because().forEach(why -> lines.add("  " + why));
            }
        }
        if (!plan.sample().isEmpty()) {
            lines.add("of a sample         " + partitions(plan) + " alone, to be compared and not published");
        }
        TextTable looks = new TextTable("model", "looks at", "back", "ahead");
        plan.looks().forEach(l -> looks.row(l.model(), l.contract(), l.back(), l.ahead()));
        part(looks, lines);
        TextTable reads = new TextTable("reads", "partitions>", "records>", "size>", "from bronze>");
        plan.reads().forEach(r -> reads.row(r.topic(), r.partitions().size(), Shown.count(r.records()),
                Shown.bytes(r.bytes()), Shown.count(r.fromBronze())));
        part(reads, lines);
        TextTable writes = new TextTable("writes", "dated by", "replaces files>", "in part>", "rows in them>", "size>");
        shares.forEach(s -> writes.row(s.table() + "@" + plan.branch(), plan.models().stream()
                .filter(w -> w.model().equals(s.model())).findFirst().flatMap(ReplayPlan.Written::column).orElse("-"),
                Shown.count(s.files()), Shown.count(s.partly()), Shown.count(s.rows()), Shown.bytes(s.bytes())));
        part(writes, lines);
        lines.add("");
        lines.add("estimate   " + Shown.age(Optional.of(estimate.time())) + " at " + Shown.count(estimate.rate())
                + " records a second, " + Shown.bytes(estimate.bytes()) + " of disk");
        lines.add("plan " + plan.id());
        return lines;
    }

    /** Such as {@code p0, p3}. */
    static String partitions(ReplayPlan plan) {
        return plan.sample().stream().map(p -> "p" + p).collect(Collectors.joining(", "));
    }

    private static void part(TextTable table, List<String> lines) {
        lines.add("");
        lines.addAll(table.lines());
    }

    Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", plan.id());
        out.put("pipeline", plan.pipeline());
        out.put("revision", plan.revision());
        out.put("branch", plan.branch());
        if (!plan.sample().isEmpty()) {
            out.put("sample", plan.sample());
        }
        switch (plan.kind()) {
            case Kind.Bounded bounded -> {
                out.put("kind", "range");
                bounded.from().ifPresent(from -> out.put("from", from));
                bounded.to().ifPresent(to -> out.put("to", to));
            }
            case Kind.Whole whole -> {
                out.put("kind", "everything");
                out.put("because", whole.because());
            }
        }
        out.put("models", plan.models());
        out.put("looks", plan.looks());
        out.put("reads", plan.reads().stream().map(ReplayPlanView::json).toList());
        out.put("replaces", shares);
        out.put("estimate", Map.of("seconds", estimate.time().toSeconds(), "rate", estimate.rate(), "bytes",
                estimate.bytes()));
        return out;
    }

    private static Map<String, Object> json(Read read) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("contract", read.contract());
        out.put("topic", read.topic());
        out.put("topicId", read.topicId());
        out.put("records", read.records());
        out.put("fromBronze", read.fromBronze());
        out.put("bytes", read.bytes());
        out.put("partitions", read.partitions().stream().map(ReplayPlanView::json).toList());
        return out;
    }

    private static Map<String, Object> json(PartitionRead p) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("partition", p.partition());
        out.put("start", p.start());
        p.clock().ifPresent(clock -> out.put("clock", micros(clock)));
        p.end().ifPresent(end -> out.put("end", end));
        out.put("records", p.records());
        out.put("fromBronze", p.fromBronze());
        return out;
    }

    private static Instant micros(long micros) {
        return Instant.EPOCH.plus(micros, java.time.temporal.ChronoUnit.MICROS);
    }
}
