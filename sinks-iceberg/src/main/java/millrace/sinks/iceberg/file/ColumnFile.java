package millrace.sinks.iceberg.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;

/**
 * A Parquet file whose leaf columns take their values independently of one another, some rows at a time: each is given the
 * same rows, then {@link #added} says how many those were. Our own columns encode the pages; Parquet's writer lays them
 * out and writes the footer. After an exception only {@link #abort()} is of use.
 */
public final class ColumnFile {
    private static final int COLUMN_INDEX_BYTES = 64;

    private final OutputFile target;
    private final Schema schema;
    private final ParquetSettings settings;
    private final MetricsConfig metrics;
    private final PageCompressor compressor;
    private final MessageType type;
    private final PageColumn[] columns;

    private ParquetFileWriter file;
    private long rowsInGroup;
    private long buffered;

    ColumnFile(OutputFile target, Schema schema, ParquetSettings settings, MetricsConfig metrics,
            PageCompressor compressor) {
        this.target = target;
        this.schema = schema;
        this.settings = settings;
        this.metrics = metrics;
        this.compressor = compressor;
        type = ParquetSchemaUtil.convert(schema, "table");
        columns = type.getColumns().stream().map(c -> PageColumns.of(c, settings.dictionaryBytes()))
                .toArray(PageColumn[]::new);
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
        try {
            if (file == null) {
                file = new ParquetFileWriter(new ParquetTarget(target), type, ParquetFileWriter.Mode.CREATE,
                        settings.rowGroupBytes(), 0, COLUMN_INDEX_BYTES, Integer.MAX_VALUE, true);
                file.start();
            }
            file.startBlock(rowsInGroup);
            for (PageColumn column : columns) {
                column.endPage(rowsInGroup, compressor);
                column.writeChunk(file, compressor);
            }
            file.endBlock();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rowsInGroup = 0;
        buffered = 0;
    }

    /** Bytes so far, those not written yet included. */
    public long length() {
        try {
            return (file == null ? 0 : file.getPos()) + buffered;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        try {
            file.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
            ParquetMetadata footer = file.getFooter();
            long length = file.getPos();
            file.close();
            return new FinishedFile(length, ParquetUtil.footerMetrics(footer,
                    Arrays.stream(columns).flatMap(PageColumn::metrics), metrics),
                    ParquetUtil.getSplitOffsets(footer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops without finishing; the file may exist in part. */
    public void abort() {
        if (file != null) {
            file.abort();
            try {
                file.close();
            } catch (IOException | RuntimeException e) {
                // The file is deleted next; what matters of this failure was thrown before.
                return;
            }
        }
    }
}
