package millrace.sinks.iceberg.file;

import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.OutputFile;

/** Rows one by one into a file of columns. */
final class PageFile implements RowFile {
    /** How often columns are asked whether their page is full. */
    private static final int ROWS_BETWEEN_CHECKS = 1000;

    private final RowWriter writer;
    private final int pageBytes;
    private final ColumnFile file;
    private final LeafColumn[] columns;

    private long rows;
    private int rowsUnchecked;
    private long bytesUnchecked;

    PageFile(OutputFile target, Schema schema, RowWriter writer, ParquetSettings settings, MetricsConfig metrics,
            PageCompressor compressor) {
        this.writer = writer;
        pageBytes = settings.pageBytes();
        file = new ColumnFile(target, schema, settings, metrics, compressor);
        columns = file.columns();
    }

    @Override
    public void add(RowSlots row) {
        writer.write(row, columns);
        rows++;
        bytesUnchecked += row.size;
        if (++rowsUnchecked >= ROWS_BETWEEN_CHECKS || bytesUnchecked >= pageBytes) {
            check();
        }
    }

    private void check() {
        file.added(rowsUnchecked);
        rowsUnchecked = 0;
        bytesUnchecked = 0;
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public long length() {
        return file.length();
    }

    @Override
    public long bufferedBytes() {
        return file.bufferedBytes() + bytesUnchecked;
    }

    @Override
    public void spill() {
        check();
        file.spill();
    }

    @Override
    public FinishedFile close() {
        check();
        return file.close();
    }

    @Override
    public void abort() {
        file.abort();
    }
}
