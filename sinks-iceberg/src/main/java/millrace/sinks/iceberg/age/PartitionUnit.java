package millrace.sinks.iceberg.age;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;

/** The stretch of time that each value of a partition field stands for; values count from 1970 on. */
enum PartitionUnit {
    HOUR, DAY, MONTH, YEAR;

    private static final LocalDate EPOCH = LocalDate.EPOCH;
    private static final int HOURS = 24;
    private static final int MONTHS = 12;
    private static final long MICROS = 1_000_000L;
    private static final long HOUR_MICROS = 3_600 * MICROS;
    private static final long DAY_MICROS = HOURS * HOUR_MICROS;

    /** Empty for a field that is not about time. */
    static Optional<PartitionUnit> of(PartitionField field, Schema schema) {
        return switch (field.transform().toString()) {
            case "hour" -> Optional.of(HOUR);
            case "day" -> Optional.of(DAY);
            case "month" -> Optional.of(MONTH);
            case "year" -> Optional.of(YEAR);
            case "identity" -> schema.findType(field.sourceId()).typeId() == Type.TypeID.DATE
                    ? Optional.of(DAY)
                    : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** The first moment after a value's time, in microseconds; the last there is, if that is later. */
    long endMicros(int value) {
        return switch (this) {
            case HOUR -> micros(value + 1L, HOUR_MICROS);
            case DAY -> micros(value + 1L, DAY_MICROS);
            case MONTH -> micros(EPOCH.plusMonths(value + 1L).toEpochDay(), DAY_MICROS);
            case YEAR -> micros(EPOCH.plusYears(value + 1L).toEpochDay(), DAY_MICROS);
        };
    }

    private static long micros(long count, long each) {
        long most = Long.MAX_VALUE / each;
        return count > most ? Long.MAX_VALUE : count < -most ? Long.MIN_VALUE : count * each;
    }

    /** The value of a unit that is no finer whose time holds that of one of this unit. */
    int in(PartitionUnit coarser, int value) {
        return switch (this) {
            case HOUR -> coarser == HOUR ? value : DAY.in(coarser, Math.floorDiv(value, HOURS));
            case DAY -> coarser == DAY
                    ? value
                    : MONTH.in(coarser, (int) ChronoUnit.MONTHS.between(EPOCH.withDayOfMonth(1),
                            LocalDate.ofEpochDay(value).withDayOfMonth(1)));
            case MONTH -> coarser == MONTH ? value : Math.floorDiv(value, MONTHS);
            case YEAR -> value;
        };
    }
}
