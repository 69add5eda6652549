package millrace.ops.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import millrace.ops.http.Shown;
import millrace.replay.run.ReplayProgress.Seen;
import millrace.schemas.time.TaskWatermark;

/** How far a replay has come, for people. */
final class ReplayView {
    private static final int BAR = 30;

    private final String name;
    private final Instant began;
    private final long before;

    /** @param first what was seen when this process began */
    ReplayView(String name, Instant began, Seen first) {
        this.name = name;
        this.began = began;
        before = first.done();
    }

    /** Such as {@code replay-7f3a01 [===>   ] 58%   96,412/s   8m left   watermark ...   quarantined 0}. */
    String line(Seen seen, Instant now) {
        double share = seen.all() == 0 ? 1 : (double) seen.done() / seen.all();
        int full = (int) (share * BAR);
        double seconds = Math.max(0.001, Duration.between(began, now).toMillis() / 1000.0);
        double rate = (seen.done() - before) / seconds;
        long left = seen.all() - seen.done();
        return name + "  [" + "=".repeat(full) + (full < BAR ? ">" + " ".repeat(BAR - full - 1) : "") + "] "
                + (int) (share * 100) + "%   " + Shown.rate(rate) + "/s   "
                + (left == 0 || rate < 1
                        ? ""
                        : Shown.age(Optional.of(Duration.ofSeconds((long) (left / rate)))) + " left   ")
                + "watermark " + watermark(seen) + "   quarantined " + seen.refused();
    }

    static List<String> partitions(Seen seen) {
        TextTable table = new TextTable("topic", "partition>", "records>", "of>", "%>");
        seen.partitions().forEach(p -> table.row(p.topic(), p.partition(), Shown.count(p.done()), Shown.count(p.all()),
                p.all() == 0 ? 100 : 100 * p.done() / p.all()));
        return table.lines();
    }

    static String watermark(Seen seen) {
        if (seen.watermark().isEmpty()) {
            return "-";
        }
        long micros = seen.watermark().getAsLong();
        return micros == TaskWatermark.END
                ? "the end"
                : Instant.EPOCH.plus(micros, ChronoUnit.MICROS).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
