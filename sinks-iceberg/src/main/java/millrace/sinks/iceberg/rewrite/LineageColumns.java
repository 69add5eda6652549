package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.util.List;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesWriterForLong;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Writes the columns of Iceberg's row lineage for rows whose file does not hold them, since they follow from where the rows
 * are: ids that count up, and the number of the snapshot that has added the file.
 */
final class LineageColumns {
    private static final int VALUES_PER_PAGE = 1_000_000;
    private static final int SLAB = 64;
    private static final int MOST_PAGE_BYTES = 1 << 20;
    private static final int BLOCK = 1024;

    private LineageColumns() {}

    /** A table's columns as its files are rewritten: with these, if all of the files have row ids. */
    static Schema schema(Table table, List<FileScanTask> tasks) {
        return tasks.stream().allMatch(t -> t.file().firstRowId() != null)
                ? MetadataColumns.schemaWithRowLineage(table.schema())
                : table.schema();
    }

    /** Whether one of them has this name. */
    static boolean has(String name) {
        return name.equals(MetadataColumns.ROW_ID.name())
                || name.equals(MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER.name());
    }

    /** One chunk of numbers that count up from {@code first}, or are all it. */
    static void write(ParquetFileWriter writer, ColumnDescriptor column, long rows, long first) throws IOException {
        int step = column.getPath()[0].equals(MetadataColumns.ROW_ID.name()) ? 1 : 0;
        writer.startColumn(column, rows, CompressionCodecName.UNCOMPRESSED);
        for (long at = 0; at < rows; at += VALUES_PER_PAGE) {
            page(writer, column, (int) Math.min(VALUES_PER_PAGE, rows - at), first + at * step, step);
        }
        writer.endColumn();
    }

    private static void page(ParquetFileWriter writer, ColumnDescriptor column, int count, long first, int step)
            throws IOException {
        var levels = new RunLengthBitPackingHybridEncoder(1, SLAB, MOST_PAGE_BYTES,
                HeapByteBufferAllocator.getInstance());
        var numbers = new DeltaBinaryPackingValuesWriterForLong(BLOCK, MOST_PAGE_BYTES,
                HeapByteBufferAllocator.getInstance());
        for (int i = 0; i < count; i++) {
            levels.writeInt(1);
            numbers.writeLong(first + (long) i * step);
        }
        BytesInput definitions = levels.toBytes();
        BytesInput body = BytesInput.concat(BytesInput.fromInt((int) definitions.size()), definitions,
                numbers.getBytes());
        Statistics<?> statistics = Statistics.createStats(column.getPrimitiveType());
        statistics.updateStats(first);
        statistics.updateStats(first + (long) (count - 1) * step);
        writer.writeDataPage(count, (int) body.size(), body, statistics, count, Encoding.RLE, Encoding.RLE,
                Encoding.DELTA_BINARY_PACKED);
    }
}
