package millrace.sinks.iceberg.file;

import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFile;

/** Opens a table's files as columns, one after the other. Not safe for use by threads. */
public final class ColumnFiles implements AutoCloseable {
    private final Schema schema;
    private final ParquetSettings settings;
    private final MetricsConfig metrics;
    private final PageCompressor compressor;

    private ColumnFiles(Schema schema, ParquetSettings settings, MetricsConfig metrics) {
        this.schema = schema;
        this.settings = settings;
        this.metrics = metrics;
        compressor = new PageCompressor(settings.compression());
    }

    /**
     * @param properties of the table, as they are for these files
     * @param schema of the files
     * @return empty if the table's properties ask for what our pages do not offer
     * @throws millrace.schemas.problem.ProblemException if files cannot be compressed as the properties say
     */
    public static Optional<ColumnFiles> of(Table table, Map<String, String> properties, Schema schema) {
        ParquetSettings settings = ParquetSettings.of(table.name(), properties);
        return settings.ownPages()
                ? Optional.of(new ColumnFiles(schema, settings, MetricsConfig.forTable(table)))
                : Optional.empty();
    }

    public ColumnFile open(OutputFile target) {
        return new ColumnFile(target, schema, settings, metrics, compressor);
    }

    /**
     * A file whose columns are written one after the other.
     *
     * @param rows that each has
     * @param rowsOfGroup rows in each row group but the last
     */
    public WholeColumnsFile open(OutputFile target, int rows, int rowsOfGroup) {
        return new WholeColumnsFile(target, schema, settings, metrics, compressor, rows, rowsOfGroup);
    }

    /** Compressed bytes that a row group has at most. */
    public long rowGroupBytes() {
        return settings.rowGroupBytes();
    }

    /** Bytes of a page of one column before it is compressed. */
    public int pageBytes() {
        return settings.pageBytes();
    }

    @Override
    public void close() {
        compressor.close();
    }
}
