package millrace.sinks.iceberg.age;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;

/**
 * What says of which time the partitions of a spec are: its first field that is about time.
 *
 * @param field its place among the spec's fields
 * @param sourceId of the column
 */
record PartitionTime(int field, int sourceId, PartitionUnit unit) {
    /** Empty for a spec without such a field. */
    static Optional<PartitionTime> of(PartitionSpec spec) {
        List<PartitionField> fields = spec.fields();
        for (int i = 0; i < fields.size(); i++) {
            Optional<PartitionUnit> unit = PartitionUnit.of(fields.get(i), spec.schema());
            if (unit.isPresent()) {
                return Optional.of(new PartitionTime(i, fields.get(i).sourceId(), unit.get()));
            }
        }
        return Optional.empty();
    }

    /** When a partition's time was over, in microseconds; empty for that of rows without a time. */
    OptionalLong endMicros(StructLike partition) {
        Integer value = partition.get(field, Integer.class);
        return value == null ? OptionalLong.empty() : OptionalLong.of(unit.endMicros(value));
    }
}
