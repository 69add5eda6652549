package millrace.schemas.row;

import java.util.List;

/**
 * The type of a field. Each one says which Java object carries its values inside the engine; {@code null} is SQL NULL.
 */
public sealed interface FieldType {
    /** {@link Boolean}. */
    record Bool() implements FieldType {}

    /** {@link Integer}. */
    record Int32() implements FieldType {}

    /** {@link Long}. */
    record Int64() implements FieldType {}

    /** {@link Float}. */
    record Float32() implements FieldType {}

    /** {@link Double}. */
    record Float64() implements FieldType {}

    /** {@link java.math.BigDecimal} of exactly this scale; precision 1 to 38, scale 0 to precision. */
    record Decimal(int precision, int scale) implements FieldType {
        public Decimal {
            if (precision < 1 || precision > 38 || scale < 0 || scale > precision) {
                throw new IllegalArgumentException("decimal(" + precision + "," + scale + ")");
            }
        }
    }

    /** {@link String}. */
    record Text() implements FieldType {}

    /** {@link java.util.UUID}. */
    record Uuid() implements FieldType {}

    /** {@code byte[]}; its owner never changes it. */
    record Bytes() implements FieldType {}

    /** {@link Integer}: days since 1970-01-01. */
    record Date() implements FieldType {}

    /** {@link Long}: microseconds since midnight; {@code unit} is what the wire carries. */
    record Time(TimeUnit unit) implements FieldType {}

    /**
     * {@link Long}: microseconds since 1970-01-01T00:00, whatever the wire carries. With a zone it is an instant (SQL
     * {@code TIMESTAMP WITH TIME ZONE}), without one a wall clock reading.
     */
    record Timestamp(TimeUnit unit, boolean zoned) implements FieldType {}

    /** {@code Object[]}, one value per field, in order. */
    record Struct(List<Field> fields) implements FieldType {
        public Struct {
            fields = List.copyOf(fields);
        }

        public int indexOf(String name) {
            for (int i = 0; i < fields.size(); i++) {
                if (fields.get(i).name().equals(name)) {
                    return i;
                }
            }
            return -1;
        }
    }

    /** {@link List} of element values. */
    record Array(FieldType element, boolean elementNullable) implements FieldType {}

    /** {@link java.util.Map} from {@link String} to values, in the order of the wire. */
    record Mapping(FieldType value, boolean valueNullable) implements FieldType {}

    /** What a time value counts on the wire. */
    enum TimeUnit {
        MILLIS, MICROS
    }
}
