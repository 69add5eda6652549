package millrace.schemas.contract;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.row.FieldType;

/** Plain values as people write them in contracts and JSON, and as messages show them. */
public final class Literals {
    private static final long MICROS_OF_SECOND = 1_000_000L;

    private Literals() {}

    /**
     * The engine's value of a text: ISO-8601 dates and times (a timestamp without offset is UTC), {@code true} and
     * {@code false}, numbers that fit without losing digits, UUIDs, bytes in Base64.
     *
     * @return empty if the text is no value of the type, or the type is not plain
     */
    public static Optional<Object> parse(FieldType type, String text) {
        try {
            return Optional.ofNullable(read(type, text));
        } catch (DateTimeException | ArithmeticException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Object read(FieldType type, String text) {
        if (type instanceof FieldType.Text) {
            return text;
        } else if (type instanceof FieldType.Bool) {
            return text.equals("true") ? Boolean.TRUE : text.equals("false") ? Boolean.FALSE : null;
        } else if (type instanceof FieldType.Int32) {
            return number(text).intValueExact();
        } else if (type instanceof FieldType.Int64) {
            return number(text).longValueExact();
        } else if (type instanceof FieldType.Float32) {
            return Float.valueOf(text);
        } else if (type instanceof FieldType.Float64) {
            return Double.valueOf(text);
        } else if (type instanceof FieldType.Decimal d) {
            BigDecimal n = number(text).setScale(d.scale());
            return n.precision() <= d.precision() ? n : null;
        } else if (type instanceof FieldType.Uuid) {
            return text.length() == 36 ? UUID.fromString(text) : null;
        } else if (type instanceof FieldType.Bytes) {
            return Base64.getDecoder().decode(text);
        } else if (type instanceof FieldType.Date) {
            return Math.toIntExact(LocalDate.parse(text).toEpochDay());
        } else if (type instanceof FieldType.Time) {
            return LocalTime.parse(text).toNanoOfDay() / 1000;
        }
        return type instanceof FieldType.Timestamp t ? timestamp(t, text) : null;
    }

    private static BigDecimal number(String text) {
        if (text.length() > 100) {
            throw new NumberFormatException("longer than any number");
        }
        BigDecimal n = new BigDecimal(text);
        // A short text such as 1e999999999 must not become a number of a gigabyte.
        if (Math.abs((long) n.scale()) > 1000) {
            throw new NumberFormatException(text);
        }
        return n;
    }

    private static Long timestamp(FieldType.Timestamp type, String text) {
        String iso = text.indexOf(' ') == 10 ? text.replaceFirst(" ", "T") : text;
        if (iso.length() == 10) {
            iso += "T00:00";
        }
        boolean offset = iso.endsWith("Z") || iso.indexOf('+', 10) > 0 || iso.indexOf('-', 11) > 0;
        if (offset && !type.zoned()) {
            return null;
        }
        Instant at = offset
                ? OffsetDateTime.parse(iso).toInstant()
                : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
        return Math.addExact(Math.multiplyExact(at.getEpochSecond(), MICROS_OF_SECOND), at.getNano() / 1000);
    }

    /** A value of the engine as text that {@link #parse} reads back, cut where it is very long. */
    public static String show(FieldType type, Object value) {
        if (value == null) {
            return "null";
        } else if (value instanceof byte[] b) {
            return cut(Base64.getEncoder().encodeToString(b));
        } else if (type instanceof FieldType.Date) {
            return LocalDate.ofEpochDay((Integer) value).toString();
        } else if (type instanceof FieldType.Time) {
            return LocalTime.ofNanoOfDay((Long) value * 1000).toString();
        } else if (type instanceof FieldType.Timestamp t) {
            Instant at = Instant.EPOCH.plus((Long) value, ChronoUnit.MICROS);
            return t.zoned() ? at.toString() : LocalDateTime.ofInstant(at, ZoneOffset.UTC).toString();
        } else if (value instanceof BigDecimal d) {
            return d.toPlainString();
        } else if (value instanceof Object[] row) {
            return "a record of " + row.length + " fields";
        }
        return cut(value.toString());
    }

    private static String cut(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "..." : text;
    }
}
