package millrace.sinks.iceberg.file;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.schema.MessageType;

/**
 * A Parquet file whose leaf columns take their values independently of one another, some rows at a time: each is given the
 * same rows, then {@link #added} says how many those were. Our own columns encode the pages; Parquet's writer lays them
 * out and writes the footer. After an exception only {@link #abort()} is of use.
 */
public final class ColumnFile {
    private final ParquetSettings settings;
    private final MetricsConfig metrics;
    private final PageCompressor compressor;
    private final PageColumn[] columns;
    private final RowGroups file;

    private long rowsInGroup;
    private long buffered;

    ColumnFile(OutputFile target, Schema schema, ParquetSettings settings, MetricsConfig metrics,
            PageCompressor compressor) {
        this.settings = settings;
        this.metrics = metrics;
        this.compressor = compressor;
        MessageType type = ParquetSchemaUtil.convert(schema, "table");
        columns = PageColumns.of(type, settings.dictionaryBytes());
        file = new RowGroups(target, schema, type);
    }

    /** The leaf columns in the order of the file's type. */
    public LeafColumn[] columns() {
        return columns.clone();
    }

    /**
     * Takes note of rows, and ends pages and row groups that are full.
     *
     * @param rows that every column was given since the last time; as few as a page may have beyond its bounds
     * @return about how many bytes of values the largest page had that was open; a good measure for how many rows to add
     */
    public long added(int rows) {
        rowsInGroup += rows;
        buffered = 0;
        long largest = 0;
        for (PageColumn column : columns) {
            largest = Math.max(largest, column.pageBytes());
            column.endFullPage(rowsInGroup, settings.pageBytes(), compressor);
            buffered += column.bufferedBytes();
        }
        if (buffered >= settings.rowGroupBytes()) {
            endRowGroup();
        }
        return largest;
    }

    private void endRowGroup() {
        List<PageColumn.Chunk> chunks = new ArrayList<>();
        for (PageColumn column : columns) {
            column.endPage(rowsInGroup, compressor);
            chunks.add(column.endChunk(compressor));
        }
        file.add(rowsInGroup, chunks);
        rowsInGroup = 0;
        buffered = 0;
    }

    /** Bytes so far, those not written yet included. */
    public long length() {
        return file.length() + buffered;
    }

    /** Memory of rows that are not in the file yet. */
    long bufferedBytes() {
        return buffered;
    }

    /** Writes what memory holds. */
    void spill() {
        if (rowsInGroup > 0) {
            endRowGroup();
        }
    }

    /** Finishes the file, which has a row at least. */
    public FinishedFile close() {
        spill();
        return file.close(Arrays.stream(columns).flatMap(PageColumn::metrics), metrics);
    }

    /** Stops without finishing; the file may exist in part. */
    public void abort() {
        file.abort();
    }
}
