package millrace.ops.observe;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

import millrace.schemas.time.TaskWatermark;

/**
 * Why a table is complete through its time and no further, for people and programs.
 *
 * @param cause one word of a fixed set, such as {@code SILENT} or {@code COMMITTING}
 * @param sentence what holds it back, since when, and what becomes of it
 * @param remedy what somebody can do; empty where waiting is enough
 * @param streamThrough how far the topic that feeds the table is complete; absent if unknown, or if everything has come
 * @param sources the source partitions that have to do with it, the slowest first
 */
public record Why(String cause, String sentence, String remedy, Optional<Instant> streamThrough,
        List<Source> sources) {
    public Why {
        sources = List.copyOf(sources);
    }

    /**
     * A source partition.
     *
     * @param feeds whether rows of this table come from it; a related one only holds back when idle ones are passed over
     * @param watermark nothing on time comes before it; absent before the first record, and at the end
     * @param ended whether it has an end marker
     * @param unread offsets that the pipeline has not processed
     * @param lastRecord Kafka timestamp of its newest record
     * @param idleAt when it is passed over, at the latest, if nothing comes; absent while there is something to read
     */
    public record Source(String topic, int partition, boolean feeds, Optional<Instant> watermark, boolean ended,
            long unread, Optional<Instant> lastRecord, Optional<Instant> idleAt) {}

    static Why of(Holdup.Facts facts) {
        Holdup holdup = Holdup.decide(facts);
        List<Source> sources = facts.inputs().stream().sorted(Holdup.BY_TIME).map(Why::source).toList();
        return new Why(cause(holdup), sentence(holdup, facts.now()), remedy(holdup), instant(facts.streamThrough()),
                sources);
    }

    private static Source source(InputPartition p) {
        return new Source(p.topic(), p.partition(), p.feeds(), instant(p.watermark()), p.isEnded(), p.unread(),
                p.lastRecord(), p.unread() > 0 || p.isEnded() ? Optional.empty() : Optional.of(p.idleAt()));
    }

    private static String cause(Holdup holdup) {
        return switch (holdup) {
            case Holdup.Stuck s -> "BLOCKED";
            case Holdup.NotComputed n -> "NOT_COMPUTED";
            case Holdup.NotFilled n -> "NOT_FILLED";
            case Holdup.Committing c -> "COMMITTING";
            case Holdup.Ended e -> "ENDED";
            case Holdup.NothingCame n -> "NOTHING_CAME";
            case Holdup.NeverHadARecord n -> "NEVER_HAD_A_RECORD";
            case Holdup.AllRefused a -> "ALL_REFUSED";
            case Holdup.Silent s -> "SILENT";
            case Holdup.IdleBehind i -> "IDLE_BEHIND";
            case Holdup.PassedOver p -> "PASSED_OVER";
            case Holdup.AllQuiet a -> "ALL_QUIET";
            case Holdup.Unread u -> "UNREAD";
            case Holdup.Underway u -> "UNDERWAY";
            case Holdup.OpenWindow o -> "OPEN_WINDOW";
            case Holdup.Moving m -> "MOVING";
            case Holdup.OnOccasion o -> "ON_OCCASION";
        };
    }

    private static String sentence(Holdup holdup, Instant now) {
        return switch (holdup) {
            case Holdup.Stuck s -> s.by().subject() + " is blocked since " + time(s.by().since(), now) + ": "
                    + s.by().reason();
            case Holdup.NotComputed n -> "No process computes it" + (n.unread() == 0
                    ? "."
                    : "; " + count(n.unread(), "record") + " of its sources " + waits(n.unread()) + ".");
            case Holdup.NotFilled n -> count(n.waiting(), "offset") + " of its topic " + waits(n.waiting())
                    + ", and no process stages and commits here.";
            case Holdup.Committing c -> (c.waiting() == 0
                    ? "Its topic is further"
                    : count(c.waiting(), "offset") + " of its topic " + waits(c.waiting()))
                    + " and will be in the table with the next commit, due each " + Ages.words(c.interval()) + ".";
            case Holdup.Ended e -> "Everything has come: every source partition has its end marker.";
            case Holdup.NothingCame n -> "No record has ever come in " + partitions(n.partitions(), n.topics()) + ".";
            case Holdup.NeverHadARecord n -> n.partition().name()
                    + " holds it back: it never had a record, so nobody knows how far it is. "
                    + passing(n.partition(), now);
            case Holdup.AllRefused a -> a.partition().name()
                    + " holds it back: every one of its records was refused, so it has no event time. "
                    + passing(a.partition(), now);
            case Holdup.Silent s -> s.partition().name() + " holds it back: no record "
                    + silence(s.partition(), now) + s.behind().map(b -> ", " + Ages.words(b) + " behind the furthest")
                            .orElse("")
                    + ", and all of it is read. " + passing(s.partition(), now);
            case Holdup.IdleBehind i -> i.idle().name() + " is idle, but is passed over only as far as "
                    + i.other().name() + " has come, whose source another model puts together with this one: "
                    + i.other().watermark().stream().mapToObj(w -> "that is at " + time(instant(w), now) + ".")
                            .findFirst().orElse("that never had a record.");
            case Holdup.PassedOver p -> p.idle().name() + " is idle and is passed over every few seconds, as far as "
                    + p.other().name() + " has come, the slowest of the others.";
            case Holdup.AllQuiet a -> "Nothing has come in " + partitions(a.partitions(), a.topics()) + " for "
                    + Ages.words(Duration.between(a.since(), now))
                    + ", so nothing moves time: what is open may still get rows and stays open.";
            case Holdup.Unread u -> u.partition().name() + " holds it back: " + count(u.partition().unread(), "offset")
                    + " of it " + waits(u.partition().unread()) + " to be processed"
                    + u.behind().map(b -> ", " + Ages.words(b) + " behind the furthest").orElse("") + ".";
            case Holdup.Underway u -> "All source partitions are further; the pipeline is computing it.";
            case Holdup.OpenWindow o -> "Every window that is over is in the table; the next one is open until "
                    + time(o.end(), now) + " of event time.";
            case Holdup.Moving m ->
                "It goes with its slowest partition, " + m.slowest().name() + ", whose newest record"
                        + less(m.slowest().disorder(), "a disorder of ") + less(m.delay(), "a join's reach of ")
                        + " says how far it is.";
            case Holdup.OnOccasion o -> "It gets a row only when something is late or refused; none waits.";
        };
    }

    private static String remedy(Holdup holdup) {
        return switch (holdup) {
            case Holdup.Stuck s -> s.by().remedy();
            case Holdup.NotComputed n -> "Start it: millrace run --roles stream, or millrace dev.";
            case Holdup.NotFilled n -> "Start it: millrace run --roles stage,commit, or millrace dev.";
            case Holdup.AllQuiet a -> "If nothing more is to come: " + a.topics().stream()
                    .map(t -> "millrace topic end " + t + " --yes").reduce((x, y) -> x + "; " + y).orElse("");
            case Holdup.NothingCame n -> "Look at the producer of " + String.join(", ", n.topics()) + ".";
            case Holdup.AllRefused a -> "millrace quarantine list says why.";
            case Holdup.Silent s -> "Look at the producer of this partition, or shorten idleTimeout in its contract.";
            case Holdup.NeverHadARecord n ->
                "Wait, or make its producers use all partitions, or shorten idleTimeout in its contract.";
            case Holdup.Committing c -> "";
            case Holdup.Ended e -> "";
            case Holdup.IdleBehind i -> "Look at the producer of " + i.other().name() + ".";
            case Holdup.PassedOver p -> "";
            case Holdup.Unread u -> "";
            case Holdup.Underway u -> "";
            case Holdup.OpenWindow o -> "";
            case Holdup.Moving m -> "";
            case Holdup.OnOccasion o -> "";
        };
    }

    private static String less(Duration by, String what) {
        return by.isZero() ? "" : " less " + what + Ages.words(by);
    }

    /** What becomes of a silent partition. */
    private static String passing(InputPartition p, Instant now) {
        Duration left = Duration.between(now, p.idleAt());
        return left.isNegative() || left.isZero()
                ? "It is idle, and is passed over as far as the others come."
                : "In " + Ages.words(left) + " at the latest it is idle and passed over (idleTimeout "
                        + Ages.words(p.idleTimeout()) + ").";
    }

    private static String silence(InputPartition p, Instant now) {
        return p.lastRecord().map(l -> "for " + Ages.words(Duration.between(l, now))).orElse("that Kafka still has");
    }

    private static String partitions(int n, List<String> topics) {
        return (n == 1 ? "the partition" : "any of the " + n + " partitions") + " of " + String.join(", ", topics);
    }

    private static String count(long n, String what) {
        return String.format(Locale.ROOT, "%,d", n) + " " + what + (n == 1 ? "" : "s");
    }

    private static String waits(long n) {
        return n == 1 ? "waits" : "wait";
    }

    private static Optional<Instant> instant(OptionalLong micros) {
        return micros.isEmpty() || micros.getAsLong() == TaskWatermark.END || micros.getAsLong() == Long.MIN_VALUE
                ? Optional.empty()
                : Optional.of(instant(micros.getAsLong()));
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /** The time of day if it is the day of {@code now}, else with the date; in UTC. */
    private static String time(Instant time, Instant now) {
        String text = time.truncatedTo(ChronoUnit.SECONDS).toString();
        String date = text.substring(0, text.indexOf('T'));
        String clock = text.substring(text.indexOf('T') + 1, text.length() - 1);
        return now.toString().startsWith(date) ? clock : date + " " + clock;
    }
}
