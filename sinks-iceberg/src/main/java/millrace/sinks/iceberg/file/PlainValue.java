package millrace.sinks.iceberg.file;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.ByteBuffers;

/** One value of a column without parts, as columns take it. */
public final class PlainValue {
    private final Shape shape;
    private final long number;
    private final long high;
    private final byte[] bytes;

    private PlainValue(Shape shape, long number, long high, byte[] bytes) {
        this.shape = shape;
        this.number = number;
        this.high = high;
        this.bytes = bytes;
    }

    /**
     * @param value as Iceberg itself represents it
     * @return empty for types that no writer of ours makes
     */
    public static Optional<PlainValue> of(Type type, Object value) {
        return switch (type.typeId()) {
            case BOOLEAN -> number((Boolean) value ? 1 : 0);
            case INTEGER, DATE, LONG, TIME, TIMESTAMP -> number(((Number) value).longValue());
            case FLOAT -> number(Float.floatToIntBits((Float) value));
            case DOUBLE -> number(Double.doubleToLongBits((Double) value));
            case DECIMAL -> decimal((Types.DecimalType) type, ((BigDecimal) value).unscaledValue());
            case UUID -> Optional.of(new PlainValue(Shape.WIDE, ((UUID) value).getLeastSignificantBits(),
                    ((UUID) value).getMostSignificantBits(), null));
            case STRING -> bytes(value.toString().getBytes(StandardCharsets.UTF_8));
            case BINARY -> bytes(ByteBuffers.toByteArray((ByteBuffer) value));
            default -> Optional.empty();
        };
    }

    private static Optional<PlainValue> decimal(Types.DecimalType type, BigInteger unscaled) {
        return TableColumns.isNumber(type)
                ? number(unscaled.longValueExact())
                : Optional.of(new PlainValue(Shape.WIDE, unscaled.longValue(),
                        unscaled.shiftRight(Long.SIZE).longValueExact(), null));
    }

    private static Optional<PlainValue> number(long number) {
        return Optional.of(new PlainValue(Shape.NUMBER, number, 0, null));
    }

    private static Optional<PlainValue> bytes(byte[] bytes) {
        return Optional.of(new PlainValue(Shape.BYTES, 0, 0, bytes));
    }

    void put(RowSlots row, int slot) {
        switch (shape) {
            // Of small decimals the high half counts too, where rows are sorted.
            case NUMBER -> row.setWide(slot, number >> Long.SIZE - 1, number);
            case WIDE -> row.setWide(slot, high, number);
            case BYTES -> row.setBytes(slot, bytes, 0, bytes.length);
        }
    }

    public void give(LeafColumn to, int repetition, int definition) {
        switch (shape) {
            case NUMBER -> to.number(number, repetition, definition);
            case WIDE -> to.wide(high, number, repetition, definition);
            case BYTES -> to.bytes(bytes, 0, bytes.length, repetition, definition);
        }
    }
}
