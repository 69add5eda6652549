package millrace.ops.http;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

import millrace.ops.observe.Ages;
import millrace.topology.run.LocalState;
import millrace.topology.run.LocalState.Duty;

/** Values as the page shows them; what is not known is a dash. */
public final class Shown {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss")
            .withZone(ZoneOffset.UTC);
    private static final String UNKNOWN = "\u2013";

    private Shown() {}

    public static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    public static String rate(double perSecond) {
        return perSecond == 0
                ? UNKNOWN
                : perSecond < 10 ? String.format(Locale.ROOT, "%.1f", perSecond) : count(Math.round(perSecond));
    }

    public static String age(Optional<Duration> age) {
        return age.map(Ages::words).orElse(UNKNOWN);
    }

    public static String ago(Optional<Instant> then, Instant now) {
        return then.map(t -> Ages.words(Duration.between(t, now)) + " ago").orElse(UNKNOWN);
    }

    public static String since(Instant then, Instant now) {
        return Ages.words(Duration.between(then, now));
    }

    /** The time of day if it is the day of {@code now}, else with the date. */
    public static String time(Optional<Instant> time, Instant now) {
        return time.map(t -> day(t).equals(day(now)) ? TIME.format(t) : DATE.format(t)).orElse(UNKNOWN);
    }

    public static String bytes(long n) {
        if (n < 1024) {
            return n + " B";
        }
        int power = (63 - Long.numberOfLeadingZeros(n)) / 10;
        return String.format(Locale.ROOT, "%.1f %ciB", n / (double) (1L << power * 10), " KMGTPE".charAt(power));
    }

    /** What tasks keep in their stores, such as {@code 12.3 MiB, 40,000 entries}. */
    public static String kept(LocalState state) {
        if (state.stores().isEmpty()) {
            return UNKNOWN;
        }
        long missing = state.missing(Duty.ACTIVE);
        long behind = state.missing(Duty.STANDBY);
        return bytes(state.bytes()) + ", " + count(state.entries()) + " entries"
                + (missing == 0 ? "" : ", " + count(missing) + " records to restore")
                + (state.stores().stream().noneMatch(s -> s.duty() == Duty.STANDBY)
                        ? ""
                        : ", standbys " + (behind == 0 ? "up to date" : count(behind) + " records behind"));
    }

    private static java.time.LocalDate day(Instant t) {
        return t.atOffset(ZoneOffset.UTC).toLocalDate();
    }
}
