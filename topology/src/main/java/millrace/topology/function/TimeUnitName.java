package millrace.topology.function;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** A unit of time as SQL names it, and what it cuts out of a timestamp in microseconds since 1970. */
public enum TimeUnitName {
    MICROSECOND, MILLISECOND, SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR, DECADE, CENTURY, MILLENNIUM, DOW,
    ISODOW, DOY, ISOYEAR, EPOCH;

    static final long DAY_MICROS = 86_400_000_000L;

    /** @throws FunctionFailure if the word names no unit */
    public static TimeUnitName of(String word) {
        String name = word.toUpperCase(Locale.ROOT);
        return switch (name) {
            case "DAYOFWEEK" -> DOW;
            case "DAYOFYEAR" -> DOY;
            case "DAYS", "HOURS", "MINUTES", "SECONDS", "WEEKS", "MONTHS", "YEARS" -> of(
                    name.substring(0, name.length() - 1));
            default -> {
                try {
                    yield valueOf(name);
                } catch (IllegalArgumentException e) {
                    throw new FunctionFailure("'" + word + "' is not a unit of time");
                }
            }
        };
    }

    /** Its value in a timestamp: {@code EXTRACT(unit FROM ts)}. */
    public long from(long micros) {
        long inDay = Math.floorMod(micros, DAY_MICROS);
        return switch (this) {
            case MICROSECOND -> inDay % 60_000_000L;
            case MILLISECOND -> inDay % 60_000_000L / 1000;
            case SECOND -> inDay / 1_000_000L % 60;
            case MINUTE -> inDay / 60_000_000L % 60;
            case HOUR -> inDay / 3_600_000_000L;
            case EPOCH -> Math.floorDiv(micros, 1_000_000L);
            default -> ofDay(Math.floorDiv(micros, DAY_MICROS));
        };
    }

    private long ofDay(long epochDay) {
        LocalDate date = LocalDate.ofEpochDay(epochDay);
        return switch (this) {
            case DAY -> date.getDayOfMonth();
            case WEEK -> date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
            case MONTH -> date.getMonthValue();
            case QUARTER -> (date.getMonthValue() + 2) / 3;
            case YEAR -> date.getYear();
            case DECADE -> Math.floorDiv(date.getYear(), 10);
            case CENTURY -> Math.floorDiv(date.getYear() - 1, 100) + 1L;
            case MILLENNIUM -> Math.floorDiv(date.getYear() - 1, 1000) + 1L;
            case DOW -> date.getDayOfWeek().getValue() % 7 + 1L;
            case ISODOW -> date.getDayOfWeek().getValue();
            case DOY -> date.getDayOfYear();
            case ISOYEAR -> date.get(IsoFields.WEEK_BASED_YEAR);
            case MICROSECOND, MILLISECOND, SECOND, MINUTE, HOUR, EPOCH -> throw new IllegalStateException(name());
        };
    }

    /** The start of the unit that a timestamp lies in. */
    public long floor(long micros) {
        return switch (this) {
            case MICROSECOND -> micros;
            case MILLISECOND -> micros - Math.floorMod(micros, 1000L);
            case SECOND -> micros - Math.floorMod(micros, 1_000_000L);
            case MINUTE -> micros - Math.floorMod(micros, 60_000_000L);
            case HOUR -> micros - Math.floorMod(micros, 3_600_000_000L);
            case DAY -> micros - Math.floorMod(micros, DAY_MICROS);
            default -> Math.multiplyExact(floorDay(Math.floorDiv(micros, DAY_MICROS)), DAY_MICROS);
        };
    }

    /** The end of the unit that a timestamp lies in, or itself if it is a start. */
    public long ceil(long micros) {
        long floor = floor(micros);
        return floor == micros ? micros : plus(floor, 1);
    }

    private long floorDay(long epochDay) {
        LocalDate date = LocalDate.ofEpochDay(epochDay);
        int year = date.getYear();
        return switch (this) {
            case WEEK -> date.with(DayOfWeek.MONDAY).toEpochDay();
            case MONTH -> date.withDayOfMonth(1).toEpochDay();
            case QUARTER -> LocalDate.of(year, (date.getMonthValue() - 1) / 3 * 3 + 1, 1).toEpochDay();
            case YEAR -> LocalDate.of(year, 1, 1).toEpochDay();
            case DECADE -> LocalDate.of(Math.floorDiv(year, 10) * 10, 1, 1).toEpochDay();
            case CENTURY -> LocalDate.of(Math.floorDiv(year - 1, 100) * 100 + 1, 1, 1).toEpochDay();
            case MILLENNIUM -> LocalDate.of(Math.floorDiv(year - 1, 1000) * 1000 + 1, 1, 1).toEpochDay();
            default -> throw new FunctionFailure("a timestamp cannot be cut to " + this);
        };
    }

    /** A timestamp so many units later; months and years keep the day of the month where there is one. */
    public long plus(long micros, long n) {
        return switch (this) {
            case MICROSECOND -> Math.addExact(micros, n);
            case MILLISECOND -> Math.addExact(micros, Math.multiplyExact(n, 1000L));
            case SECOND -> Math.addExact(micros, Math.multiplyExact(n, 1_000_000L));
            case MINUTE -> Math.addExact(micros, Math.multiplyExact(n, 60_000_000L));
            case HOUR -> Math.addExact(micros, Math.multiplyExact(n, 3_600_000_000L));
            case DAY -> Math.addExact(micros, Math.multiplyExact(n, DAY_MICROS));
            case WEEK -> Math.addExact(micros, Math.multiplyExact(n, 7 * DAY_MICROS));
            default -> TimeFunctions.plusMonths(micros, Math.multiplyExact(n, months()));
        };
    }

    /** How many whole units lie between two timestamps; negative if the second is the earlier one. */
    public long between(long from, long to) {
        return switch (this) {
            case MICROSECOND -> Math.subtractExact(to, from);
            case MILLISECOND -> Math.subtractExact(to, from) / 1000;
            case SECOND -> Math.subtractExact(to, from) / 1_000_000L;
            case MINUTE -> Math.subtractExact(to, from) / 60_000_000L;
            case HOUR -> Math.subtractExact(to, from) / 3_600_000_000L;
            case DAY -> Math.subtractExact(to, from) / DAY_MICROS;
            case WEEK -> Math.subtractExact(to, from) / (7 * DAY_MICROS);
            default -> ChronoUnit.MONTHS.between(TimeFunctions.dateTime(from), TimeFunctions.dateTime(to)) / months();
        };
    }

    private long months() {
        return switch (this) {
            case MONTH -> 1;
            case QUARTER -> 3;
            case YEAR -> 12;
            case DECADE -> 120;
            case CENTURY -> 1200;
            case MILLENNIUM -> 12000;
            default -> throw new FunctionFailure("cannot count in " + this);
        };
    }
}
