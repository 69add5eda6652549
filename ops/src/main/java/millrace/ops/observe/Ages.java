package millrace.ops.observe;

import java.time.Duration;

/** Durations as a person says them. */
public final class Ages {
    private Ages() {}

    /** At most two units: {@code 4s}, {@code 3m 20s}, {@code 2h 5m}, {@code 12d}. */
    public static String words(Duration age) {
        long s = Math.max(0, age.toSeconds());
        if (s < 60) {
            return s + "s";
        } else if (s < 3600) {
            return s / 60 + "m" + (s % 60 == 0 || s >= 600 ? "" : " " + s % 60 + "s");
        } else if (s < 2 * 86400) {
            return s / 3600 + "h" + (s % 3600 < 60 ? "" : " " + s % 3600 / 60 + "m");
        }
        return s / 86400 + "d";
    }
}
