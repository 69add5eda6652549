package millrace.ops.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.ops.http.Shown;
import millrace.ops.replay.Publications;
import millrace.ops.replay.Publications.Published;
import millrace.replay.journal.ReplayEntry;
import millrace.sinks.iceberg.publish.RangePublisher.State;

/** How far tables are on their way to have what a replay has given, for people; says again what lasts. */
final class PublishingView implements Publications.Progress {
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final Terminal terminal;
    private final Optional<Instant> settled;
    private String said = "";
    private Instant saidAt = Instant.MIN;

    /** @param settled through which time tables are waited for; absent if that is the end of time */
    PublishingView(Terminal terminal, Optional<Instant> settled) {
        this.terminal = terminal;
        this.settled = settled;
    }

    @Override
    public void of(String table, State state) {
        String line = switch (state) {
            case State.Waiting waiting ->
                table + " waits until it is complete through " + settled.map(Instant::toString).orElse("the end")
                        + "; it is through "
                        + time(waiting.through());
            case State.Held held -> table + " waits: " + held.why();
            case State.Preparing preparing -> table + ": looking for the rows of the range"
                    + (preparing.refusals() == 0 ? "" : " again, since files have moved meanwhile");
            case State.Proposed proposed -> table + ": " + Shown.count(proposed.replaced()) + " rows make way for "
                    + Shown.count(proposed.rows()) + " in " + Shown.count(proposed.files())
                    + " files; waiting for the committer";
            case State.Over over -> "";
        };
        Instant now = terminal.clock().instant();
        if (!line.isEmpty() && (!line.equals(said) || now.isAfter(saidAt.plus(AGAIN)))) {
            said = line;
            saidAt = now;
            terminal.err().println(line);
        }
    }

    private static String time(OptionalLong micros) {
        return micros.isEmpty()
                ? "nothing yet"
                : Instant.EPOCH.plus(micros.getAsLong(), ChronoUnit.MICROS).toString();
    }

    /** What came of it, for programs. */
    static Map<String, Object> json(ReplayEntry entry, List<Published> done) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", entry.plan().id());
        out.put("status", entry.words());
        out.put("tables", done.stream().map(PublishingView::json).toList());
        return out;
    }

    private static Map<String, Object> json(Published published) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("table", published.table());
        out.put("before", published.before());
        published.after().ifPresent(after -> out.put("after", after));
        out.put("tag", published.tag());
        out.put("cuts", published.cuts());
        published.uncut().ifPresent(why -> out.put("uncut", why));
        return out;
    }

    /** What came of it, for people. */
    static List<String> lines(List<Published> done) {
        TextTable table = new TextTable("table", "before>", "after>", "tag of what it had before");
        done.forEach(p -> table.row(p.table(), p.before(), after(p).orElse("-"), p.tag()));
        List<String> lines = new ArrayList<>(table.lines());
        done.stream().filter(p -> !p.cuts().isEmpty())
                .forEach(p -> lines.add(p.table() + " is cut anew: " + String.join(", ", p.cuts())));
        done.forEach(p -> p.uncut().ifPresent(why -> lines.add(p.table()
                + ": days that were cut before are not cut anew: " + why)));
        return lines;
    }

    private static Optional<String> after(Published published) {
        return published.after().isPresent()
                ? Optional.of(Long.toString(published.after().getAsLong()))
                : Optional.empty();
    }
}
