package millrace.sinks.iceberg.file;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;

/**
 * A Parquet file whose leaf columns come one after the other, each with the values of all rows. Their pages stay in memory,
 * compressed, until the last one has come. After an exception only {@link #abort()} is of use.
 */
public final class WholeColumnsFile {
    private final ParquetSettings settings;
    private final MetricsConfig metrics;
    private final PageCompressor compressor;
    private final MessageType type;
    private final PageColumn[] columns;
    private final RowGroups file;
    private final int rows;
    private final int rowsOfGroup;
    private final List<List<PageColumn.Chunk>> groups = new ArrayList<>();
    private int written;

    /** The values of a column. */
    public interface Values {
        /** Gives those of so many rows. */
        void give(int firstRow, int rows, LeafColumn to);
    }

    WholeColumnsFile(OutputFile target, Schema schema, ParquetSettings settings, MetricsConfig metrics,
            PageCompressor compressor, int rows, int rowsOfGroup) {
        if (rowsOfGroup < 1) {
            throw new IllegalArgumentException("row groups of " + rowsOfGroup + " rows");
        }
        this.settings = settings;
        this.metrics = metrics;
        this.compressor = compressor;
        this.rows = rows;
        this.rowsOfGroup = rowsOfGroup;
        type = ParquetSchemaUtil.convert(schema, "table");
        columns = PageColumns.of(type, settings.dictionaryBytes());
        file = new RowGroups(target, schema, type);
        for (int from = 0; from < rows; from += rowsOfGroup) {
            groups.add(new ArrayList<>());
        }
    }

    /** The leaf columns, in the order in which they are to be written. */
    public List<ColumnDescriptor> columns() {
        return type.getColumns();
    }

    /** Writes the next column. */
    public void write(Values values) {
        PageColumn column = columns[written++];
        int from = 0;
        for (List<PageColumn.Chunk> group : groups) {
            int size = Math.min(rowsOfGroup, rows - from);
            ColumnBatch batch = new ColumnBatch(settings.pageBytes());
            for (int given = 0; given < size;) {
                int next = Math.min(batch.rows(), size - given);
                values.give(from + given, next, column);
                given += next;
                batch.adapt(column.pageBytes());
                column.endFullPage(given, settings.pageBytes(), compressor);
            }
            column.endPage(size, compressor);
            group.add(column.endChunk(compressor));
            from += size;
        }
    }

    /** Finishes the file, when all its columns are written. */
    public FinishedFile close() {
        if (written < columns.length) {
            throw new IllegalStateException(written + " of " + columns.length + " columns are written");
        }
        int left = rows;
        for (List<PageColumn.Chunk> group : groups) {
            file.add(Math.min(rowsOfGroup, left), group);
            left -= rowsOfGroup;
        }
        return file.close(Arrays.stream(columns).flatMap(PageColumn::metrics), metrics);
    }

    /** Stops without finishing; the file may exist in part. */
    public void abort() {
        file.abort();
    }
}
