package millrace.sinks.iceberg.read;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SortedMap;
import java.util.TreeMap;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.RangeFilter;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;

/** The last record of each partition of its topic that a bronze table has of a stretch of time. */
final class LastOffsets {
    private LastOffsets() {}

    /** By partition; of a partition without a record of the stretch there is nothing. */
    static SortedMap<Integer, Long> of(Table table, RowRange range) {
        SortedMap<Integer, Long> last = new TreeMap<>();
        String partition = OriginColumn.TOPIC_PARTITION.columnName();
        String offset = OriginColumn.OFFSET.columnName();
        try (TableRows rows = TableRows.of(table, RangeFilter.of(range), partition, offset)) {
            for (Record row : rows) {
                last.merge((Integer) row.getField(partition), (Long) row.getField(offset), Math::max);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return last;
    }
}
