package millrace.sinks.iceberg.read;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types.NestedField;

/**
 * What a manifest says of the origin of a file's rows.
 *
 * @param firstPartition of the topic that it may have rows of, as {@code lastPartition}
 * @param firstOffset no row of any partition has a lower one; -1 if the manifest does not say
 */
public record FileBounds(int firstPartition, int lastPartition, long firstOffset) {
    private static final int PARTITIONS = 1 << 16;

    /** A file that says nothing of a column may have any value of it. */
    public static FileBounds of(DataFile file, NestedField partition, NestedField offset) {
        Integer first = bound(file.lowerBounds(), partition);
        Integer last = bound(file.upperBounds(), partition);
        Long firstOffset = bound(file.lowerBounds(), offset);
        return new FileBounds(first == null ? 0 : first, last == null ? PARTITIONS : last,
                firstOffset == null ? -1 : firstOffset);
    }

    private static <T> T bound(Map<Integer, ByteBuffer> bounds, NestedField column) {
        ByteBuffer bound = bounds == null ? null : bounds.get(column.fieldId());
        return bound == null ? null : Conversions.fromByteBuffer(column.type(), bound);
    }

    /** No row of a partition has a lower offset; the largest number there is if there is no such row. */
    public long least(int partition) {
        return partition >= firstPartition && partition <= lastPartition ? firstOffset : Long.MAX_VALUE;
    }
}
