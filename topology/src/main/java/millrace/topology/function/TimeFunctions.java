package millrace.topology.function;

import static millrace.topology.function.TimeUnitName.DAY_MICROS;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;

/** Functions on dates and timestamps. The zone of the session is UTC; a week starts on Monday. */
public final class TimeFunctions {
    private TimeFunctions() {}

    @Sql(value = "DATE_TRUNC(text, timestamp) -> second", doc = "The start of the unit that the timestamp lies in; FLOOR(ts TO unit) says the same.", examples = {
            "DATE_TRUNC('hour', TIMESTAMP '2026-11-20 10:41:02') = TIMESTAMP '2026-11-20 10:00:00'",
            "DATE_TRUNC('week', DATE '2026-11-20') = DATE '2026-11-16'",
            "FLOOR(TIMESTAMP '2026-11-20 10:41:02' TO MONTH) = TIMESTAMP '2026-11-01 00:00:00'"})
    public static long dateTrunc(String unit, long micros) {
        return TimeUnitName.of(unit).floor(micros);
    }

    @Sql("DATE_TRUNC(text, date) -> date")
    public static int dateTrunc(String unit, int day) {
        return day(TimeUnitName.of(unit).floor(day * DAY_MICROS));
    }

    @Sql(value = "DATE_PART(text, timestamp) -> bigint", doc = "As EXTRACT, with the unit as text.", examples = "DATE_PART('year', DATE '2026-11-20') = 2026")
    public static long datePart(String unit, long micros) {
        return TimeUnitName.of(unit).from(micros);
    }

    @Sql(value = "YEAR(timestamp) -> bigint", doc = "The year.", examples = "YEAR(DATE '2026-11-20') = 2026")
    public static long year(long micros) {
        return TimeUnitName.YEAR.from(micros);
    }

    @Sql(value = "QUARTER(timestamp) -> bigint", doc = "The quarter, 1 to 4.", examples = "QUARTER(DATE '2026-11-20') = 4")
    public static long quarter(long micros) {
        return TimeUnitName.QUARTER.from(micros);
    }

    @Sql(value = "MONTH(timestamp) -> bigint", doc = "The month, 1 to 12.", examples = "MONTH(DATE '2026-11-20') = 11")
    public static long month(long micros) {
        return TimeUnitName.MONTH.from(micros);
    }

    @Sql(value = "WEEK(timestamp) -> bigint", doc = "The week of the year by ISO 8601.", examples = "WEEK(DATE '2026-11-20') = 47")
    public static long week(long micros) {
        return TimeUnitName.WEEK.from(micros);
    }

    @Sql(value = "DAYOFYEAR(timestamp) -> bigint", doc = "The day of the year, from 1.", examples = "DAYOFYEAR(DATE '2026-02-01') = 32")
    public static long dayOfYear(long micros) {
        return TimeUnitName.DOY.from(micros);
    }

    @Sql(value = "DAYOFMONTH(timestamp) -> bigint", doc = "The day of the month, from 1.", examples = "DAYOFMONTH(DATE '2026-11-20') = 20")
    public static long dayOfMonth(long micros) {
        return TimeUnitName.DAY.from(micros);
    }

    @Sql(value = "DAYOFWEEK(timestamp) -> bigint", doc = "The day of the week, Sunday is 1.", examples = "DAYOFWEEK(DATE '2026-11-20') = 6")
    public static long dayOfWeek(long micros) {
        return TimeUnitName.DOW.from(micros);
    }

    @Sql(value = "HOUR(timestamp) -> bigint", doc = "The hour, 0 to 23.", examples = "HOUR(TIMESTAMP '2026-11-20 10:41:02') = 10")
    public static long hour(long micros) {
        return TimeUnitName.HOUR.from(micros);
    }

    @Sql(value = "MINUTE(timestamp) -> bigint", doc = "The minute, 0 to 59.", examples = "MINUTE(TIMESTAMP '2026-11-20 10:41:02') = 41")
    public static long minute(long micros) {
        return TimeUnitName.MINUTE.from(micros);
    }

    @Sql(value = "SECOND(timestamp) -> bigint", doc = "The second, 0 to 59.", examples = "SECOND(TIMESTAMP '2026-11-20 10:41:02') = 2")
    public static long second(long micros) {
        return TimeUnitName.SECOND.from(micros);
    }

    @Sql(value = "LAST_DAY(timestamp) -> date", doc = "The last day of the month.", examples = "LAST_DAY(DATE '2026-02-03') = DATE '2026-02-28'")
    public static int lastDay(long micros) {
        LocalDate date = LocalDate.ofEpochDay(day(micros));
        return (int) date.withDayOfMonth(date.lengthOfMonth()).toEpochDay();
    }

    @Sql(value = "DATE_FORMAT(timestamp, format) -> text", doc = "The timestamp as text, by a pattern of Java's.", examples = "DATE_FORMAT(TIMESTAMP '2026-11-20 10:41:02', 'yyyy/MM/dd HH') = '2026/11/20 10'")
    public static String dateFormat(long micros, DateTimeFormatter format) {
        try {
            return format.format(dateTime(micros).atOffset(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            throw new FunctionFailure(e.getMessage());
        }
    }

    @Sql(value = "TO_TIMESTAMP(text) -> timestamp", doc = "The timestamp that a text writes, by ISO 8601 or by a pattern of Java's; other text fails.", examples = {
            "TO_TIMESTAMP('2026-11-20 10:41:02') = TIMESTAMP '2026-11-20 10:41:02'",
            "TO_TIMESTAMP('20/11/2026 10h', 'dd/MM/yyyy HH''h''') = TIMESTAMP '2026-11-20 10:00:00'"})
    public static long toTimestamp(String s) {
        return Casts.timestamp(s);
    }

    @Sql("TO_TIMESTAMP(text, format) -> timestamp")
    public static long toTimestamp(String s, DateTimeFormatter format) {
        TemporalAccessor parsed = parse(s, format);
        LocalDate date = parsed.query(TemporalQueries.localDate());
        LocalTime time = parsed.query(TemporalQueries.localTime());
        if (date == null) {
            throw new FunctionFailure("'" + s + "' has no date");
        }
        long micros = micros(LocalDateTime.of(date, time == null ? LocalTime.MIDNIGHT : time));
        return parsed.isSupported(ChronoField.OFFSET_SECONDS)
                ? micros - parsed.get(ChronoField.OFFSET_SECONDS) * 1_000_000L
                : micros;
    }

    @Sql(value = "TO_DATE(text) -> date", doc = "The date that a text writes, by ISO 8601 or a pattern of Java's.", examples = {
            "TO_DATE('2026-11-20') = DATE '2026-11-20'",
            "TO_DATE('20.11.2026', 'dd.MM.yyyy') = DATE '2026-11-20'"})
    public static int toDate(String s) {
        return Casts.date(s);
    }

    @Sql("TO_DATE(text, format) -> date")
    public static int toDate(String s, DateTimeFormatter format) {
        LocalDate date = parse(s, format).query(TemporalQueries.localDate());
        if (date == null) {
            throw new FunctionFailure("'" + s + "' has no date");
        }
        return (int) date.toEpochDay();
    }

    @Sql(value = "TO_TIMESTAMP_LTZ(bigint, int) -> timestamptz", doc = "The instant so many seconds (0), milliseconds (3) or microseconds (6) after 1970.", examples = "UNIX_SECONDS(TO_TIMESTAMP_LTZ(1700000000000, 3)) = 1700000000")
    public static long toTimestampLtz(long n, int precision) {
        return switch (precision) {
            case 0 -> Math.multiplyExact(n, 1_000_000L);
            case 3 -> Math.multiplyExact(n, 1000L);
            case 6 -> n;
            default -> throw new FunctionFailure("the precision must be 0, 3 or 6, found " + precision);
        };
    }

    @Sql(value = "TIMESTAMP_SECONDS(bigint) -> timestamptz", doc = "The instant so many seconds after 1970.", examples = "UNIX_MILLIS(TIMESTAMP_SECONDS(17)) = 17000")
    public static long timestampSeconds(long n) {
        return Math.multiplyExact(n, 1_000_000L);
    }

    @Sql(value = "TIMESTAMP_MILLIS(bigint) -> timestamptz", doc = "The instant so many milliseconds after 1970.", examples = "UNIX_MILLIS(TIMESTAMP_MILLIS(17)) = 17")
    public static long timestampMillis(long n) {
        return Math.multiplyExact(n, 1000L);
    }

    @Sql(value = "TIMESTAMP_MICROS(bigint) -> timestamptz", doc = "The instant so many microseconds after 1970.", examples = "UNIX_MICROS(TIMESTAMP_MICROS(17)) = 17")
    public static long timestampMicros(long n) {
        return n;
    }

    @Sql(value = "UNIX_SECONDS(timestamp) -> bigint", doc = "The seconds since 1970.", examples = "UNIX_SECONDS(TIMESTAMP '1970-01-02 00:00:00') = 86400")
    public static long unixSeconds(long micros) {
        return Math.floorDiv(micros, 1_000_000L);
    }

    @Sql(value = "UNIX_MILLIS(timestamp) -> bigint", doc = "The milliseconds since 1970.", examples = "UNIX_MILLIS(TIMESTAMP '1970-01-01 00:00:01.5') = 1500")
    public static long unixMillis(long micros) {
        return Math.floorDiv(micros, 1000L);
    }

    @Sql(value = "UNIX_MICROS(timestamp) -> bigint", doc = "The microseconds since 1970.", examples = "UNIX_MICROS(TIMESTAMP '1970-01-01 00:00:01.5') = 1500000")
    public static long unixMicros(long micros) {
        return micros;
    }

    private static TemporalAccessor parse(String s, DateTimeFormatter format) {
        try {
            return format.parse(s);
        } catch (DateTimeException e) {
            throw new FunctionFailure("'" + s + "' does not fit the pattern");
        }
    }

    /** The instant or wall clock reading as Java sees it. */
    public static LocalDateTime dateTime(long micros) {
        return LocalDateTime.of(LocalDate.ofEpochDay(Math.floorDiv(micros, DAY_MICROS)),
                LocalTime.ofNanoOfDay(Math.floorMod(micros, DAY_MICROS) * 1000));
    }

    static long micros(LocalDateTime t) {
        return Math.addExact(Math.multiplyExact(t.toLocalDate().toEpochDay(), DAY_MICROS),
                t.toLocalTime().toNanoOfDay() / 1000);
    }

    static long micros(OffsetDateTime t) {
        return micros(t.toLocalDateTime()) - t.getOffset().getTotalSeconds() * 1_000_000L;
    }

    /** The day that a timestamp lies on. */
    public static int day(long micros) {
        return Math.toIntExact(Math.floorDiv(micros, DAY_MICROS));
    }

    /** Midnight of a day. */
    public static long midnight(int day) {
        return Math.multiplyExact((long) day, DAY_MICROS);
    }

    /** The time of day of a timestamp. */
    public static long timeOfDay(long micros) {
        return Math.floorMod(micros, DAY_MICROS);
    }

    /** A timestamp so many months later, on the last day of the month where the day does not exist. */
    public static long plusMonths(long micros, long months) {
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(micros, DAY_MICROS));
        try {
            return Math.addExact(Math.multiplyExact(date.plusMonths(months).toEpochDay(), DAY_MICROS),
                    Math.floorMod(micros, DAY_MICROS));
        } catch (DateTimeException e) {
            throw new FunctionFailure(e.getMessage());
        }
    }
}
