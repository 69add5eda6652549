package millrace.sinks.iceberg.file;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import millrace.schemas.wire.Malformed;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** The values without parts: which Avro type becomes which Iceberg type, and how. */
final class AvroPlain {
    private static final long MICROS_PER_DAY = 86_400_000_000L;

    private AvroPlain() {}

    /**
     * Reads one type into a column of another that holds all its values.
     *
     * @param slot where the row wants the value before it is written, or -1
     * @throws IllegalStateException if the column does not hold the type, which is decided before
     */
    static AvroValue.Plain of(Schema avro, Type column, int leaf, int slot) {
        String logical = avro.getLogicalType() == null ? "" : avro.getLogicalType().getName();
        return switch (avro.getType()) {
            case BOOLEAN -> new Bool(leaf, slot);
            case INT -> logical.equals("time-millis") && column.typeId() == Type.TypeID.TIME
                    ? new TimeOfDay(leaf, slot, 1000)
                    : new Int(leaf, slot);
            case LONG -> switch (column.typeId()) {
                case TIME -> new TimeOfDay(leaf, slot, 1);
                case TIMESTAMP -> logical.endsWith("-millis") ? new Millis(leaf, slot) : new Int64(leaf, slot);
                default -> new Int64(leaf, slot);
            };
            case FLOAT -> column.typeId() == Type.TypeID.DOUBLE
                    ? new FloatAsDouble(leaf, slot)
                    : new Float32(leaf, slot);
            case DOUBLE -> new Float64(leaf, slot);
            case STRING -> column.typeId() == Type.TypeID.UUID ? new UuidText(leaf, slot) : new Text(leaf, slot);
            case ENUM -> new Symbol(leaf, slot, avro.getEnumSymbols().stream()
                    .map(s -> s.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new));
            case BYTES, FIXED -> bytes(avro, avro.getLogicalType(), column, leaf, slot);
            default -> throw new IllegalStateException(avro.getType() + " as " + column);
        };
    }

    private static AvroValue.Plain bytes(Schema avro, LogicalType logical, Type column, int leaf, int slot) {
        int size = avro.getType() == Schema.Type.FIXED ? avro.getFixedSize() : -1;
        if (column instanceof Types.DecimalType decimal) {
            if (logical == null || !logical.getName().equals("decimal")) {
                throw new IllegalStateException(avro + " as " + column);
            }
            return new Decimal(leaf, slot, size, decimal.precision());
        }
        return column.typeId() == Type.TypeID.UUID ? new UuidBytes(leaf, slot) : new Raw(leaf, slot, size);
    }

    private static final class Bool extends AvroValue.Plain {
        Bool(int leaf, int slot) {
            super(Shape.NUMBER, leaf, slot);
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            row.setNumber(slot, in.readBoolean());
        }
    }

    private static final class Int extends AvroValue.Plain {
        Int(int leaf, int slot) {
            super(Shape.NUMBER, leaf, slot);
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            row.setNumber(slot, in.readInt());
        }
    }

    private static final class Int64 extends AvroValue.Plain {
        Int64(int leaf, int slot) {
            super(Shape.NUMBER, leaf, slot);
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            row.setNumber(slot, in.readLong());
        }
    }

    /** Milliseconds as microseconds. */
    private static final class Millis extends AvroValue.Plain {
        private static final long MOST = Long.MAX_VALUE / 1000;

        Millis(int leaf, int slot) {
            super(Shape.NUMBER, leaf, slot);
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            long millis = in.readLong();
            if (millis > MOST || millis < -MOST) {
                throw Malformed.bytes("a timestamp within 292,000 years", Long.toString(millis));
            }
            row.setNumber(slot, millis * 1000);
        }
    }

    private static final class TimeOfDay extends AvroValue.Plain {
        private final int micros;

        TimeOfDay(int leaf, int slot, int micros) {
            super(Shape.NUMBER, leaf, slot);
            this.micros = micros;
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            long time = in.readLong();
            // Readers turn the number into a time of day and fail on anything else, for the whole file.
            if (time < 0 || time >= MICROS_PER_DAY / micros) {
                throw Malformed.bytes("a time of day", Long.toString(time));
            }
            row.setNumber(slot, time * micros);
        }
    }

    private static final class Float32 extends AvroValue.Plain {
        Float32(int leaf, int slot) {
            super(Shape.NUMBER, leaf, slot);
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            row.setNumber(slot, in.readFloatBits());
        }
    }

    private static final class FloatAsDouble extends AvroValue.Plain {
        FloatAsDouble(int leaf, int slot) {
            super(Shape.NUMBER, leaf, slot);
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            row.setNumber(slot, Double.doubleToRawLongBits(Float.intBitsToFloat(in.readFloatBits())));
        }
    }

    private static final class Float64 extends AvroValue.Plain {
        Float64(int leaf, int slot) {
            super(Shape.NUMBER, leaf, slot);
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            row.setNumber(slot, in.readDoubleBits());
        }
    }

    private static final class Text extends AvroValue.Plain {
        Text(int leaf, int slot) {
            super(Shape.BYTES, leaf, slot);
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            int length = in.readLength();
            row.setBytes(slot, in.bytes, in.readText(length), length);
        }
    }

    private static final class Symbol extends AvroValue.Plain {
        private final byte[][] symbols;

        Symbol(int leaf, int slot, byte[][] symbols) {
            super(Shape.BYTES, leaf, slot);
            this.symbols = symbols;
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            byte[] symbol = symbols[in.readIndex(symbols.length)];
            row.setBytes(slot, symbol, 0, symbol.length);
        }
    }

    /** Bytes as they are; a size of -1 means that their length stands before them. */
    private static final class Raw extends AvroValue.Plain {
        private final int size;

        Raw(int leaf, int slot, int size) {
            super(Shape.BYTES, leaf, slot);
            this.size = size;
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            int length = size < 0 ? in.readLength() : size;
            row.setBytes(slot, in.bytes, in.skip(length), length);
        }
    }

    private static final class UuidBytes extends AvroValue.Plain {
        UuidBytes(int leaf, int slot) {
            super(Shape.WIDE, leaf, slot);
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            int start = in.skip(16);
            row.setWide(slot, bigEndian(in.bytes, start, 8), bigEndian(in.bytes, start + 8, 8));
        }
    }

    private static final class UuidText extends AvroValue.Plain {
        UuidText(int leaf, int slot) {
            super(Shape.WIDE, leaf, slot);
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            int length = in.readLength();
            int start = in.skip(length);
            if (length != 36) {
                throw notUuid(in.bytes, start, length);
            }
            long high = 0;
            long low = 0;
            for (int i = 0; i < 36; i++) {
                byte c = in.bytes[start + i];
                if (i == 8 || i == 13 || i == 18 || i == 23) {
                    if (c != '-') {
                        throw notUuid(in.bytes, start, length);
                    }
                    continue;
                }
                int digit = c < 0 ? -1 : Character.digit(c, 16);
                if (digit < 0) {
                    throw notUuid(in.bytes, start, length);
                }
                if (i < 18) {
                    high = high << 4 | digit;
                } else {
                    low = low << 4 | digit;
                }
            }
            row.setWide(slot, high, low);
        }

        private static Malformed notUuid(byte[] bytes, int start, int length) {
            return Malformed.bytes("a UUID of 36 characters",
                    '"' + new String(bytes, start, Math.min(length, 80), StandardCharsets.UTF_8) + '"');
        }
    }

    /** A two's complement number of any length, held to the column's precision. */
    private static final class Decimal extends AvroValue.Plain {
        private final int size;
        private final int precision;
        private final long mostHigh;
        private final long mostLow;

        Decimal(int leaf, int slot, int size, int precision) {
            super(precision <= 18 ? Shape.NUMBER : Shape.WIDE, leaf, slot);
            this.size = size;
            this.precision = precision;
            BigInteger most = BigInteger.TEN.pow(precision).subtract(BigInteger.ONE);
            mostHigh = most.shiftRight(64).longValue();
            mostLow = most.longValue();
        }

        @Override
        void load(AvroBytes in, RowSlots row, int slot) throws Malformed {
            int length = size < 0 ? in.readLength() : size;
            int start = in.skip(length);
            if (length == 0) {
                throw Malformed.bytes("the bytes of a decimal", "none");
            }
            long sign = in.bytes[start] >> 7;
            int extra = Math.max(0, length - 16);
            for (int i = start; i < start + extra; i++) {
                if (in.bytes[i] != sign) {
                    throw tooLarge();
                }
            }
            int lowBytes = Math.min(8, length);
            int highBytes = length - extra - lowBytes;
            int low = start + length - lowBytes;
            long lowHalf = lowBytes == 8
                    ? bigEndian(in.bytes, low, 8)
                    : sign << 8 * lowBytes | bigEndian(in.bytes, low, lowBytes);
            long highHalf = highBytes == 0
                    ? sign
                    : highBytes == 8
                            ? bigEndian(in.bytes, low - 8, 8)
                            : sign << 8 * highBytes | bigEndian(in.bytes, low - highBytes, highBytes);
            if (highBytes == 0) {
                highHalf = lowHalf >> 63;
            } else if (extra > 0 && highHalf >> 63 != sign) {
                throw tooLarge();
            }
            requirePrecision(highHalf, lowHalf);
            row.setWide(slot, highHalf, lowHalf);
        }

        private void requirePrecision(long high, long low) throws Malformed {
            long magnitudeHigh = high;
            long magnitudeLow = low;
            if (high < 0) {
                magnitudeLow = -low;
                magnitudeHigh = low == 0 ? -high : ~high;
            }
            if (magnitudeHigh < 0 || Long.compareUnsigned(magnitudeHigh, mostHigh) > 0
                    || magnitudeHigh == mostHigh && Long.compareUnsigned(magnitudeLow, mostLow) > 0) {
                throw tooLarge();
            }
        }

        private Malformed tooLarge() {
            return Malformed.bytes("a decimal of at most " + precision + " digits", "a larger one");
        }
    }

    private static long bigEndian(byte[] bytes, int start, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | bytes[start + i] & 0xff;
        }
        return value;
    }
}
