package millrace.topology.operator;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateOutput;
import millrace.topology.plan.SortColumn;
import millrace.topology.plan.SortColumn.Direction;
import millrace.topology.plan.SortColumn.Nulls;

/**
 * A value of a column as bytes that sort as the values do, and end where they end. NULL is one byte before or behind all
 * others; of numbers that are equal there is one form, and NaN is the largest.
 */
final class SortedBytes {
    private static final byte NULL_FIRST = 0;
    private static final byte VALUE = 1;
    private static final byte NULL_LAST = 2;
    /** Digits that a long holds. */
    private static final int LONG_DIGITS = 18;
    /** Bytes that 38 digits take. */
    private static final int WIDE = 16;

    private final FieldType type;
    private final SortColumn by;

    SortedBytes(FieldType type, SortColumn by) {
        this.type = type;
        this.by = by;
    }

    int column() {
        return by.column();
    }

    void write(Object value, StateOutput out) {
        if (value == null) {
            out.writeByte(by.nulls() == Nulls.FIRST ? NULL_FIRST : NULL_LAST);
            return;
        }
        out.writeByte(VALUE);
        int from = out.size();
        ascending(value, out);
        if (by.direction() == Direction.DESCENDING) {
            invert(out.array(), from, out.size());
        }
    }

    static void invert(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            bytes[i] = (byte) ~bytes[i];
        }
    }

    private void ascending(Object value, StateOutput out) {
        switch (type) {
            case FieldType.Bool t -> out.writeBoolean((Boolean) value);
            case FieldType.Int32 t -> out.writeSortable((Integer) value);
            case FieldType.Date t -> out.writeSortable((Integer) value);
            case FieldType.Int64 t -> out.writeSortable((Long) value);
            case FieldType.Time t -> out.writeSortable((Long) value);
            case FieldType.Timestamp t -> out.writeSortable((Long) value);
            case FieldType.Float32 t -> floating((Float) value, out);
            case FieldType.Float64 t -> floating((Double) value, out);
            case FieldType.Decimal t -> decimal(t, (BigDecimal) value, out);
            case FieldType.Text t -> escaped(((String) value).getBytes(StandardCharsets.UTF_8), out);
            case FieldType.Bytes t -> escaped((byte[]) value, out);
            case FieldType.Uuid t -> out.writeSortable(((UUID) value).getMostSignificantBits() ^ Long.MIN_VALUE)
                    .writeSortable(((UUID) value).getLeastSignificantBits() ^ Long.MIN_VALUE);
            case FieldType.Struct t -> throw new IllegalArgumentException("rows are not sorted");
            case FieldType.Array t -> throw new IllegalArgumentException("arrays are not sorted");
            case FieldType.Mapping t -> throw new IllegalArgumentException("maps are not sorted");
        }
    }

    private static void floating(double value, StateOutput out) {
        // Adding zero makes one zero of both; the bits of negative numbers run backwards.
        long bits = Double.doubleToLongBits(value + 0.0);
        out.writeSortable(bits ^ bits >> 63 & Long.MAX_VALUE);
    }

    private static void decimal(FieldType.Decimal type, BigDecimal value, StateOutput out) {
        BigInteger unscaled = value.unscaledValue();
        if (type.precision() <= LONG_DIGITS) {
            out.writeSortable(unscaled.longValue());
            return;
        }
        byte[] bytes = unscaled.toByteArray();
        for (int i = bytes.length; i < WIDE; i++) {
            out.writeByte(unscaled.signum() < 0 ? i == bytes.length ? 0x7f : 0xff : i == bytes.length ? 0x80 : 0);
        }
        if (bytes.length == WIDE) {
            bytes[0] ^= (byte) 0x80;
        }
        out.writeRaw(bytes, 0, bytes.length);
    }

    /** A zero is followed by 255, and what follows the end is less than that. */
    private static void escaped(byte[] bytes, StateOutput out) {
        for (byte b : bytes) {
            out.writeByte(b);
            if (b == 0) {
                out.writeByte(0xff);
            }
        }
        out.writeByte(0).writeByte(0);
    }
}
