package millrace.ops.project;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 512MB}, {@code 64 KiB}, {@code 1GB}, or bytes; a unit is always a power of 1024. */
public final class Sizes {
    private static final Pattern FORM = Pattern.compile("(\\d+)\\s*(?:([kmgt])i?b?|b)?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "kmgt";

    private Sizes() {}

    public static Optional<Long> parse(String text) {
        var m = FORM.matcher(text.strip());
        if (!m.matches()) {
            return Optional.empty();
        }
        int power = m.group(2) == null ? 0 : UNITS.indexOf(m.group(2).toLowerCase(Locale.ROOT)) + 1;
        try {
            return Optional.of(Math.multiplyExact(Long.parseLong(m.group(1)), 1L << 10 * power));
        } catch (ArithmeticException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Three digits at most and a binary unit, such as {@code 1.4 MiB}. */
    public static String format(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < UNITS.length() - 1) {
            value /= 1024;
            unit++;
        }
        String number = String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
        return number + " " + Character.toUpperCase(UNITS.charAt(unit)) + "iB";
    }
}
