package millrace.topology.function;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.UUID;

/** What CAST does between two types. What does not fit fails; nothing is cut silently but digits after the point. */
public final class Casts {
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder().appendPattern("HH:mm")
            .optionalStart().appendPattern(":ss").optionalStart()
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true).optionalEnd().optionalEnd().toFormatter();
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart().appendPattern("['T'][' ']").append(TIME)
            .optionalStart().appendPattern("[' ']").appendOffset("+HH:mm", "Z").optionalEnd().optionalEnd()
            .toFormatter();

    private Casts() {}

    private static FunctionFailure bad(String s, String type) {
        return new FunctionFailure("'" + (s.length() > 40 ? s.substring(0, 40) + "…" : s) + "' is not a value of type "
                + type);
    }

    private static FunctionFailure range(Object value, String type) {
        return new FunctionFailure(value + " does not fit into " + type);
    }

    public static boolean bool(String s) {
        return switch (s.strip().toLowerCase(java.util.Locale.ROOT)) {
            case "true", "t", "yes", "y", "on", "1" -> true;
            case "false", "f", "no", "n", "off", "0" -> false;
            default -> throw bad(s, "boolean");
        };
    }

    public static int int32(String s) {
        long value = int64(s, "int");
        if (value != (int) value) {
            throw range(s.strip(), "int");
        }
        return (int) value;
    }

    public static long int64(String s) {
        return int64(s, "bigint");
    }

    private static long int64(String s, String type) {
        String t = s.strip();
        int start = t.startsWith("-") || t.startsWith("+") ? 1 : 0;
        if (t.length() == start) {
            throw bad(s, type);
        }
        long value = 0;
        for (int i = start; i < t.length(); i++) {
            int digit = t.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw bad(s, type);
            }
            // Counted downwards, since the smallest number has no positive twin.
            if (value < -922337203685477580L || value == -922337203685477580L && digit > 8) {
                throw range(t, type);
            }
            value = value * 10 - digit;
        }
        if (t.charAt(0) != '-' && value == Long.MIN_VALUE) {
            throw range(t, type);
        }
        return t.charAt(0) == '-' ? value : -value;
    }

    public static int int32(long x) {
        if (x != (int) x) {
            throw range(x, "int");
        }
        return (int) x;
    }

    public static int int32(double x) {
        if (!(x > -2147483649.0 && x < 2147483648.0)) {
            throw range(x, "int");
        }
        return (int) x;
    }

    public static long int64(double x) {
        if (!(x >= -0x1p63 && x < 0x1p63)) {
            throw range(x, "bigint");
        }
        return (long) x;
    }

    public static int int32(BigDecimal x) {
        return int32(int64(x));
    }

    public static long int64(BigDecimal x) {
        BigDecimal whole = x.setScale(0, RoundingMode.DOWN);
        if (whole.precision() > 19 || whole.unscaledValue().bitLength() > 63) {
            throw range(x, "bigint");
        }
        return whole.longValue();
    }

    public static float float32(String s) {
        return (float) float64(s);
    }

    public static double float64(String s) {
        String t = s.strip();
        try {
            char last = t.isEmpty() ? 'f' : t.charAt(t.length() - 1);
            if ((last < '0' || last > '9') && last != '.' && last != 'y' && last != 'N') {
                throw bad(s, "double"); // Java would take suffixes such as 1f
            }
            return Double.parseDouble(t);
        } catch (NumberFormatException e) {
            throw bad(s, "double");
        }
    }

    public static BigDecimal decimal(String s, int precision, int scale) {
        String t = s.strip();
        if (t.length() > 80) {
            throw bad(s, "decimal");
        }
        try {
            return fit(new BigDecimal(t), precision, scale);
        } catch (NumberFormatException e) {
            throw bad(s, "decimal(" + precision + "," + scale + ")");
        }
    }

    public static BigDecimal decimal(double x, int precision, int scale) {
        if (!Double.isFinite(x)) {
            throw range(x, "decimal(" + precision + "," + scale + ")");
        }
        return fit(new BigDecimal(Double.toString(x)), precision, scale);
    }

    public static BigDecimal decimal(float x, int precision, int scale) {
        if (!Float.isFinite(x)) {
            throw range(x, "decimal(" + precision + "," + scale + ")");
        }
        return fit(new BigDecimal(Float.toString(x)), precision, scale);
    }

    public static BigDecimal decimal(long x, int precision, int scale) {
        return fit(BigDecimal.valueOf(x), precision, scale);
    }

    /** The value with exactly this scale, rounded half away from zero; fails if it needs more digits in front. */
    public static BigDecimal fit(BigDecimal x, int precision, int scale) {
        // A huge exponent must not be written out before it is refused.
        if ((long) x.precision() - x.scale() > precision - scale && x.signum() != 0) {
            throw range(x, "decimal(" + precision + "," + scale + ")");
        }
        BigDecimal scaled = x.scale() == scale ? x : x.setScale(scale, RoundingMode.HALF_UP);
        if (scaled.precision() > precision) {
            throw range(x, "decimal(" + precision + "," + scale + ")");
        }
        return scaled;
    }

    public static UUID uuid(String s) {
        String t = s.strip();
        if (t.length() != 36) {
            throw bad(s, "uuid");
        }
        for (int i = 0; i < 36; i++) {
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? t.charAt(i) != '-' : Character.digit(t.charAt(i), 16) < 0 || t.charAt(i) > 'f') {
                throw bad(s, "uuid");
            }
        }
        return UUID.fromString(t);
    }

    public static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    public static int date(String s) {
        String t = s.strip();
        try {
            return (int) (t.length() == 10
                    ? LocalDate.parse(t)
                    : TimeFunctions.dateTime(timestamp(s)).toLocalDate()).toEpochDay();
        } catch (DateTimeException e) {
            throw bad(s, "date");
        }
    }

    public static long time(String s) {
        try {
            return LocalTime.parse(s.strip(), TIME).toNanoOfDay() / 1000;
        } catch (DateTimeException e) {
            throw bad(s, "time");
        }
    }

    /** {@code 2026-11-20}, {@code 2026-11-20 10:41[:02[.123456]]}, with T for the blank and an offset if it likes. */
    public static long timestamp(String s) {
        try {
            var parsed = TIMESTAMP.parse(s.strip());
            if (!parsed.isSupported(ChronoField.HOUR_OF_DAY)) {
                return TimeFunctions.micros(LocalDate.from(parsed).atStartOfDay());
            }
            return parsed.isSupported(ChronoField.OFFSET_SECONDS)
                    ? TimeFunctions.micros(OffsetDateTime.from(parsed))
                    : TimeFunctions.micros(LocalDateTime.from(parsed));
        } catch (DateTimeException | ArithmeticException e) {
            throw bad(s, "timestamp");
        }
    }

    public static String text(boolean x) {
        return x ? "true" : "false";
    }

    public static String text(int x) {
        return Integer.toString(x);
    }

    public static String text(long x) {
        return Long.toString(x);
    }

    public static String text(float x) {
        return Float.toString(x);
    }

    public static String text(double x) {
        return Double.toString(x);
    }

    public static String text(BigDecimal x) {
        return x.toPlainString();
    }

    public static String text(UUID x) {
        return x.toString();
    }

    public static String text(byte[] x) {
        return new String(x, StandardCharsets.UTF_8);
    }

    public static String dateText(int day) {
        return LocalDate.ofEpochDay(day).toString();
    }

    public static String timeText(long micros) {
        return withFraction(LocalTime.ofNanoOfDay(micros * 1000));
    }

    /** {@code 2026-11-20 10:41:02.5}; an instant ends with Z. */
    public static String timestampText(long micros, boolean zoned) {
        LocalDateTime t = TimeFunctions.dateTime(micros);
        return t.toLocalDate() + " " + withFraction(t.toLocalTime()) + (zoned ? "Z" : "");
    }

    private static String withFraction(LocalTime t) {
        String seconds = String.format(java.util.Locale.ROOT, "%02d:%02d:%02d", t.getHour(), t.getMinute(),
                t.getSecond());
        return t.getNano() == 0
                ? seconds
                : seconds + String.format(java.util.Locale.ROOT, ".%06d", t.getNano() / 1000).replaceFirst("0+$", "");
    }

    /** Whole milliseconds, for a type that carries no more. */
    public static long millis(long micros) {
        return micros - Math.floorMod(micros, 1000L);
    }
}
