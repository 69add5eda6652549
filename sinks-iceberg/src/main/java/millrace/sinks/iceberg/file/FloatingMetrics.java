package millrace.sinks.iceberg.file;

import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** What Iceberg wants to know of a column of floats or doubles over a file: bounds without NaN, and how many there are. */
final class FloatingMetrics {
    private final int fieldId;
    private final boolean isDouble;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private long values;
    private long nulls;
    private long nans;

    FloatingMetrics(PrimitiveType type) {
        fieldId = type.getId().intValue();
        isDouble = type.getPrimitiveTypeName() == PrimitiveTypeName.DOUBLE;
    }

    /** A value as its bits; returns it. */
    double add(long bits) {
        double value = isDouble ? Double.longBitsToDouble(bits) : Float.intBitsToFloat((int) bits);
        values++;
        if (value != value) {
            nans++;
        } else {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return value;
    }

    void addNull() {
        nulls++;
    }

    Stream<FieldMetrics<?>> metrics() {
        if (values == nans) {
            return Stream.of(new FieldMetrics<>(fieldId, values + nulls, nulls, nans));
        }
        return Stream.of(isDouble
                ? new FieldMetrics<>(fieldId, values + nulls, nulls, nans, least, most)
                : new FieldMetrics<>(fieldId, values + nulls, nulls, nans, (float) least, (float) most));
    }
}
