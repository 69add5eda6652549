package millrace.sinks.iceberg.file;

import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.StructLike;

/**
 * A data file that is complete.
 *
 * @param length in bytes
 * @param splitOffsets where its row groups begin
 */
public record FinishedFile(long length, Metrics metrics, List<Long> splitOffsets) {
    /** As a table takes it. The partition counts only if the spec has one. */
    public DataFile at(String location, PartitionSpec spec, StructLike partition, SortOrder order) {
        DataFiles.Builder builder = DataFiles.builder(spec).withPath(location).withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(length).withMetrics(metrics).withSplitOffsets(splitOffsets).withSortOrder(order);
        if (spec.isPartitioned()) {
            builder.withPartition(partition);
        }
        return builder.build();
    }
}
