package millrace.sinks.iceberg.file;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.BucketUtil;

/**
 * Which partition a row belongs to. Transforms of numbers and moments are computed on the slots; those of other values
 * go through Iceberg's own function, and only when the value differs from the row before.
 */
final class Partitioning {
    private final PartitionSpec spec;
    private final Part[] parts;
    private final Key probe;

    private Partitioning(PartitionSpec spec, Part[] parts) {
        this.spec = spec;
        this.parts = parts;
        probe = new Key(new long[parts.length], new Object[parts.length]);
    }

    static Partitioning of(PartitionSpec spec, TableColumns table) {
        List<PartitionField> fields = spec.fields();
        Part[] parts = new Part[fields.size()];
        for (int i = 0; i < parts.length; i++) {
            PartitionField field = fields.get(i);
            parts[i] = part(field, table.schema, table.slot(field.sourceId()));
        }
        return new Partitioning(spec, parts);
    }

    /** The row's partition; the same object each time, for looking up. */
    Key keyOf(RowSlots row) {
        for (int i = 0; i < parts.length; i++) {
            parts[i].compute(row, probe, i);
        }
        return probe;
    }

    /** A key's values as Iceberg carries them. */
    PartitionData values(Key key) {
        PartitionData data = new PartitionData(spec.partitionType());
        for (int i = 0; i < parts.length; i++) {
            data.set(i, parts[i].value(key, i));
        }
        return data;
    }

    /** One value per partition field: a number, or an object where numbers do not do; {@link #NULL} is null. */
    static final class Key {
        private static final Object NULL = new Object();

        private final long[] numbers;
        private final Object[] objects;

        private Key(long[] numbers, Object[] objects) {
            this.numbers = numbers;
            this.objects = objects;
        }

        Key copy() {
            return new Key(numbers.clone(), objects.clone());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(numbers, key.numbers)
                    && Arrays.equals(objects, key.objects);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(numbers) + Arrays.hashCode(objects);
        }
    }

    private interface Part {
        void compute(RowSlots row, Key key, int at);

        Object value(Key key, int at);
    }

    @FunctionalInterface
    private interface NumberTransform {
        long of(long value);
    }

    private static Part part(PartitionField field, Schema schema, int slot) {
        Type source = schema.findType(field.sourceId());
        Type result = field.transform().getResultType(source);
        String transform = field.transform().toString();
        if (transform.equals("void")) {
            return new Always();
        }
        NumberTransform numbers = ofNumbers(transform, source);
        return numbers != null
                ? new NumberPart(slot, numbers, result)
                : new ObjectPart(slot, source, bound(field.transform(), source));
    }

    @SuppressWarnings("unchecked")
    private static java.util.function.Function<Object, Object> bound(Transform<?, ?> transform, Type source) {
        return ((Transform<Object, Object>) transform).bind(source)::apply;
    }

    /** The transform on the slot's number, or null if the value is not one or the transform is not of numbers. */
    private static NumberTransform ofNumbers(String transform, Type source) {
        boolean isWhole = switch (source.typeId()) {
            case INTEGER, LONG, DATE, TIME, TIMESTAMP -> true;
            default -> false;
        };
        if (transform.equals("identity")) {
            boolean isBoolean = source.typeId() == Type.TypeID.BOOLEAN;
            return isWhole || isBoolean ? value -> value : null;
        }
        if (!isWhole) {
            return null;
        }
        long perDay = source.typeId() == Type.TypeID.TIMESTAMP ? 86_400_000_000L : 1;
        int bracket = transform.indexOf('[');
        int number = bracket < 0 ? 0 : Integer.parseInt(transform.substring(bracket + 1, transform.length() - 1));
        return switch (bracket < 0 ? transform : transform.substring(0, bracket)) {
            case "year" -> value -> LocalDate.ofEpochDay(Math.floorDiv(value, perDay)).getYear() - 1970;
            case "month" -> value -> {
                LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(value, perDay));
                return (date.getYear() - 1970) * 12L + date.getMonthValue() - 1;
            };
            case "day" -> value -> Math.floorDiv(value, perDay);
            case "hour" -> value -> Math.floorDiv(value, 3_600_000_000L);
            case "bucket" -> value -> (BucketUtil.hash(value) & Integer.MAX_VALUE) % number;
            case "truncate" -> value -> value - Math.floorMod(value, (long) number);
            default -> null;
        };
    }

    private static final class Always implements Part {
        @Override
        public void compute(RowSlots row, Key key, int at) {
            key.objects[at] = Key.NULL;
        }

        @Override
        public Object value(Key key, int at) {
            return null;
        }
    }

    private record NumberPart(int slot, NumberTransform transform, Type result) implements Part {
        @Override
        public void compute(RowSlots row, Key key, int at) {
            boolean isNull = row.absent[slot];
            key.objects[at] = isNull ? Key.NULL : null;
            key.numbers[at] = isNull ? 0 : transform.of(row.number[slot]);
        }

        @Override
        public Object value(Key key, int at) {
            if (key.objects[at] == Key.NULL) {
                return null;
            }
            long number = key.numbers[at];
            return switch (result.typeId()) {
                case BOOLEAN -> number != 0;
                case INTEGER, DATE -> (int) number;
                default -> number;
            };
        }
    }

    /** Remembers the last value and what became of it, since neighbours are often alike. */
    private static final class ObjectPart implements Part {
        private final int slot;
        private final Type type;
        private final java.util.function.Function<Object, Object> transform;
        private Object lastSource;
        private byte[] lastBytes = new byte[0];
        private Object last;

        ObjectPart(int slot, Type type, java.util.function.Function<Object, Object> transform) {
            this.slot = slot;
            this.type = type;
            this.transform = transform;
        }

        @Override
        public void compute(RowSlots row, Key key, int at) {
            if (row.absent[slot]) {
                key.objects[at] = Key.NULL;
            } else {
                if (!isLast(row)) {
                    lastSource = boxed(row, slot, type);
                    last = transform.apply(lastSource);
                }
                key.objects[at] = last;
            }
        }

        private boolean isLast(RowSlots row) {
            if (type.typeId() != Type.TypeID.STRING && type.typeId() != Type.TypeID.BINARY) {
                return false;
            }
            int from = row.offset(slot);
            int to = from + row.length(slot);
            if (lastSource != null && Arrays.equals(lastBytes, 0, lastBytes.length, row.source[slot], from, to)) {
                return true;
            }
            lastBytes = Arrays.copyOfRange(row.source[slot], from, to);
            return false;
        }

        @Override
        public Object value(Key key, int at) {
            return key.objects[at] == Key.NULL ? null : key.objects[at];
        }
    }

    /** A slot's value as Iceberg's transforms take it. */
    static Object boxed(RowSlots row, int slot, Type type) {
        long number = row.number[slot];
        return switch (type.typeId()) {
            case BOOLEAN -> number != 0;
            case INTEGER, DATE -> (int) number;
            case FLOAT -> Float.intBitsToFloat((int) number);
            case DOUBLE -> Double.longBitsToDouble(number);
            case STRING -> new String(row.source[slot], row.offset(slot), row.length(slot), StandardCharsets.UTF_8);
            case BINARY -> ByteBuffer.wrap(
                    Arrays.copyOfRange(row.source[slot], row.offset(slot), row.offset(slot) + row.length(slot)));
            case UUID -> new UUID(row.high[slot], number);
            case DECIMAL -> decimal(row, slot, (Types.DecimalType) type);
            default -> number;
        };
    }

    private static BigDecimal decimal(RowSlots row, int slot, Types.DecimalType type) {
        if (type.precision() <= 18) {
            return BigDecimal.valueOf(row.number[slot], type.scale());
        }
        byte[] both = ByteBuffer.allocate(16).putLong(row.high[slot]).putLong(row.number[slot]).array();
        return new BigDecimal(new BigInteger(both), type.scale());
    }
}
