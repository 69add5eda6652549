package millrace.sinks.iceberg.file;

import java.util.List;
import org.apache.iceberg.Metrics;

/**
 * A data file that is complete.
 *
 * @param length in bytes
 * @param splitOffsets where its row groups begin
 */
public record FinishedFile(long length, Metrics metrics, List<Long> splitOffsets) {}
