package millrace.sinks.iceberg.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;

/** A Parquet file whose pages our own columns encode; Parquet's writer lays them out and writes the footer. */
final class PageFile implements RowFile {
    /** How often columns are asked whether their page is full. */
    private static final int ROWS_BETWEEN_CHECKS = 1000;
    private static final int COLUMN_INDEX_BYTES = 64;

    private final OutputFile target;
    private final Schema schema;
    private final RowWriter writer;
    private final ParquetSettings settings;
    private final MetricsConfig metrics;
    private final PageCompressor compressor;
    private final MessageType type;
    private final PageColumn[] columns;

    private ParquetFileWriter file;
    private long rows;
    private long rowsInGroup;
    private int rowsUnchecked;
    private long bytesUnchecked;
    private long buffered;

    PageFile(OutputFile target, Schema schema, RowWriter writer, ParquetSettings settings, MetricsConfig metrics,
            PageCompressor compressor) {
        this.target = target;
        this.schema = schema;
        this.writer = writer;
        this.settings = settings;
        this.metrics = metrics;
        this.compressor = compressor;
        type = ParquetSchemaUtil.convert(schema, "table");
        columns = type.getColumns().stream().map(c -> PageColumns.of(c, settings.dictionaryBytes()))
                .toArray(PageColumn[]::new);
    }

    @Override
    public void add(RowSlots row) {
        writer.write(row, columns);
        rows++;
        rowsInGroup++;
        bytesUnchecked += row.size;
        if (++rowsUnchecked >= ROWS_BETWEEN_CHECKS || bytesUnchecked >= settings.pageBytes()) {
            check();
        }
    }

    private void check() {
        buffered = 0;
        for (PageColumn column : columns) {
            column.endFullPage(rowsInGroup, settings.pageBytes(), compressor);
            buffered += column.bufferedBytes();
        }
        rowsUnchecked = 0;
        bytesUnchecked = 0;
        if (buffered >= settings.rowGroupBytes()) {
            endRowGroup();
        }
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

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public long length() {
        try {
            return (file == null ? 0 : file.getPos()) + buffered;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long bufferedBytes() {
        return buffered + bytesUnchecked;
    }

    @Override
    public void spill() {
        if (rowsInGroup > 0) {
            endRowGroup();
        }
    }

    @Override
    public Written close() {
        spill();
        try {
            file.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
            ParquetMetadata footer = file.getFooter();
            long length = file.getPos();
            file.close();
            return new Written(length, ParquetUtil.footerMetrics(footer,
                    Arrays.stream(columns).flatMap(PageColumn::metrics), metrics), ParquetUtil.getSplitOffsets(footer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
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
